import { randomUUID } from "node:crypto";

/** Why Entra ID refuses something: the number of its error, and the word that OAuth has for it. */
export interface EntraRefusal {
  readonly number: number;
  readonly error: string;
  readonly why: string;
}

const refusal = (number: number, error: string, why: string): EntraRefusal => ({ number, error, why });

/** Numbers and words are Entra ID's, the sentences are not: those are no part of its contract. */
export const entraRefusals = {
  unknownClient: refusal(700016, "unauthorized_client", "There is no such application in the directory."),
  redirectUri: refusal(50011, "invalid_request", "The redirect URI is not registered for the application."),
  responseType: refusal(700054, "unsupported_response_type", "The response type is not enabled."),
  responseMode: refusal(90014, "invalid_request", "The response mode is not supported."),
  noChallenge: refusal(9002325, "invalid_request", "Proof key for code exchange is required."),
  unknownResource: refusal(500011, "invalid_resource", "There is no such resource in the directory."),
  unknownScope: refusal(70011, "invalid_scope", "The scope is not valid."),
  notSignedIn: refusal(50058, "login_required", "Nobody is signed in, and no page may be shown."),
  sameOrigin: refusal(9002327, "invalid_request", "A page's token is redeemed by a cross-origin request."),
  foreignOrigin: refusal(9002326, "invalid_request", "The origin is none of the application's."),
  noGrant: refusal(900144, "invalid_request", "The form must contain 'grant_type'."),
  unknownGrantType: refusal(70003, "unsupported_grant_type", "The grant type is not supported."),
  unknownGrant: refusal(70000, "invalid_grant", "The code or the refresh token is not valid."),
  oldCode: refusal(70008, "invalid_grant", "The code has expired."),
  usedCode: refusal(54005, "invalid_grant", "The code was redeemed already."),
  otherRedirectUri: refusal(500112, "invalid_client", "The code was given for another redirect URI."),
  verifier: refusal(501481, "invalid_grant", "The verifier does not match the challenge."),
  oldRefreshToken: refusal(700084, "invalid_grant", "The refresh token of the page has expired."),
} as const satisfies Readonly<Record<string, EntraRefusal>>;

/** As the description that goes back to the page, or the text on Entra ID's own. */
export const describeRefusal = ({ number, why }: EntraRefusal): string => `AADSTS${number}: ${why}`;

/** The body of a 400 of the token endpoint. */
export const refusalBody = (refused: EntraRefusal, now: number) => ({
  error: refused.error,
  error_description: describeRefusal(refused),
  error_codes: [refused.number],
  timestamp: new Date(now).toISOString().replace("T", " ").replace(/\.\d+/, ""),
  trace_id: randomUUID(),
  correlation_id: randomUUID(),
});
