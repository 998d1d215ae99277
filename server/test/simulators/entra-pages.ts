import type { IncomingMessage, ServerResponse } from "node:http";

const cookieName = "ESTSAUTHPERSISTENT";

/** The session that a browser says it has. */
export const sessionOf = ({ headers }: IncomingMessage): string =>
  (headers.cookie ?? "")
    .split("; ")
    .map((pair) => pair.split("="))
    .find(([name]) => name === cookieName)?.[1] ?? "";

/** A page's frame is of another site than the page, so its requests have to carry the cookie too. */
export const sessionCookie = (session: string): string =>
  `${cookieName}=${session}; Path=/; HttpOnly; Secure; SameSite=None`;

/** Where the person agrees; its form leads back to the page that asked. */
export const signInForm = (tenant: string, query: URLSearchParams, username: string): string =>
  `<form method="post" action="/${tenant}/login?${escaped(query.toString())}">
    <p>${escaped(username)}</p>
    <button>Sign in</button>
  </form>`;

/** @param content HTML */
export function sendPage(response: ServerResponse, status: number, content: string): void {
  response
    .writeHead(status, { "content-type": "text/html; charset=utf-8", "x-frame-options": "DENY" })
    .end(
      `<!doctype html><html lang="en"><title>Sign in to your account</title><main>${content}</main></html>`,
    );
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

/** @param authority with the tenant */
export const discovery = (authority: string) => ({
  token_endpoint: `${authority}/oauth2/v2.0/token`,
  token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
  jwks_uri: `${authority}/discovery/v2.0/keys`,
  response_modes_supported: ["query", "fragment"],
  subject_types_supported: ["pairwise"],
  id_token_signing_alg_values_supported: ["RS256"],
  response_types_supported: ["code"],
  scopes_supported: ["openid", "profile", "email", "offline_access"],
  issuer: `${authority}/v2.0`,
  request_uri_parameter_supported: false,
  authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
  http_logout_supported: true,
  frontchannel_logout_supported: true,
  end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
});

export const preflight = {
  "access-control-allow-methods": "POST, OPTIONS",
  "access-control-allow-headers": "content-type, x-client-sku, x-client-ver",
};
