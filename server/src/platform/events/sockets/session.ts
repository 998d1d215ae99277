import type { Logger } from "pino";
import type { Identity } from "../../auth/identity.ts";
import type { Events } from "../events.ts";
import { type LiveEvent, ownerTopic } from "../live-event.ts";
import { createOutbox } from "../outbox.ts";
import { createFollowed } from "./followed.ts";
import type { Answer, Wire } from "./wire.ts";

/** So many messages may wait for one reader, besides what its connection holds. */
const mostWaiting = 200;
/** So many batches may be followed by one connection; and so many of its messages may wait for their turn. */
const mostJoins = 100;
/** How long a client may take to read its last message. */
const patienceMs = 5_000;

/** What all connections have in common. */
export interface SessionOptions {
  readonly events: Pick<Events, "subscribe">;
  /** How things are now at a topic, in JSON; null for one that there is not, or that is not this caller's. */
  readonly snapshot: (topic: string, identity: Identity) => Promise<unknown>;
  /** The name under which that is sent. */
  readonly snapshotEvent: string;
  /** The topic of a batch that somebody joins. */
  readonly topicOf: (batchId: string) => string;
  /** Which events go out here; others are for streams only. */
  readonly tells: (event: LiveEvent) => boolean;
  /** Who gets events of others too, at topics that a snapshot let them follow. */
  readonly seesAll: (identity: Identity) => boolean;
  readonly now: () => Date;
  readonly heartbeatMs: number;
  readonly log: Pick<Logger, "error">;
}

/** Who is there. */
export interface Caller {
  readonly identity: Identity;
  /** When the credential ends: milliseconds since the epoch; null for one without an end. */
  readonly expiresAt: number | null;
}

export type Session = ReturnType<typeof createSession>;

/** What one connection follows and is told, whatever it speaks: all that is its owner's, and the batches it joined. */
export function createSession(options: SessionOptions, { identity, expiresAt }: Caller, wire: Wire) {
  const { events, tells, snapshotEvent, now } = options;
  let ended = false;
  let stale = false;
  let cutAt = Number.POSITIVE_INFINITY;
  let beatAt = now().getTime() + options.heartbeatMs;
  let turn: Promise<void> = Promise.resolve();
  let waiting = 0;

  const outbox = createOutbox<() => void>(mostWaiting, (say) => {
    say();
    return wire.caughtUp();
  });

  function push(say: () => void, replaces?: string): void {
    if (ended || outbox.push(say, replaces)) return;
    end("behind", "More happened than was read: connect again, and join again.");
  }
  const say = (event: string, data: unknown) => push(() => wire.emit(event, data));

  function tell({ name, topic, kind, data }: LiveEvent): void {
    push(() => wire.emit(name, data), kind === "progress" ? `${name} ${topic}` : undefined);
  }

  const followed = createFollowed({
    most: mostJoins,
    mostHeld: mostWaiting,
    subscribe: (topic, listener) =>
      events.subscribe(
        { topics: [topic], owner: identity.owner, seesAll: options.seesAll(identity) },
        (event) => {
          if (tells(event)) listener(event);
        },
      ),
    tell,
    overflow: () => end("behind", "More happened than was read: connect again, and join again."),
  });
  const leaveOwner = events.subscribe(
    { topics: [ownerTopic(identity.owner)], owner: identity.owner },
    (event) => {
      // What was joined is heard there.
      if (tells(event) && !followed.has(event.topic)) tell(event);
    },
    () => {
      stale = true;
    },
  );

  /** One after another, so that a client cannot make the database look for many batches at once. */
  function inTurn(work: () => Promise<void> | void): boolean {
    if (waiting >= mostJoins) return false;
    waiting += 1;
    turn = turn
      .then(() => (ended ? undefined : work()))
      .catch((error: unknown) => {
        options.log.error({ err: error }, "a message of a live connection failed");
      })
      .finally(() => {
        waiting -= 1;
      });
    return true;
  }

  function refuse(batchId: string | null, message: string, answer: Answer | undefined): void {
    say("join_failed", { batch_id: batchId, message });
    if (answer) push(() => answer({ ok: false, batch_id: batchId, message }));
  }

  /** Follows before it looks: nothing that happens in between is lost. */
  async function follow(topic: string): Promise<keyof typeof refusals | "followed"> {
    const before = followed.has(topic);
    if (!followed.hold(topic)) return "too many";
    let data: unknown;
    try {
      data = await options.snapshot(topic, identity);
    } catch (error) {
      if (before) followed.release(topic);
      else followed.drop(topic, isOwn);
      throw error;
    }
    if (data === null) {
      followed.drop(topic, isOwn);
      return "unknown";
    }
    push(() => wire.emit(snapshotEvent, data), `${snapshotEvent} ${topic}`);
    followed.release(topic);
    return "followed";
  }
  /** What would have been told without a join too. */
  const isOwn = ({ owner }: LiveEvent) => owner === identity.owner;

  async function join(batchId: string, answer: Answer | undefined): Promise<void> {
    const outcome = await follow(options.topicOf(batchId)).catch((error: unknown) => {
      options.log.error({ err: error }, "a batch that somebody joined could not be read");
      return "unreadable" as const;
    });
    if (outcome !== "followed") refuse(batchId, refusals[outcome], answer);
    else if (answer) push(() => answer({ ok: true, batch_id: batchId }));
  }

  async function refresh(): Promise<void> {
    try {
      // It may end in between, and follows nothing from then on.
      for (const topic of followed.topics()) if (!ended) await follow(topic);
    } catch {
      // The next tick tries again; that the database is out of reach is told elsewhere.
      stale = true;
    }
  }

  function end(event: string, message: string): void {
    if (ended) return;
    wire.emit(event, { message });
    letGo();
    wire.close();
  }

  function letGo(): void {
    ended = true;
    cutAt = now().getTime() + patienceMs;
    leaveOwner();
    followed.clear();
  }

  return {
    begin(): void {
      wire.emit("connected", {
        status: "connected",
        subject: identity.subject,
        expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
      });
      outbox.resume();
    },

    /** @param batchId as it was sent, whatever it is */
    join(batchId: unknown, answer?: Answer): void {
      const id = asBatchId(batchId);
      if (id === null) refuse(printable(batchId), refusals.unknown, answer);
      else if (!inTurn(() => join(id, answer))) refuse(id, refusals["too many"], answer);
    },

    leave(batchId: unknown, answer?: Answer): void {
      const id = asBatchId(batchId);
      const done = (ok: boolean) => answer && push(() => answer({ ok, batch_id: id }));
      const taken = inTurn(() => {
        if (id !== null) followed.drop(options.topicOf(id));
        done(id !== null);
      });
      if (!taken) done(false);
    },

    say,
    /** The client has read what it was sent. */
    resume(): void {
      if (!ended) outbox.resume();
    },

    /** To be called once a second. @returns whether it looked at its batches again */
    tick(mayRefresh: boolean): boolean {
      const time = now().getTime();
      if (ended) {
        if (time >= cutAt) wire.cut();
        return false;
      }
      if (expiresAt !== null && expiresAt <= time) {
        end("expired", "The time of the credential is over: connect again with a new one.");
        return false;
      }
      if (time >= beatAt) {
        beatAt = time + options.heartbeatMs;
        wire.beat();
      }
      if (!stale || !mayRefresh || !inTurn(refresh)) return false;
      stale = false;
      return true;
    },

    /** The service closes. */
    stop(): void {
      if (!ended) letGo();
      wire.cut();
    },
    /** The connection is gone. */
    closed(): void {
      if (!ended) letGo();
    },
  };
}

const refusals = {
  unknown: "There is no such batch to follow.",
  "too many": `A connection follows up to ${mostJoins} batches: leave some, or open another one.`,
  unreadable: "The batch cannot be read now: try again later.",
} as const;

const asBatchId = (value: unknown) =>
  typeof value === "string" && /^[\w-]{1,100}$/.test(value) ? value.toLowerCase() : null;

/** What a refusal repeats of it. */
const printable = (value: unknown) =>
  typeof value === "string" && value.length <= 100 ? value.toWellFormed() : null;
