import type { AppError } from "../errors.ts";
import { isLoopbackHost } from "../network.ts";
import type { SecretKeys } from "../secret-keys.ts";
import type { AccessLevel } from "./access.ts";
import { type Credentials, createCredentials } from "./credentials.ts";
import { type Refusal, refusalError, worse } from "./errors.ts";
import { anonymous, type Identity } from "./identity.ts";
import type { Outcome } from "./outcome.ts";
import type { Presented } from "./presented.ts";
import { acceptsSession, type Rule, rulesFor } from "./rules.ts";
import { createSessions } from "./session.ts";
import type { AuthSettings } from "./settings.ts";

export interface AuthenticationOptions {
  readonly settings: AuthSettings;
  /** Bytes that sign the browser's session; other ones than `settings.jwtSecrets`. */
  readonly sessionSecrets: SecretKeys;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Empty, or the prefix of every path, such as `/images`. */
  readonly basePath: string;
}

/** A decision about one request. */
export type Decision =
  | {
      readonly allowed: true;
      readonly identity: Identity;
      /** When the credential ends: milliseconds since the epoch; null for one without an end, and for none. */
      readonly expiresAt: number | null;
    }
  | {
      readonly allowed: false;
      readonly error: AppError;
      /** A person with a browser could get in by signing in. */
      readonly signInHelps: boolean;
    };

export type Authentication = ReturnType<typeof createAuthentication>;

/** Who may do what: one decision for HTTP routes and, with what their handshake presents, for sockets. */
export function createAuthentication(options: AuthenticationOptions) {
  const { settings, clock, basePath } = options;
  const rules = rulesFor(settings);
  const credentials = createCredentials(settings, clock);
  const sessions = createSessions({ secrets: options.sessionSecrets, settings, clock });

  return {
    basePath,
    sessions,

    /** Checks what a person typed into the sign-in page: a bearer token or an API key. */
    async checkTyped(text: string): Promise<Outcome> {
      const outcome = await credentials.bearer(text);
      return outcome.state === "invalid" ? credentials.apiKey(text) : outcome;
    },

    /**
     * Who develops on a machine of their own is not asked to sign in: the token that is there from the start would be all
     * they could type. Only where nobody else reaches the service, and under a name of this machine: another name that
     * leads here belongs to a page of somebody else.
     *
     * @param host the name in the address, without a port
     * @param session the cookie that the browser has, unchecked
     */
    async firstSession(
      host: string,
      session: string | null,
    ): Promise<{ readonly value: string; readonly maxAgeSeconds: number } | null> {
      const [literal] = settings.devTokens;
      const own = settings.environment === "development" && settings.loopback && isLoopbackHost(host);
      if (settings.mode !== "contract" || !own || literal === undefined) return null;
      if (session !== null && (await sessions.verify(session)).state === "valid") return null;
      const outcome = await credentials.bearer(literal);
      return outcome.state === "valid" ? await sessions.start(outcome, literal) : null;
    },

    async decide(level: AccessLevel, presented: Presented): Promise<Decision> {
      const rule = rules[level];
      if (rule.asks === "nothing at all") return { allowed: true, identity: anonymous, expiresAt: null };
      let refusal: Refusal = { reason: "missing" };
      for (const check of checksFor(rule, presented, credentials, sessions)) {
        const outcome = await check.run();
        if (outcome.state === "valid" && suffices(rule, outcome.identity)) {
          const { identity, expiresAt } = outcome;
          return { allowed: true, identity, expiresAt };
        }
        refusal = worse(refusal, refusalOf(check, outcome, rule));
      }
      // On an open route an invalid or uncheckable credential is ignored: the documents of these APIs know none, so
      // a gateway's own header, or an outage of the identity service, must not close them.
      if (rule.asks === "nothing") return { allowed: true, identity: anonymous, expiresAt: null };
      return {
        allowed: false,
        error: refusalError(refusal, rule, settings.environment === "development"),
        signInHelps: acceptsSession(rule) && ["missing", "invalid", "expired"].includes(refusal.reason),
      };
    },
  };
}

interface Check {
  readonly of: "bearer" | "api key" | "admin token" | "session";
  readonly run: () => Outcome | Promise<Outcome>;
}

/** The presented credentials in the order they are tried: what was sent on purpose before what a browser adds. */
function* checksFor(
  rule: Rule,
  { bearer, apiKey, adminToken, session, forgeable }: Presented,
  credentials: Credentials,
  sessions: ReturnType<typeof createSessions>,
): Generator<Check> {
  if (rule.asks === "metrics token") {
    if (bearer !== null) yield { of: "bearer", run: () => credentials.metricsToken(bearer) };
    return;
  }
  if (bearer !== null) yield { of: "bearer", run: () => credentials.bearer(bearer) };
  if (apiKey !== null) yield { of: "api key", run: () => credentials.apiKey(apiKey) };
  if (adminToken !== null) yield { of: "admin token", run: () => credentials.adminToken(adminToken) };
  if (session !== null) {
    const run = async (): Promise<Outcome> => {
      const outcome = await sessions.verify(session);
      return outcome.state === "valid" && forgeable ? { state: "cross_site" } : outcome;
    };
    yield { of: "session", run };
  }
}

function suffices(rule: Rule, identity: Identity): boolean {
  switch (rule.asks) {
    case "administrator":
      return identity.admin;
    case "credential":
    case "api key":
      // A session is as good as what it began with.
      return [identity.method, identity.via].some(
        (each) => each !== undefined && rule.accepts.includes(each),
      );
    default:
      return true;
  }
}

function refusalOf(check: Check, outcome: Outcome, rule: Rule): Refusal {
  switch (outcome.state) {
    case "valid":
      return { reason: rule.asks === "administrator" ? "without_role" : "invalid" };
    case "invalid":
      return { reason: rule.asks === "api key" && check.of === "api key" ? "wrong_api_key" : "invalid" };
    case "unavailable":
      return { reason: "unavailable", retryAfterMs: outcome.retryAfterMs, cause: outcome.cause };
    default:
      return { reason: outcome.state };
  }
}
