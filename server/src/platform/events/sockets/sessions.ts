import { type Caller, createSession, type Session, type SessionOptions } from "./session.ts";
import type { Wire } from "./wire.ts";

/** After an outage every connection looks at its batches again: so many a tick, and not all at once. */
const refreshesPerTick = 100;

/** The connections of this process. */
export function createSessions(options: SessionOptions) {
  const open = new Set<Session>();
  let closed = false;
  return {
    size: () => open.size,

    /** Begins; `closed` of what it returns has to be called when the connection is gone. */
    open(caller: Caller, wire: Wire): Session {
      const session = createSession(options, caller, wire);
      const one: Session = {
        ...session,
        closed() {
          open.delete(one);
          session.closed();
        },
      };
      open.add(one);
      if (closed) one.stop();
      else one.begin();
      return one;
    },

    /** To be called once a second. */
    tick(): void {
      let refreshes = 0;
      for (const session of open) if (session.tick(refreshes < refreshesPerTick)) refreshes += 1;
    },

    close(): void {
      closed = true;
      for (const session of open) session.stop();
    },
  };
}
