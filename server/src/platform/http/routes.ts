import type { FastifyInstance } from "fastify";

/** A route as it was registered: `/api/v1/batch/:id`. */
export interface RegisteredRoute {
  readonly method: string;
  readonly path: string;
}

/** Collects the routes of an instance from now on; the list fills as they are registered. */
export function collectRoutes(http: FastifyInstance): readonly RegisteredRoute[] {
  const routes: RegisteredRoute[] = [];
  http.addHook("onRoute", ({ method, path }) => {
    for (const one of [method].flat()) routes.push({ method: one, path });
  });
  return routes;
}

/**
 * The path as the router reads it: without the query, double slashes and one at the end, and also from the absolute
 * form of an address, which a server must take (RFC 9112, 3.2.2).
 */
export function routedPath(url: string): string {
  const [target = ""] = url.replace(/^https?:\/\/[^/?]*/i, "").split("?", 1);
  return `/${split(target).join("/")}`;
}

/** The methods that an address answers, for telling 405 from 404. */
export function methodsAt(routes: readonly RegisteredRoute[], path: string): string[] {
  const segments = split(path);
  const found = routes.filter((route) => route.method !== "OPTIONS" && fits(split(route.path), segments));
  return [...new Set(found.map((route) => route.method))].sort();
}

const split = (path: string) => path.split("/").filter((segment) => segment !== "");

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  const open = pattern.at(-1) === "*";
  const fixed = open ? pattern.slice(0, -1) : pattern;
  return (
    (open ? segments.length > fixed.length : segments.length === fixed.length) &&
    fixed.every((part, index) => part.startsWith(":") || part === segments[index])
  );
}
