import { startTimer } from "./delay.ts";
import { ApiConnectionError, ApiTimeoutError, FoveaError } from "./errors.ts";

/**
 * One attempt at a request: what aborts it, how long it may be silent, and its answer's body as it comes. Whatever ends
 * it early is told apart here: the caller's signal, silence, or the connection.
 */
export class Exchange {
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal | undefined;
  /** Sends the same request once more, where it may arrive twice. */
  again: (() => Promise<Exchange>) | undefined;
  #timeoutMs: number;
  readonly #what: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #response: Response | undefined;

  /** @param what names the request in messages: `GET /api/v1/batches` */
  constructor(what: string, timeoutMs: number, signal: AbortSignal | undefined) {
    this.#what = what;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
  }

  readonly #abort = () => this.#controller.abort(this.#signal?.reason);

  /** Milliseconds that each piece may take from here on. */
  allow(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
  }

  get response(): Response {
    if (!this.#response) throw new TypeError("The exchange has not been opened.");
    return this.#response;
  }

  /**
   * @param ask sends the request
   * @throws {ApiConnectionError} where no answer came; the signal's reason where it was aborted
   */
  async open(ask: (signal: AbortSignal) => Promise<Response>): Promise<void> {
    this.#signal?.throwIfAborted();
    this.#signal?.addEventListener("abort", this.#abort, { once: true });
    this.#expect();
    try {
      this.#response = await ask(this.#controller.signal);
      this.#heard();
    } catch (error) {
      this.#close();
      throw this.#explain(error, "no answer came");
    }
  }

  /** Bytes of the body by its header; null where that tells of none, or of others than those that are read. */
  get told(): number | null {
    const { headers } = this.response;
    const told = headers.has("content-encoding") ? null : headers.get("content-length");
    return told === null ? null : Number(told);
  }

  /** The pieces of the body, each within the time that an answer may take. Leaving the loop early ends the request. */
  async *pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    const { body, bodyUsed } = this.response;
    // To whoever reads it a second time it would be empty.
    if (bodyUsed) throw new TypeError("The answer has been read already: keep what was read of it.");
    const reader = body?.getReader();
    if (!reader) {
      this.#close();
      return;
    }
    let whole = false;
    let length = 0;
    try {
      for (;;) {
        this.#expect();
        const { done, value } = await reader.read();
        this.#heard();
        if (done) break;
        length += value.length;
        yield value;
      }
      // More is right: a browser hides the Content-Encoding of another origin, and tells the length before it.
      if (length < (this.told ?? 0)) throw new TypeError(`${length} of ${this.told} bytes came`);
      whole = true;
    } catch (error) {
      throw this.#explain(error, "the answer broke off");
    } finally {
      if (!whole) this.#controller.abort();
      this.#close();
    }
  }

  /** The whole body. Where its length is told, each piece is copied to its place once, and there is no second copy of it. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    let bytes = new Uint8Array(Math.min(this.told ?? 0, mostTrusted));
    let length = 0;
    for await (const piece of this.pieces()) {
      if (length + piece.length > bytes.length) {
        const larger = new Uint8Array(Math.max(length + piece.length, bytes.length * 2));
        larger.set(bytes.subarray(0, length));
        bytes = larger;
      }
      bytes.set(piece, length);
      length += piece.length;
    }
    return length === bytes.length ? bytes : bytes.slice(0, length);
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  /** Nothing more is wanted of it: its connection is free for others. */
  async discard(): Promise<void> {
    this.#close();
    const body = this.#response?.body;
    // Somebody is reading it, and learns that it broke off.
    if (body?.locked) this.#controller.abort();
    else await body?.cancel();
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#abort);
  }

  #expect(): void {
    this.#timer = startTimer(this.#timeoutMs, () => {
      const seconds = this.#timeoutMs / 1000;
      this.#controller.abort(
        new ApiTimeoutError(
          `${this.#what}: nothing came within ${seconds} s. \`timeout\` sets another limit.`,
        ),
      );
    });
  }

  #heard(): void {
    clearTimeout(this.#timer);
  }

  #explain(error: unknown, what: string): unknown {
    if (this.#signal?.aborted) return this.#signal.reason;
    if (this.#controller.signal.reason instanceof ApiTimeoutError) return this.#controller.signal.reason;
    if (error instanceof FoveaError) return error;
    return new ApiConnectionError(`${this.#what}: ${what} (${reasonOf(error)}).`, { cause: error });
  }
}

/** So much memory is set aside because a header says so; what is longer grows as it comes. */
const mostTrusted = 2 ** 28;

/** Node's fetch fails with "fetch failed", and says why in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}
