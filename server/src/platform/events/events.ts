import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Interest, LiveEvent, PublishedEvent } from "./live-event.ts";
import { createRelay } from "./relay.ts";
import { createSubscribers, type Listener } from "./subscribers.ts";
import { createThrottle } from "./throttle.ts";

export interface EventsOptions {
  /** Carries events between processes; null where there is one process only. */
  readonly redis: Redis | null;
  readonly log: Pick<Logger, "warn" | "error">;
  readonly now: () => Date;
  /** Between two of progress, for each topic. 500. */
  readonly progressEveryMs?: number;
}

export interface Events {
  /**
   * Tells all who follow the topic, in every process. It does not wait, and never fails: what must not be lost belongs
   * into the database, where a snapshot finds it.
   *
   * @param to whose it is: others do not get it, and whoever follows everything of that owner gets it too
   */
  publish(topic: string, event: PublishedEvent, to?: { readonly owner: string }): void;
  /**
   * @param missed is called when events of other processes may have been lost: what is shown should be read again
   * @returns ends it
   */
  subscribe(interest: Interest, listener: Listener, missed?: () => void): () => void;
  /** How many follow something in this process. */
  subscribers(): number;
  /** Sends the progress that waits, and lets go of Redis. */
  close(): void;
}

/** The one fan-out of the service: whatever shows how things go is a subscriber here. */
export function createEvents(options: EventsOptions): Events {
  const { redis, log, now, progressEveryMs = 500 } = options;
  const instance = randomUUID();
  let count = 0;
  let closed = false;
  const subscribers = createSubscribers(log);
  // Two: what comes from several processes is too much again where it meets.
  const local = createThrottle(progressEveryMs, subscribers.deliver);
  const relay =
    redis &&
    createRelay({
      ...{ redis, instance, log },
      channel: "fovea:events",
      receive: local.take,
      missed: subscribers.missed,
    });
  const outgoing = relay && createThrottle(progressEveryMs, relay.send);

  return {
    publish(topic, { name, data, kind = "fact" }, to) {
      if (closed) return;
      count += 1;
      const text = asJson(data);
      if (text === undefined) {
        log.error({ topic, name }, "a live event has data that is no JSON");
        return;
      }
      const event: LiveEvent = {
        ...{ id: `${instance}-${count}`, topic, name, kind },
        // A copy: the same as other processes get, and as it is now.
        data: JSON.parse(text),
        owner: to?.owner ?? null,
        at: now().toISOString(),
      };
      local.take(event);
      outgoing?.take(event);
    },
    subscribe: (interest, listener, missed = () => {}) => subscribers.add(interest, listener, missed),
    subscribers: subscribers.size,
    close() {
      closed = true;
      local.close();
      outgoing?.close();
      relay?.close();
    },
  };
}

/** Undefined for what JSON cannot say: a function, a circle, a bigint. */
function asJson(data: unknown): string | undefined {
  try {
    return JSON.stringify(data);
  } catch {
    return undefined;
  }
}
