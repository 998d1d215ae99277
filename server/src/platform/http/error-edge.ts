import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Dialect, dialectOf } from "./dialect.ts";
import { methodNotAllowed, notFound, toAppError } from "./framework-errors.ts";
import { methodsAt, type RegisteredRoute, routedPath } from "./routes.ts";
import { securityHeaders } from "./security-headers.ts";

export interface ErrorEdge {
  readonly pathOf: (request: FastifyRequest) => string;
  readonly validationStatus: (request: FastifyRequest) => 400 | 422;
  readonly send: (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply;
}

/** Path of a request below the base path, without its query. */
const pathBelow = (basePath: string) => (request: FastifyRequest) => {
  const path = routedPath(request.url);
  return path === basePath || path.startsWith(`${basePath}/`) ? path.slice(basePath.length) || "/" : path;
};

/** The one place where errors become answers: whatever was thrown, in the dialect of the path that was called. */
export function createErrorEdge(basePath: string, dialects: readonly Dialect[]): ErrorEdge {
  const pathOf = pathBelow(basePath);
  const validationStatus = (request: FastifyRequest) => dialectOf(dialects, pathOf(request)).validationStatus;

  function send(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const path = pathOf(request);
    const dialect = dialectOf(dialects, path);
    const error = toAppError(thrown, dialect);
    // A refusal (503) is the service doing its work; any other 5xx is a bug or a broken part, and is told once.
    if (error.status >= 500 && error.status !== 503) {
      request.log.error({ err: error.cause ?? error, code: error.code }, "request failed");
    }
    const rendered = dialect.render(error, {
      correlationId: request.id,
      timestamp: new Date().toISOString(),
      method: request.method,
      path,
      accept: request.headers.accept ?? "",
    });
    // Fastify closes the connection of a body that was refused. A client that is still sending would then see a broken
    // pipe instead of the answer, so the rest is read and thrown away, for as long as a request may take.
    if (reply.hasHeader("connection")) reply.removeHeader("connection");
    request.raw.resume();
    return reply
      .code(rendered.status)
      .headers({
        ...securityHeaders,
        ...(rendered.contentType.startsWith("text/html") ? { "content-security-policy": pagePolicy } : {}),
        "cache-control": "no-store",
        "x-correlation-id": request.id,
        "x-request-id": request.id,
        ...error.headers,
        "content-type": rendered.contentType,
        "x-error-code": error.code,
      })
      .send(rendered.body);
  }
  return { pathOf, validationStatus, send };
}

/** An error page loads, runs, sends and frames nothing. */
const pagePolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Makes the edge answer everything that fails, unknown addresses and wrong methods included. */
export function installErrorEdge(
  http: FastifyInstance,
  edge: ErrorEdge,
  routes: readonly RegisteredRoute[],
): void {
  http.setErrorHandler(edge.send);
  http.setNotFoundHandler((request) => {
    const allowed = methodsAt(routes, routedPath(request.url));
    // A wildcard route answers its method and still may know nothing at this address.
    const wrongMethod = allowed.length > 0 && !allowed.includes(request.method);
    throw wrongMethod ? methodNotAllowed(allowed) : notFound();
  });
}
