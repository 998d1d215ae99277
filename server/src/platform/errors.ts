/** What a caller may learn of a failure. Everything in it is public: no stack, path or secret. */
export interface AppErrorFields {
  /** Stable machine code in snake_case; sent as `X-Error-Code` in every dialect. */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  /** A plain sentence that says what was wrong and what to do. */
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Extra response headers, such as `retry-after` or `www-authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Never sent; logged where the error is handled. */
  readonly cause?: unknown;
}

/** The one error type of the service. The HTTP edge prints it in the dialect of the API that was called. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(fields: AppErrorFields) {
    super(fields.message, "cause" in fields ? { cause: fields.cause } : undefined);
    this.code = fields.code;
    this.status = fields.status;
    this.details = fields.details ?? {};
    this.headers = fields.headers ?? {};
  }
}

/** Seconds for `Retry-After`: whole, at least one. */
export const retryAfter = (milliseconds: number) => String(Math.max(1, Math.ceil(milliseconds / 1000)));
