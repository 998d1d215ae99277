import { ApiPromise } from "./api-promise.ts";
import type { RequestBody } from "./body.ts";
import { Download } from "./download.ts";
import { ApiConnectionError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import type { CallOptions } from "./settings.ts";
import type { Call, Send } from "./transport.ts";

/** A call whose body, or whose way, must be found out first: a file is opened for it. */
type Prepared<Parts> = Parts | Promise<Parts>;

/** What the resources ask of the service, by what comes back. */
export interface Api {
  readonly send: Send;
  /** JSON as it is. */
  json<Answer>(call: Prepared<Call>, options?: CallOptions): ApiPromise<Answer>;
  /** The `data` of an answer of the analysis API, which wraps it. */
  data<Data>(call: Prepared<Call>, options?: CallOptions): ApiPromise<Data>;
  /** Nothing: a status says it all. */
  nothing(call: Prepared<Call>, options?: CallOptions): ApiPromise<void>;
  download(call: Prepared<Call>, options?: CallOptions): ApiPromise<Download>;
  /** Bytes that the answer's headers tell of. */
  picture<Result>(
    call: Prepared<Call>,
    options: CallOptions | undefined,
    read: (bytes: Uint8Array<ArrayBuffer>, headers: Headers) => Result,
  ): ApiPromise<Result>;
}

export function createApi(send: Send): Api {
  const start = async (call: Prepared<Call>, options?: CallOptions, accept = "application/json") =>
    await send({ accept, ...(await call) }, options);
  const json = async (exchange: Exchange): Promise<unknown> => {
    const { bytes } = await whole(exchange);
    const text = new TextDecoder().decode(bytes);
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw notOfTheService(exchange, text, cause);
    }
  };
  const data = async (exchange: Exchange): Promise<unknown> => {
    const answer = await json(exchange);
    if (typeof answer === "object" && answer !== null && "data" in answer) return answer.data;
    throw notOfTheService(exchange, JSON.stringify(answer));
  };
  return {
    send,
    // The wire is checked by the service's own tests, and the types are made of what it promises.
    json: <Answer>(call: Prepared<Call>, options?: CallOptions) =>
      new ApiPromise(start(call, options), json as (exchange: Exchange) => Promise<Answer>),
    data: <Data>(call: Prepared<Call>, options?: CallOptions) =>
      new ApiPromise(start(call, options), data as (exchange: Exchange) => Promise<Data>),
    nothing: (call, options) => new ApiPromise(start(call, options), (exchange) => exchange.discard()),
    download: (call, options) =>
      new ApiPromise(start(call, options, "*/*"), (exchange) => new Download(exchange)),
    picture: (call, options, read) =>
      new ApiPromise(start(call, options, "image/*"), async (exchange) => {
        const { bytes, headers } = await whole(exchange);
        return read(bytes, headers);
      }),
  };
}

/** All of an answer; one that breaks off is asked for once more where that does no harm, by the same idempotency key. */
async function whole(exchange: Exchange): Promise<{ bytes: Uint8Array<ArrayBuffer>; headers: Headers }> {
  let from = exchange;
  const bytes = await exchange.bytes().catch(async (error: unknown) => {
    if (!exchange.again || !(error instanceof ApiConnectionError)) throw error;
    from = await exchange.again();
    return await from.bytes();
  });
  return { bytes, headers: from.response.headers };
}

/** Something else has answered: a proxy's page, or another service. */
export function notOfTheService({ response }: Exchange, text: string, cause?: unknown): ApiConnectionError {
  const from = response.url.split("?", 1)[0];
  const what = `The answer of ${from} is not what the service sends: "${text.slice(0, 80)}". Is baseUrl right?`;
  return new ApiConnectionError(what, { cause });
}

/** A call with a body that must be opened first. */
export const withBody = async (call: Omit<Call, "body">, body: Promise<RequestBody>): Promise<Call> => ({
  ...call,
  body: await body,
});

/** A part of a path: whatever an id holds, it does not leave its place. What is empty or dots is refused as it is sent. */
export const segment = (id: string): string => encodeURIComponent(String(id).toWellFormed());
