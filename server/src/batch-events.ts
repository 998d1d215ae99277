import type { Logger } from "pino";
import type { BatchChange, LastingChange } from "./engine/changes.ts";
import type { Batch } from "./engine/records.ts";
import type { Events } from "./platform/events/events.ts";
import type { PublishedEvent } from "./platform/events/live-event.ts";
import { createTeller } from "./platform/events/teller.ts";
import type { Topic } from "./platform/events/topics.ts";

/** How batches of one kind are told of. */
export interface KindEvents {
  /** The name of the kind. */
  readonly kind: string;
  readonly topic: Topic;
  progress(batch: Batch): Promise<PublishedEvent>;
  /**
   * @param batch as it is now, which may be more than the change
   * @param progress of it
   * @returns null where nothing is told of such a change
   */
  change(as: LastingChange, batch: Batch, progress: PublishedEvent): PublishedEvent | null;
  removed(id: string): PublishedEvent | null;
}

type Fact = BatchChange | { readonly as: "said"; readonly event: PublishedEvent };

export interface BatchEvents {
  /** Something of it has ended: for the engine, after every flush. */
  readonly onProgress: (batchId: string) => void;
  readonly onChanged: (batchId: string, change: BatchChange) => void;
  /** Tells those who follow a batch, with the next that is told of it. */
  say(batchId: string, event: PublishedEvent): void;
  /** Tells what waits. To be called after the engine has stopped, and before the database is closed. */
  close(): Promise<void>;
}

/**
 * Tells how batches go on: each is read when something of it has changed, at most twice a second for its progress, by
 * the process that changed it.
 */
export function createBatchEvents(options: {
  readonly events: Pick<Events, "publish">;
  readonly read: (batchId: string) => Promise<Batch | null>;
  readonly kinds: readonly KindEvents[];
  readonly log: Pick<Logger, "warn">;
}): BatchEvents {
  const { events } = options;
  const kinds = new Map(options.kinds.map((kind) => [kind.kind, kind]));

  async function tell(id: string, facts: readonly Fact[]): Promise<void> {
    const batch = await options.read(id);
    if (batch === null) return tellOfRemoval(id, facts);
    const kind = kinds.get(batch.kind);
    if (!kind) return;
    const { owner } = batch;
    const publish = (event: PublishedEvent) => events.publish(topicOf(kind, id), event, { owner });
    const progress = await kind.progress(batch);
    let shown = false;
    for (const fact of facts) {
      if (fact.as === "removed") continue;
      const event = fact.as === "said" ? fact.event : kind.change(fact.as, batch, progress);
      if (!event) continue;
      // What came before the end is told before it; afterwards it would be left out.
      if (event.kind === "end" && !shown) {
        publish(progress);
        shown = true;
      }
      publish(event);
    }
    if (!shown) publish(progress);
  }

  function tellOfRemoval(id: string, facts: readonly Fact[]): void {
    for (const fact of facts) {
      if (fact.as !== "removed") continue;
      const kind = kinds.get(fact.kind);
      const event = kind?.removed(id);
      if (kind && event) events.publish(topicOf(kind, id), event, { owner: fact.owner });
    }
  }

  const teller = createTeller<Fact>({ tell, log: options.log });
  return {
    onProgress: (id) => teller.soon(id),
    onChanged: (id, change) => teller.now(id, change),
    say: (id, event) => teller.soon(id, { as: "said", event }),
    close: teller.close,
  };
}

const topicOf = ({ topic }: KindEvents, id: string) => `${topic.prefix}/${id}`;
