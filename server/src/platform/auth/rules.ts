import type { AccessLevel } from "./access.ts";
import type { Method } from "./identity.ts";
import type { AuthSettings } from "./settings.ts";

/** What one access level comes to under one configuration. */
export type Rule =
  /** Nothing is asked, and what is sent is not looked at: a probe must not wait for anybody. */
  | { readonly asks: "nothing at all" }
  /** Nothing is asked; a valid credential that is sent identifies its owner, an invalid one is ignored. */
  | { readonly asks: "nothing" }
  | { readonly asks: "credential"; readonly accepts: readonly Method[] }
  /** As the catalog API documents it: missing is 401, wrong is 403. */
  | { readonly asks: "api key"; readonly accepts: readonly Method[] }
  | { readonly asks: "administrator" }
  | { readonly asks: "metrics token" };

type Rules = Readonly<Record<AccessLevel, Rule>>;

const nothingAtAll: Rule = { asks: "nothing at all" };
const nothing: Rule = { asks: "nothing" };
const administrator: Rule = { asks: "administrator" };
const credential = (...accepts: Method[]): Rule => ({ asks: "credential", accepts });

// Anything that names somebody. The metrics token does not: it reads counters and nothing else.
const anyCredential = credential("entra", "hs256", "dev", "api_key", "session", "admin_token");

/** The table: access level × mode → what is asked. */
export function rulesFor(settings: AuthSettings): Rules {
  const rules: Rules = { contract, all, off }[settings.mode](settings);
  // Who sets a token for the metrics wants it asked for, also behind an own gateway: a scraper goes around that.
  return settings.metricsToken === null ? rules : { ...rules, metrics: { asks: "metrics token" } };
}

const contract = (settings: AuthSettings): Rules => {
  // An Entra token is valid on all five APIs, so also where the document of the API knows API keys only.
  const apiKey: Rule =
    settings.apiKeys.length > 0 ? { asks: "api key", accepts: ["api_key", "entra"] } : nothing;
  return {
    public: nothingAtAll,
    open: nothing,
    bearer: settings.entra === null ? credential("hs256", "dev") : credential("entra", "dev"),
    jwt: credential("hs256", "dev", "entra"),
    apiKey,
    openOrKey: settings.requireApiKeyAll ? apiKey : nothing,
    admin: administrator,
    operator: settings.adminToken === null ? nothing : administrator,
    metrics: settings.loopback ? nothing : administrator,
  };
};

const all = (): Rules => ({
  public: nothingAtAll,
  open: anyCredential,
  bearer: anyCredential,
  jwt: anyCredential,
  apiKey: anyCredential,
  openOrKey: anyCredential,
  admin: administrator,
  operator: administrator,
  metrics: administrator,
});

const off = (): Rules => ({
  public: nothingAtAll,
  open: nothing,
  bearer: nothing,
  jwt: nothing,
  apiKey: nothing,
  openOrKey: nothing,
  admin: nothing,
  operator: nothing,
  metrics: nothing,
});

/** Whether a person could satisfy the rule by signing in with a browser. */
export const acceptsSession = (rule: Rule): boolean =>
  rule.asks === "administrator" || ("accepts" in rule && rule.accepts.includes("session"));
