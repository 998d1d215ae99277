import { AppError, retryAfter } from "../errors.ts";
import { ADMIN_ROLE } from "./identity.ts";
import type { Rule } from "./rules.ts";

/** Why nobody was let in: from the least to the most telling. */
const REASONS = [
  "missing",
  "invalid",
  "expired",
  "wrong_api_key",
  "without_role",
  "cross_site",
  "unavailable",
] as const;
type Reason = (typeof REASONS)[number];

export interface Refusal {
  readonly reason: Reason;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** Of two refused credentials, the one whose answer helps more. */
export const worse = (one: Refusal, other: Refusal): Refusal =>
  REASONS.indexOf(other.reason) > REASONS.indexOf(one.reason) ? other : one;

/** What a caller who was refused is told. `development` adds the command that prints a token. */
export function refusalError(refusal: Refusal, rule: Rule, development: boolean): AppError {
  switch (refusal.reason) {
    case "unavailable":
      return authUnavailable(refusal.retryAfterMs ?? 0, refusal.cause);
    case "cross_site":
      return crossSite();
    case "without_role":
      return permissionDenied(`This needs the role ${ADMIN_ROLE}, which the credential does not carry.`);
    case "wrong_api_key":
      // The words of the catalog API's document.
      return permissionDenied("Invalid API Key");
    case "expired":
      return authenticationRequired(`The token has expired: get a new one. ${whatToSend(rule, development)}`);
    case "invalid":
      return authenticationRequired(`The credential is not valid here. ${whatToSend(rule, development)}`);
    case "missing":
      return authenticationRequired(`Authentication is required. ${whatToSend(rule, development)}`);
  }
}

// A documented client searches the text of errors for the words "secret", "database" and "key", and takes an answer
// that contains one for a leak. Only routes that ask for an API key may name it.
function whatToSend(rule: Rule, development: boolean): string {
  if (rule.asks === "api key") return "Send the API key as `X-API-Key`.";
  if (rule.asks === "metrics token") return "Send `Authorization: Bearer <token>` with the metrics token.";
  if (rule.asks === "administrator") {
    return `Send \`Authorization: Bearer <token>\` with the admin token or a token that has the role ${ADMIN_ROLE}.${
      development ? " In development, `npm run token -- --subject me --admin` prints one." : ""
    }`;
  }
  const accepts = "accepts" in rule ? rule.accepts : [];
  if (!accepts.includes("hs256")) {
    return "Send `Authorization: Bearer <token>` with an access token that Entra ID issued for this service.";
  }
  return `Send \`Authorization: Bearer <token>\`.${
    development ? " In development, `npm run token -- --subject me` prints a token." : ""
  }`;
}

const authenticationRequired = (message: string): AppError =>
  new AppError({
    code: "authentication_required",
    status: 401,
    message,
    headers: { "www-authenticate": "Bearer" },
  });

export const crossSite = (): AppError =>
  permissionDenied(
    "This request must come from a page of this service: open the page again and repeat it there.",
  );

export const originNotAllowed = (): AppError =>
  new AppError({
    code: "origin_not_allowed",
    status: 403,
    message:
      "Pages of this origin may not change anything here; if yours should, add its origin to CORS_ORIGINS.",
  });

const permissionDenied = (message: string): AppError =>
  new AppError({ code: "permission_denied", status: 403, message });

const authUnavailable = (retryAfterMs: number, cause: unknown): AppError =>
  new AppError({
    code: "auth_unavailable",
    status: 503,
    message:
      "The token cannot be checked now, because the identity service does not answer: try again later.",
    headers: { "retry-after": retryAfter(retryAfterMs) },
    cause,
  });
