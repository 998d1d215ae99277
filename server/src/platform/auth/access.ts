import type { FastifyInstance, RouteOptions } from "fastify";

/**
 * What a route asks of its caller. What each level means in each mode is the table in `rules.ts`.
 *
 * - `public`: probes and the sign-in page; never asks and never checks.
 * - `open`: asks for nothing by contract, for any credential with `AUTH=all`.
 * - `bearer`: image processor. `jwt`: icons. `apiKey`: webhook configuration of the catalog API.
 * - `openOrKey`: upload and status of the catalog API, `apiKey` or `open` by `REQUIRE_API_KEY_ALL`.
 * - `admin`: the administrator, always. `operator`: the administration of the analysis API.
 * - `metrics`: the Prometheus endpoint.
 */
export const ACCESS_LEVELS = [
  "public",
  "open",
  "bearer",
  "jwt",
  "apiKey",
  "openOrKey",
  "admin",
  "operator",
  "metrics",
] as const;

export type AccessLevel = (typeof ACCESS_LEVELS)[number];

declare module "fastify" {
  interface FastifyContextConfig {
    /** Every route declares one: in its own `config`, or by `setDefaultAccess` of its scope. */
    access?: AccessLevel;
    /**
     * Whether the request itself carries its leave, such as a signature in its address: then it is served without a
     * credential. Asked of `GET` and `HEAD` only, and only where the level refuses.
     */
    opensWith?: (request: FastifyRequest) => boolean;
  }
}

const defaultAccess = Symbol("default access");

/** A scope may carry the level of the routes that a third-party plugin adds and that cannot declare their own. */
interface Scope {
  readonly [defaultAccess]?: AccessLevel;
}

/** Gives every route of this scope (and the scopes inside) that declares no level of its own this one. */
export function setDefaultAccess(scope: FastifyInstance, access: AccessLevel): void {
  Object.defineProperty(scope, defaultAccess, { value: access });
}

/**
 * Makes a route without an access level a failed start: forgetting one must not open a route.
 * Call it before any route is registered.
 */
export function requireAccessLevels(http: FastifyInstance): void {
  const levelOfGet = new Map<string, AccessLevel>();
  http.addHook("onRoute", function (route) {
    // A scope is created with its parent as prototype, so a parent's default reaches it by inheritance.
    const scope: Scope = this as FastifyInstance & Scope;
    const access = route.config?.access ?? inherited(route, levelOfGet) ?? scope[defaultAccess];
    if (access === undefined || !ACCESS_LEVELS.includes(access)) {
      throw new Error(
        `The route ${String(route.method)} ${route.url} declares no access level: ` +
          `set config.access to one of ${ACCESS_LEVELS.join(", ")}, or call setDefaultAccess on its scope.`,
      );
    }
    if (methodsOf(route).includes("GET")) levelOfGet.set(route.url, access);
    route.config = { ...route.config, access };
  });
}

function inherited(route: RouteOptions, levelOfGet: ReadonlyMap<string, AccessLevel>) {
  const methods = methodsOf(route);
  if (methods.every((method) => method === "HEAD")) return levelOfGet.get(route.url);
  // A browser sends a preflight without credentials (Fetch, 4.8): asking for them would break every cross-origin call.
  if (methods.every((method) => method === "OPTIONS")) return "public";
  return undefined;
}

const methodsOf = (route: RouteOptions): readonly string[] => [route.method].flat();
