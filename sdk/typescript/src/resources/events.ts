import { notOfTheService } from "../api.ts";
import { delay } from "../delay.ts";
import { mayPass } from "../retry.ts";
import { readServerSentEvents } from "../server-sent-events.ts";
import type { CallOptions } from "../settings.ts";
import type { Send } from "../transport.ts";

/** Something that happened, or at the beginning of each connection how it is: `snapshot`. */
export interface FoveaEvent {
  readonly event: string;
  readonly topic: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds. */
const usualTimes = {
  /** A stream begins at once. Where this passes in silence, something on the way holds it back. */
  firstWord: 10_000,
  /** The service says that it is still there every 15 seconds. */
  longestSilence: 35_000,
  /** Until a connection is made again, and up to half as long besides. */
  pause: 3_000,
};

/** What happens in the service, told live (Server-Sent Events). */
export class Events {
  readonly #send: Send;
  readonly #times: typeof usualTimes;

  /** @param times are others in tests */
  constructor(send: Send, times = usualTimes) {
    this.#send = send;
    this.#times = times;
  }

  /**
   * What happens, until the loop is left or the signal is aborted. A connection that ends is made again; each begins
   * with a `snapshot` of every topic, so that nothing is missed but what was in between.
   *
   * @param topics `batch/<id>`, `media/<id>`, `icons/<id>`, `catalog/<id>`, or `mine`; up to 20
   * @throws {ApiError} where the service refuses, as for a topic that there is not
   * @throws {ApiConnectionError} where it cannot be reached at first; later on it may be away for as long as it likes
   */
  async *stream(
    topics: string | readonly string[],
    options: StreamOptions = {},
  ): AsyncGenerator<FoveaEvent, void, undefined> {
    let heard = false;
    for (;;) {
      try {
        for await (const event of this.once(typeof topics === "string" ? [topics] : topics, options)) {
          heard = true;
          yield event;
        }
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!heard || !mayPass(error)) throw error;
      }
      await delay(this.#times.pause * (1 + Math.random() / 2), options.signal);
    }
  }

  /** One connection, until it ends, by whatever. */
  async *once(
    topics: readonly string[],
    options: Pick<CallOptions, "signal" | "maxRetries">,
  ): AsyncGenerator<FoveaEvent, void, undefined> {
    const exchange = await this.#send(
      { method: "GET", path: "/api/v1/events", query: { topic: topics }, accept: "text/event-stream" },
      { ...options, timeout: this.#times.firstWord },
    );
    const type = exchange.response.headers.get("content-type") ?? "";
    if (!type.startsWith("text/event-stream")) {
      await exchange.discard();
      throw notOfTheService(exchange, type);
    }
    for await (const { event, data } of readServerSentEvents(exchange.pieces())) {
      exchange.allow(this.#times.longestSilence);
      // Both mean: connect again, with a credential that is then asked for anew.
      if (event === "expired" || event === "behind") return;
      yield { event, ...(JSON.parse(data) as Omit<FoveaEvent, "event">) };
    }
  }
}
