import type { AppError } from "../errors.ts";

/** What an error answer may mention besides the error itself. */
export interface ErrorContext {
  /** The caller's correlation id, or ours. */
  readonly correlationId: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly method: string;
  /** Path below `BASE_PATH`, without the query. */
  readonly path: string;
  /** The request's `Accept` header, empty where none was sent. */
  readonly accept: string;
}

export interface RenderedError {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** How one API words its errors: five documents, five shapes, one error type inside. */
export interface Dialect {
  readonly name: string;
  /** Whether a path (below `BASE_PATH`) belongs to this API, routes that do not exist included. */
  readonly owns: (path: string) => boolean;
  /** Status of a request that is malformed: broken JSON, a missing or wrong field. */
  readonly validationStatus: 400 | 422;
  /** What its document calls a failure of the service's own; `internal_error` where it says nothing. */
  readonly crashCode?: string;
  readonly render: (error: AppError, context: ErrorContext) => RenderedError;
}

export const jsonError = (status: number, body: unknown): RenderedError => ({
  status,
  contentType: "application/json; charset=utf-8",
  body: JSON.stringify(body),
});

/** Whether `path` is `prefix` or lies below it: `/api/v1/batches` owns `/api/v1/batches/1`, not `/api/v1/batchesX`. */
export const under =
  (...prefixes: readonly string[]) =>
  (path: string): boolean =>
    prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));

/** For addresses that no API owns. */
const plainDialect: Dialect = {
  name: "plain",
  owns: () => true,
  validationStatus: 400,
  render: (error) => jsonError(error.status, { detail: error.message }),
};

/** The dialect of a path: the first that owns it, so the more specific ones come first. */
export const dialectOf = (dialects: readonly Dialect[], path: string): Dialect =>
  dialects.find((dialect) => dialect.owns(path)) ?? plainDialect;
