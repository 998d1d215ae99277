import { requestIdOf } from "./error-answer.ts";
import type { Exchange } from "./exchange.ts";

/** An answer, and the response that it came in. */
export interface WithResponse<Data> {
  readonly data: Data;
  /** Its body has been read. */
  readonly response: Response;
  readonly requestId: string | null;
}

/**
 * What a call gives: a promise of its answer, which also has the response it came in. The request is under way as soon
 * as there is one of these.
 */
export class ApiPromise<Data> implements Promise<Data> {
  readonly [Symbol.toStringTag] = "ApiPromise";
  readonly #exchange: Promise<Exchange>;
  readonly #read: (exchange: Exchange) => Data | Promise<Data>;
  #data: Promise<Data> | undefined;

  constructor(exchange: Promise<Exchange>, read: (exchange: Exchange) => Data | Promise<Data>) {
    this.#exchange = exchange;
    this.#read = read;
  }

  /**
   * The response with its body unread, for whoever wants to read it otherwise, and as slowly as they like. The signal of
   * the call still ends it.
   */
  async asResponse(): Promise<Response> {
    return (await this.#exchange).response;
  }

  async withResponse(): Promise<WithResponse<Data>> {
    const data = await this.#answer();
    const { response } = await this.#exchange;
    return { data, response, requestId: requestIdOf(response.headers) };
  }

  /** The same call with its answer read further. */
  map<Other>(read: (data: Data) => Other | Promise<Other>): ApiPromise<Other> {
    return new ApiPromise(this.#exchange, async () => read(await this.#answer()));
  }

  // biome-ignore lint/suspicious/noThenProperty: this is a promise, and no more than its body is read when it is awaited
  then<Value = Data, Reason = never>(
    onFulfilled?: ((data: Data) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Reason | PromiseLike<Reason>) | null,
  ): Promise<Value | Reason> {
    return this.#answer().then(onFulfilled, onRejected);
  }

  catch<Reason = never>(
    onRejected?: ((error: unknown) => Reason | PromiseLike<Reason>) | null,
  ): Promise<Data | Reason> {
    return this.#answer().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<Data> {
    return this.#answer().finally(onFinally);
  }

  #answer(): Promise<Data> {
    this.#data ??= this.#exchange.then(this.#read);
    return this.#data;
  }
}
