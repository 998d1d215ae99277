import type { Socket } from "node:net";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { noRequestTracing, type RequestTracing } from "../tracing/trace.ts";
import { answerClientError, answerExpectation } from "./client-error.ts";
import { correlationId } from "./correlation.ts";
import type { Dialect } from "./dialect.ts";
import { createErrorEdge, installErrorEdge } from "./error-edge.ts";
import { missingHost, shuttingDown } from "./framework-errors.ts";
import { acceptEmptyJson } from "./json-body.ts";
import { type OutcomeListener, watchOutcomes } from "./outcome.ts";
import { collectRoutes, type RegisteredRoute } from "./routes.ts";
import { timeLimits } from "./time-limits.ts";
import { routeUpgrades } from "./upgrades.ts";

export interface HttpSettings {
  /** Empty, or a prefix such as `/images` without a trailing slash. */
  readonly basePath: string;
  /** Addresses and ranges of proxies whose forwarded address counts. */
  readonly trustProxy: readonly string[];
  /** Origins of browser applications; `localhost` stands for any port of this machine. */
  readonly corsOrigins: readonly string[] | "localhost";
  /** In order: the first that owns a path words its errors. */
  readonly dialects: readonly Dialect[];
  /** Response headers that scripts of other origins may read, besides those of every API. */
  readonly exposedHeaders: readonly string[];
  /** Milliseconds for a whole request to arrive. */
  readonly requestTimeout: number;
  readonly logger: FastifyBaseLogger;
  readonly tracing?: RequestTracing;
  /** While true, each answer ends its connection, so that the next request goes elsewhere. */
  readonly closing?: () => boolean;
  /** While true, requests are refused with 503; probes are still answered. */
  readonly draining: () => boolean;
}

export interface Http {
  readonly server: FastifyInstance;
  /** Every route, as they are registered. */
  readonly routes: readonly RegisteredRoute[];
  /** Adds a listener that is told how each request ended. */
  readonly onOutcome: (listener: OutcomeListener) => void;
}

const defaultBodyLimit = 1024 * 1024;
const localhostOrigin = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

const allowedHeaders = [
  "Authorization",
  "Content-Type",
  "X-API-Key",
  "X-Correlation-ID",
  "X-Request-ID",
  "Idempotency-Key",
  "Last-Event-ID",
  "traceparent",
  "tracestate",
  "Prefer",
  "If-None-Match",
];
const exposedEverywhere = [
  "X-Polling-Interval",
  "X-Polling-Interval-Reason",
  "X-Correlation-ID",
  "X-Request-ID",
  "X-Error-Code",
  "Content-Disposition",
  "ETag",
  "Retry-After",
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
];

/** A Fastify instance with what every API of the service shares; `app.ts` registers the routes on it. */
export async function createHttp(settings: HttpSettings): Promise<Http> {
  const edge = createErrorEdge(settings.basePath, settings.dialects);
  const answeredBelow = new WeakMap<Socket, number>();
  const { tracing = noRequestTracing } = settings;
  const server = Fastify({
    loggerInstance: settings.logger,
    // One line per request is written below, with what an operator looks for.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "correlationId" }),
    genReqId: correlationId,
    trustProxy: settings.trustProxy.length > 0 ? [...settings.trustProxy] : false,
    bodyLimit: defaultBodyLimit,
    requestTimeout: settings.requestTimeout,
    forceCloseConnections: "idle",
    // The drain below answers in the dialect of the path; Fastify's own 503 would not.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 512 },
    clientErrorHandler: (error, socket) => {
      const status = answerClientError(error, socket);
      if (status !== undefined) answeredBelow.set(socket, status);
    },
    // Hosts are checked below instead: Node's own answer has neither a body nor the headers of an error.
    http: { requireHostHeader: false, ...timeLimits(settings.requestTimeout) },
    frameworkErrors: (error, request, reply) => {
      // The router refuses before a route is known; the types of that moment are wider, the objects the same.
      void edge.send(error, request as FastifyRequest, reply as FastifyReply);
    },
  });
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.server.on("checkExpectation", answerExpectation);
  routeUpgrades(server);
  const routes = collectRoutes(server);
  installErrorEdge(server, edge, routes);
  acceptEmptyJson(server, edge.validationStatus);
  await tracing.install(server);

  const listeners: OutcomeListener[] = [
    (outcome, request, reply) => {
      const { method, ip } = request;
      const ms = Math.round(reply.elapsedTime * 10) / 10;
      const level = request.routeOptions.config.probe ? "debug" : "info";
      const end = outcome.state === "answered" ? { status: outcome.status } : { outcome: outcome.state };
      request.log[level]({ method, path: edge.pathOf(request), ...end, ms, ip }, "request");
    },
  ];
  watchOutcomes(
    server,
    (socket) => answeredBelow.get(socket),
    (...ended) => {
      tracing.within(ended[1], () => {
        for (const listener of listeners) listener(...ended);
      });
    },
  );
  server.addHook("onRequest", async (request, reply) => {
    reply.headers({ "x-correlation-id": request.id, "x-request-id": request.id });
  });
  // Else a client would keep the connection of its last answer open, and the drain would wait for it.
  server.addHook("onSend", async (_request, reply) => {
    if (settings.closing?.() || settings.draining()) reply.header("connection", "close");
  });

  await server.register(helmet, {
    frameguard: { action: "deny" },
    referrerPolicy: { policy: "no-referrer" },
    // Only pages have a use for a content policy, and each page sends its own.
    contentSecurityPolicy: false,
    crossOriginResourcePolicy: { policy: "cross-origin" },
    // A service on plain HTTP behind a gateway must not pin its host to HTTPS; the gateway decides that.
    strictTransportSecurity: false,
  });
  const { corsOrigins } = settings;
  await server.register(cors, {
    origin:
      corsOrigins === "localhost" ? localhostOrigin : corsOrigins.includes("*") ? "*" : [...corsOrigins],
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowedHeaders,
    exposedHeaders: [...exposedEverywhere, ...settings.exposedHeaders],
    maxAge: 600,
    // An OPTIONS without the headers of a preflight is a client that asks what there is, not an error.
    strictPreflight: false,
  });
  // After the headers of every answer: a browser application must be able to read this refusal too.
  server.addHook("onRequest", async (request) => {
    if (request.raw.httpVersion === "1.1" && request.headers.host === undefined) throw missingHost();
    if (settings.draining() && !request.routeOptions.config.probe) throw shuttingDown();
  });
  return { server, routes, onOutcome: (listener) => void listeners.push(listener) };
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Answers an orchestrator: exempt from credentials, limits and the drain. */
    probe?: true;
  }
}
