/**
 * What this client throws, but for what the caller's own signal or functions throw, a `TypeError` for arguments that are
 * wrong, and what the system says of a path.
 */
export class FoveaError extends Error {
  override readonly name: string = "FoveaError";
}

/** What the service said when it refused, or failed at, a request. */
export interface Refusal {
  readonly status: number;
  /** The service's own code, such as `batch_not_found`; null where it told none. */
  readonly code: string | null;
  readonly message: string;
  /** Names the request in the service's log. */
  readonly requestId: string | null;
  /** Seconds after which the service would like to be asked again. */
  readonly retryAfter: number | null;
  readonly headers: Headers;
  /** The answer's body: parsed where it is JSON, else its text. */
  readonly body: unknown;
}

/** An answer with a status of 400 or more. There is a class for each status that callers tell apart. */
export class ApiError extends FoveaError implements Refusal {
  override readonly name: string = "ApiError";
  declare readonly status: number;
  declare readonly code: string | null;
  declare readonly requestId: string | null;
  declare readonly retryAfter: number | null;
  declare readonly headers: Headers;
  declare readonly body: unknown;

  constructor({ message, ...told }: Refusal) {
    super(message);
    Object.assign(this, told);
  }
}

/** 400: something in the request is wrong. */
export class BadRequestError extends ApiError {
  override readonly name = "BadRequestError";
}
/** 401: no credential, or one that is wrong or over. */
export class AuthenticationError extends ApiError {
  override readonly name = "AuthenticationError";
}
/** 403: the credential is valid and does not suffice. */
export class PermissionDeniedError extends ApiError {
  override readonly name = "PermissionDeniedError";
}
/** 404: there is no such thing, or it is somebody else's. */
export class NotFoundError extends ApiError {
  override readonly name = "NotFoundError";
}
/** 409: not in the state that the thing is in. */
export class ConflictError extends ApiError {
  override readonly name = "ConflictError";
}
/** 410: its time is over. */
export class GoneError extends ApiError {
  override readonly name = "GoneError";
}
/** 413: larger than the service takes. */
export class PayloadTooLargeError extends ApiError {
  override readonly name = "PayloadTooLargeError";
}
/** 422: a field of the request is wrong. */
export class UnprocessableEntityError extends ApiError {
  override readonly name = "UnprocessableEntityError";
}
/** 429: more often than is allowed. */
export class RateLimitError extends ApiError {
  override readonly name = "RateLimitError";
}
/** 500 and above: the service failed. */
export class ServerError extends ApiError {
  override readonly name: string = "ServerError";
}
/** 503: the service has too much to do, or is about to stop. */
export class OverloadedError extends ServerError {
  override readonly name = "OverloadedError";
}

/** No answer: the service could not be reached, or the connection broke. `cause` has what the system said. */
export class ApiConnectionError extends FoveaError {
  override readonly name: string = "ApiConnectionError";
}
/** No answer in time. */
export class ApiTimeoutError extends ApiConnectionError {
  override readonly name = "ApiTimeoutError";
}

/** What came is not a webhook that somebody with the secret has just sent. */
export class WebhookVerificationError extends FoveaError {
  override readonly name = "WebhookVerificationError";
}

const classes: Readonly<Record<number, new (refusal: Refusal) => ApiError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  410: GoneError,
  413: PayloadTooLargeError,
  422: UnprocessableEntityError,
  429: RateLimitError,
  503: OverloadedError,
};

/** The error of the class that its status has. */
export function errorOf(refusal: Refusal): ApiError {
  const Class = classes[refusal.status] ?? (refusal.status >= 500 ? ServerError : ApiError);
  return new Class(refusal);
}
