import { expiredFrame } from "./frames.ts";
import type { Stream } from "./stream.ts";

export interface StreamsOptions {
  readonly heartbeatMs: number;
  readonly now: () => Date;
}

export interface Member {
  readonly stream: Stream;
  /** Milliseconds since the epoch; null for a credential without an end. */
  readonly expiresAt: number | null;
  /** Sends how things are now; rejects when that cannot be known. */
  readonly refresh: () => Promise<void>;
  /** It may have missed something. */
  stale: boolean;
}

/** After an outage every stream asks for snapshots: so many a tick, so that the database does not get all at once. */
const refreshesPerTick = 100;

/** The open streams of this process. */
export function createStreams({ heartbeatMs, now }: StreamsOptions) {
  /** With the time of the next beat. */
  const open = new Map<Member, number>();
  let closed = false;

  async function refresh(member: Member): Promise<void> {
    member.stale = false;
    // What cannot be read now is read when the reader connects again.
    await member.refresh().catch(() => member.stream.end());
  }

  return {
    /** @returns takes it out */
    add(member: Member): () => void {
      open.set(member, now().getTime() + heartbeatMs);
      if (closed) member.stream.end();
      return () => void open.delete(member);
    },

    /** To be called once a second: beats, and ends those whose time is over. */
    tick(): void {
      const time = now().getTime();
      let refreshes = 0;
      for (const [member, beatAt] of open) {
        const { stream, expiresAt } = member;
        if (expiresAt !== null && expiresAt <= time) stream.end(expiredFrame);
        if (member.stale && !stream.ended && refreshes < refreshesPerTick) {
          refreshes += 1;
          void refresh(member);
        }
        if (beatAt > time) continue;
        open.set(member, time + heartbeatMs);
        stream.beat();
      }
    },

    /** Ends them all, and takes no more. */
    close(): void {
      closed = true;
      for (const { stream } of open.keys()) stream.end();
    },
  };
}
