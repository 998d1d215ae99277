import { type EntraDirectory, readScopes } from "./entra-directory.ts";
import { refusalOfScopes } from "./entra-grants.ts";
import { type EntraRefusal, entraRefusals } from "./entra-refusals.ts";

/** A question of a page to be answered at its address. */
interface Wanted {
  readonly redirectUri: string;
  readonly granted: string;
  readonly offline: boolean;
  readonly challenge: string;
  readonly nonce: string | null;
  /** Whether no page may be shown. */
  readonly silent: boolean;
  /** Whether the person is to be asked, signed in or not. */
  readonly asks: boolean;
}

export type ReadAuthorize =
  | { readonly kind: "wanted"; readonly wanted: Wanted }
  /** Goes back to the page. */
  | { readonly kind: "refused"; readonly refused: EntraRefusal }
  /** Stays on a page of Entra ID: nothing is ever sent to an address that is not registered. */
  | { readonly kind: "stopped"; readonly refused: EntraRefusal };

/** What a page asks of the authorize endpoint, in the order in which Entra ID looks at it. */
export function readAuthorize(query: URLSearchParams, directory: EntraDirectory): ReadAuthorize {
  const { clientId, redirectUris } = directory.page;
  const redirectUri = query.get("redirect_uri") ?? "";
  if (query.get("client_id") !== clientId) return { kind: "stopped", refused: entraRefusals.unknownClient };
  if (!redirectUris.includes(redirectUri)) return { kind: "stopped", refused: entraRefusals.redirectUri };

  const refuse = (refused: EntraRefusal) => ({ kind: "refused", refused }) as const;
  if (query.get("response_type") !== "code") return refuse(entraRefusals.responseType);
  if (separatorOf(query) === null) return refuse(entraRefusals.responseMode);
  const challenge = query.get("code_challenge");
  if (!challenge || query.get("code_challenge_method") !== "S256") return refuse(entraRefusals.noChallenge);
  const scopes = readScopes(query.get("scope"), directory);
  if ("wrong" in scopes) return refuse(refusalOfScopes(scopes.wrong));

  const prompt = query.get("prompt");
  return {
    kind: "wanted",
    wanted: {
      redirectUri,
      ...scopes,
      challenge,
      nonce: query.get("nonce"),
      silent: prompt === "none",
      asks: prompt === "login" || prompt === "select_account" || prompt === "consent",
    },
  };
}

/** Null for a way back that is not had here. */
const separatorOf = (query: URLSearchParams) => {
  const mode = query.get("response_mode") ?? "query";
  return mode === "fragment" ? "#" : mode === "query" ? "?" : null;
};

/** The page's address with an answer on it. */
export function wayBack(query: URLSearchParams, answer: Readonly<Record<string, string>>): string {
  const state = query.get("state");
  const members = new URLSearchParams({ ...answer, ...(state === null ? {} : { state }) });
  return `${query.get("redirect_uri")}${separatorOf(query) ?? "?"}${members}`;
}
