import { createHash, randomBytes } from "node:crypto";
import { type EntraDirectory, readScopes } from "./entra-directory.ts";
import { type EntraRefusal, entraRefusals } from "./entra-refusals.ts";

/** Of a code; Entra ID says about ten minutes. */
const codeSeconds = 600;

/** What a person has agreed to, and a page may have tokens for. */
interface Agreed {
  readonly granted: string;
  readonly offline: boolean;
  readonly nonce: string | null;
}

interface Code extends Agreed {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly expiresAt: number;
  redeemed: boolean;
}

/** A grant that was found good: what tokens are to be made of. */
export interface GoodGrant extends Agreed {
  readonly kind: "authorization_code" | "refresh_token";
  /** When the refresh tokens of this sign-in end: those of a page are not prolonged by being used. */
  readonly refreshUntil: number;
}

export interface GrantsSettings {
  readonly now: () => number;
  /** How long a page's refresh tokens last. */
  readonly refreshTokenSeconds: number;
}

/** Codes and refresh tokens: who has got them, until when, and which were redeemed. */
export function createGrants(directory: EntraDirectory, { now, refreshTokenSeconds }: GrantsSettings) {
  const codes = new Map<string, Code>();
  const refreshTokens = new Map<string, GoodGrant>();
  const secret = () => randomBytes(48).toString("base64url");

  const redeemCode = (form: URLSearchParams): GoodGrant | EntraRefusal => {
    const code = codes.get(form.get("code") ?? "");
    if (code === undefined) return entraRefusals.unknownGrant;
    if (code.redeemed) return entraRefusals.usedCode;
    if (code.expiresAt <= now()) return entraRefusals.oldCode;
    if (form.get("redirect_uri") !== code.redirectUri) return entraRefusals.otherRedirectUri;
    const verifier = form.get("code_verifier") ?? "";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    if (challenge !== code.challenge) return entraRefusals.verifier;
    code.redeemed = true;
    const refreshUntil = now() + refreshTokenSeconds * 1000;
    return { kind: "authorization_code", ...code, refreshUntil };
  };

  const redeemRefreshToken = (form: URLSearchParams): GoodGrant | EntraRefusal => {
    const token = refreshTokens.get(form.get("refresh_token") ?? "");
    if (token === undefined) return entraRefusals.unknownGrant;
    if (token.refreshUntil <= now()) return entraRefusals.oldRefreshToken;
    return { ...token, kind: "refresh_token", nonce: null };
  };

  return {
    /** A code for a page that was answered at this address. */
    giveCode(agreed: Agreed & { redirectUri: string; challenge: string }): string {
      const code = secret();
      codes.set(code, { ...agreed, expiresAt: now() + codeSeconds * 1000, redeemed: false });
      return code;
    },

    /** The form of the token endpoint, from a page of that origin. */
    redeem(form: URLSearchParams, origin: string | undefined): GoodGrant | EntraRefusal {
      const { clientId, redirectUris } = directory.page;
      if (form.get("client_id") !== clientId) return entraRefusals.unknownClient;
      if (origin === undefined) return entraRefusals.sameOrigin;
      if (!redirectUris.some((uri) => new URL(uri).origin === origin)) return entraRefusals.foreignOrigin;
      const type = form.get("grant_type");
      if (type === null) return entraRefusals.noGrant;
      if (type !== "authorization_code" && type !== "refresh_token") return entraRefusals.unknownGrantType;
      const scopes = readScopes(form.get("scope"), directory);
      if ("wrong" in scopes) return refusalOfScopes(scopes.wrong);
      return type === "authorization_code" ? redeemCode(form) : redeemRefreshToken(form);
    },

    /** The refresh token that comes with the tokens of a grant. */
    giveRefreshToken(grant: GoodGrant): { refresh_token: string; refresh_token_expires_in: number } {
      const token = secret();
      refreshTokens.set(token, grant);
      return {
        refresh_token: token,
        refresh_token_expires_in: Math.floor((grant.refreshUntil - now()) / 1000),
      };
    },

    /** All refresh tokens are as old as they may become. */
    endRefreshTokens() {
      for (const [name, token] of refreshTokens) refreshTokens.set(name, { ...token, refreshUntil: now() });
    },
  };
}

export const refusalOfScopes = (wrong: "resource" | "scope"): EntraRefusal =>
  wrong === "resource" ? entraRefusals.unknownResource : entraRefusals.unknownScope;
