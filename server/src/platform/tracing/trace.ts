import type { FastifyInstance, FastifyRequest } from "fastify";

/**
 * What may be said of a span, and all that ever leaves the service: anything else is dropped before it is sent. No
 * address, prompt, credential or text of an error is among them. `docs/traces.md` lists them.
 */
export const attributeNames = [
  "error.type",
  "fovea.attempt",
  "fovea.batch.id",
  "fovea.bytes",
  "fovea.correlation_id",
  "fovea.event",
  "fovea.job.id",
  "fovea.kind",
  "fovea.outcome",
  "fovea.row",
  "gen_ai.operation.name",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.response.model",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.output_tokens",
  "http.request.method",
  "http.response.status_code",
  "http.route",
  "server.address",
  "url.path",
] as const;

type AttributeName = (typeof attributeNames)[number];

/** Absent values are left out. */
export type Attributes = { readonly [Name in AttributeName]?: string | number | boolean | null | undefined };

export interface Span {
  set(attributes: Attributes): void;
  /** It ended badly, with this code: stable, snake_case. */
  fail(code: string): void;
}

interface SpanOptions {
  readonly attributes?: Attributes;
  /** `client`: somebody else is waited for. `consumer`: work that was asked for earlier, elsewhere. */
  readonly kind?: "client" | "consumer";
  /** Begins a trace of its own, whatever is under way around it. */
  readonly root?: true;
}

/**
 * Does the work inside of a span, and ends the span with it; what the work begins is part of it. Work that throws has
 * failed. Without telemetry it is a plain call.
 */
export type Trace = <Result>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<Result>,
) => Promise<Result>;

const noSpan: Span = { set() {}, fail() {} };

export const noTrace: Trace = (_name, _options, work) => work(noSpan);

/** Spans of requests. */
export interface RequestTracing {
  /** To be called before any hook or route is added. */
  install(http: FastifyInstance): Promise<void>;
  /** Does it as a part of the request, which may have ended. */
  within<Result>(request: FastifyRequest, work: () => Result): Result;
}

export const noRequestTracing: RequestTracing = {
  install: async () => {},
  within: (_request, work) => work(),
};
