import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type AccessLevel, requireAccessLevels } from "./access.ts";
import type { Authentication } from "./authenticate.ts";
import { originNotAllowed } from "./errors.ts";
import { anonymous, type Identity } from "./identity.ts";
import { presentedBy } from "./presented.ts";
import { mayBeForged } from "./same-origin.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who sent it; anonymous until authentication has run, and where nothing was asked or sent. */
    readonly identity: Identity;
    /** When its credential ends: milliseconds since the epoch; null for one without an end, and for none. */
    readonly credentialExpiresAt: number | null;
  }
}

/**
 * Makes every route that is registered from now on ask for what its access level says, before its body is read.
 * A route without a level fails at start.
 */
export function addAuthentication(http: FastifyInstance, authentication: Authentication): void {
  requireAccessLevels(http);
  const callers = new WeakMap<FastifyRequest, { identity: Identity; expiresAt: number | null }>();
  http.decorateRequest("identity", {
    getter() {
      return callers.get(this)?.identity ?? anonymous;
    },
  });
  http.decorateRequest("credentialExpiresAt", {
    getter() {
      return callers.get(this)?.expiresAt ?? null;
    },
  });

  http.addHook("onRequest", async (request, reply) => {
    const level = levelOf(request);
    const decision = await authentication.decide(level, presentedBy(request));
    if (decision.allowed) {
      if (level !== "public" && decision.identity.method === "anonymous" && isStrangersPage(request, reply)) {
        throw originNotAllowed();
      }
      callers.set(request, decision);
      return;
    }
    // Nobody is named by a link: the request stays anonymous.
    if (isOpenedByItself(request)) return;
    if (decision.signInHelps && isNavigation(request)) {
      const next = encodeURIComponent(request.originalUrl);
      reply.header("cache-control", "no-store");
      return reply.redirect(`${authentication.basePath}/sign-in?next=${next}`, 303);
    }
    throw decision.error;
  });
}

/** Only reading: what a link lets somebody see, it does not let them change. */
const isOpenedByItself = (request: FastifyRequest) =>
  (request.method === "GET" || request.method === "HEAD") &&
  request.routeOptions.config.opensWith?.(request) === true;

function levelOf(request: FastifyRequest): AccessLevel {
  const declared = request.routeOptions.config.access;
  if (declared !== undefined) return declared;
  // An unknown address has only its 404 to give away, and a preflight carries no credentials. Any other route
  // without a level is older than the guard, and must not be open for that.
  return request.is404 || request.method === "OPTIONS" ? "public" : "admin";
}

/**
 * A page of another site that lets the browser of somebody who can reach this service change something here: forms need
 * nobody's leave to be sent across sites, only to be read. Clients that are no browsers send no `Origin`.
 */
const isStrangersPage = (request: FastifyRequest, reply: FastifyReply) =>
  request.headers.origin !== undefined &&
  mayBeForged(request) &&
  // Set by CORS, which has run before, for origins that are configured.
  reply.getHeader("access-control-allow-origin") === undefined;

/** A person opening a page, as opposed to a script or a client: only they can use a form. */
const isNavigation = (request: FastifyRequest) =>
  request.method === "GET" && /\btext\/html\b/i.test(request.headers.accept ?? "");
