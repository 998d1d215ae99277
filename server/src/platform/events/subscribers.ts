import type { Logger } from "pino";
import { type Interest, type LiveEvent, ownerTopic } from "./live-event.ts";

/** Must be quick and must not wait: all others get the event after it. */
export type Listener = (event: LiveEvent) => void;

interface Subscriber {
  readonly topics: ReadonlySet<string>;
  readonly owner: string;
  readonly seesAll: boolean;
  readonly listener: Listener;
  readonly missed: () => void;
}

/** Who follows what in this process. */
export function createSubscribers(log: Pick<Logger, "error">) {
  const all = new Set<Subscriber>();
  const byTopic = new Map<string, Set<Subscriber>>();

  const tell = (work: () => void) => {
    try {
      work();
    } catch (error) {
      log.error({ err: error }, "a subscriber of live events failed");
    }
  };

  return {
    add({ topics, owner, seesAll = false }: Interest, listener: Listener, missed: () => void): () => void {
      const subscriber: Subscriber = { topics: new Set(topics), owner, seesAll, listener, missed };
      all.add(subscriber);
      for (const topic of subscriber.topics) {
        const followers = byTopic.get(topic) ?? new Set();
        byTopic.set(topic, followers.add(subscriber));
      }
      return () => {
        all.delete(subscriber);
        for (const topic of subscriber.topics) {
          const followers = byTopic.get(topic);
          followers?.delete(subscriber);
          if (followers?.size === 0) byTopic.delete(topic);
        }
      };
    },

    deliver(event: LiveEvent): void {
      const { topic, owner } = event;
      const may = (subscriber: Subscriber) =>
        owner === null || subscriber.seesAll || subscriber.owner === owner;
      for (const subscriber of byTopic.get(topic) ?? []) {
        if (may(subscriber)) tell(() => subscriber.listener(event));
      }
      if (owner === null) return;
      for (const subscriber of byTopic.get(ownerTopic(owner)) ?? []) {
        // Whoever follows both gets it once.
        if (may(subscriber) && !subscriber.topics.has(topic)) tell(() => subscriber.listener(event));
      }
    },

    missed(): void {
      for (const subscriber of all) tell(subscriber.missed);
    },

    size: () => all.size,
  };
}
