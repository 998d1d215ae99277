import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readAuthorize, wayBack } from "./entra-authorize.ts";
import type { EntraDirectory } from "./entra-directory.ts";
import { createGrants, type GoodGrant } from "./entra-grants.ts";
import { discovery, preflight, sendPage, sessionCookie, sessionOf, signInForm } from "./entra-pages.ts";
import { describeRefusal, type EntraRefusal, entraRefusals, refusalBody } from "./entra-refusals.ts";
import { createEntraTokens } from "./entra-tokens.ts";
import { sendJson, startLoopback } from "./loopback.ts";

export interface EntraSettings {
  readonly directory: EntraDirectory;
  /** MSAL takes authorities of https only. */
  readonly certificate: { readonly cert: string; readonly key: string };
  readonly accessTokenSeconds?: number;
  readonly refreshTokenSeconds?: number;
  readonly now?: () => number;
}

export interface EntraSimulator {
  /** What Fovea has as AZURE_AUTHORITY, and MSAL with the tenant after it. */
  readonly authority: string;
  /** The access tokens that were given, in order, and for what. */
  readonly given: readonly { readonly for: GoodGrant["kind"]; readonly accessToken: string }[];
  /** The numbers of what was refused, in order. */
  readonly refused: readonly number[];
  /** The next access token has expired when it arrives: nobody has to wait for that. */
  expireNext(): void;
  /** Refresh tokens are as old as they may become: a day, of a page. */
  endRefreshTokens(): void;
  /** Nobody is signed in any more. */
  endSessions(): void;
  close(): Promise<void>;
}

/**
 * Microsoft Entra ID as a page with MSAL meets it: discovery, the code flow with PKCE, also silently in a hidden frame,
 * refresh tokens, the published keys, signing out. What Entra ID refuses is refused with its numbers.
 */
export async function startEntra(settings: EntraSettings): Promise<EntraSimulator> {
  const { directory, certificate, accessTokenSeconds = 3600, refreshTokenSeconds = 86_400 } = settings;
  const { tenant, page, person } = directory;
  const now = settings.now ?? Date.now;
  const grants = createGrants(directory, { now, refreshTokenSeconds });
  const sessions = new Set<string>();
  const given: EntraSimulator["given"][number][] = [];
  const refused: number[] = [];
  let expiresAtOnce = false;

  const refuse = (refusal: EntraRefusal) => {
    refused.push(refusal.number);
    return refusal;
  };

  const authorize = (query: URLSearchParams, request: IncomingMessage, response: ServerResponse) => {
    const read = readAuthorize(query, directory);
    const back = (answer: Readonly<Record<string, string>>) =>
      response.writeHead(302, { location: wayBack(query, answer) }).end();
    const refuseBack = (refusal: EntraRefusal) =>
      back({ error: refusal.error, error_description: describeRefusal(refuse(refusal)) });

    if (read.kind === "stopped") return sendPage(response, 400, describeRefusal(refuse(read.refused)));
    if (read.kind === "refused") return refuseBack(read.refused);
    const { wanted } = read;
    const session = sessionOf(request);
    const isKnown = sessions.has(session);
    if (!isKnown && wanted.silent) return refuseBack(entraRefusals.notSignedIn);
    if (!isKnown || wanted.asks) return sendPage(response, 200, signInForm(tenant, query, person.username));
    return back({ code: grants.giveCode(wanted), client_info: tokens.clientInfo, session_state: session });
  };

  const signIn = (query: URLSearchParams, response: ServerResponse) => {
    const read = readAuthorize(query, directory);
    if (read.kind !== "wanted") return sendPage(response, 400, "The sign-in has no page to go back to.");
    const session = randomUUID();
    sessions.add(session);
    const code = grants.giveCode(read.wanted);
    const location = wayBack(query, { code, client_info: tokens.clientInfo, session_state: session });
    response.writeHead(302, { location, "set-cookie": sessionCookie(session) }).end();
  };

  const giveTokens = async (grant: GoodGrant) => {
    const issued = Math.floor(now() / 1000);
    const usual = { issued, expires: issued + accessTokenSeconds };
    const late = { issued: issued - 7200, expires: issued - 3600 };
    const accessToken = await tokens.access(expiresAtOnce ? late : usual);
    expiresAtOnce = false;
    given.push({ for: grant.kind, accessToken });
    return {
      token_type: "Bearer",
      scope: grant.granted,
      expires_in: accessTokenSeconds,
      ext_expires_in: accessTokenSeconds,
      access_token: accessToken,
      ...(grant.offline ? grants.giveRefreshToken(grant) : {}),
      id_token: await tokens.identity(grant.nonce, usual),
      client_info: tokens.clientInfo,
    };
  };

  const server = await startLoopback(async (request, body, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", server.origin);
    const [, of, path = ""] = /^\/([^/]+)(\/.*)$/.exec(pathname) ?? [];
    const asked = of === tenant ? `${request.method} ${path}` : "";
    response.setHeader("access-control-allow-origin", "*");
    switch (asked) {
      case "GET /v2.0/.well-known/openid-configuration":
        return sendJson(response, 200, discovery(`${server.origin}/${tenant}`));
      case "GET /discovery/v2.0/keys":
        return sendJson(response, 200, { keys: tokens.keys });
      case "GET /oauth2/v2.0/authorize":
        authorize(searchParams, request, response);
        return;
      case "POST /login":
        signIn(searchParams, response);
        return;
      case "OPTIONS /oauth2/v2.0/token":
        response.writeHead(200, preflight).end();
        return;
      case "POST /oauth2/v2.0/token": {
        const grant = grants.redeem(new URLSearchParams(body.toString()), request.headers.origin);
        if ("kind" in grant) return sendJson(response, 200, await giveTokens(grant));
        return sendJson(response, 400, refusalBody(refuse(grant), now()));
      }
      case "GET /oauth2/v2.0/logout": {
        sessions.delete(sessionOf(request));
        const after = searchParams.get("post_logout_redirect_uri") ?? "";
        if (page.redirectUris.includes(after)) response.writeHead(302, { location: after }).end();
        else sendPage(response, 200, "You signed out of your account.");
        return;
      }
      default:
        sendPage(response, 404, "There is no such page.");
    }
  }, certificate);
  const tokens = await createEntraTokens(directory, `${server.origin}/${tenant}/v2.0`);

  return {
    authority: server.origin,
    given,
    refused,
    expireNext() {
      expiresAtOnce = true;
    },
    endRefreshTokens: grants.endRefreshTokens,
    endSessions: () => sessions.clear(),
    close: server.close,
  };
}
