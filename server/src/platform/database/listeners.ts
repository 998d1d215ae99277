/**
 * Hears what is sent to a channel.
 *
 * @param notified is given the payload
 * @param connected is called when listening begins, and again after a gap: what was sent meanwhile is lost, so look
 * @returns a function that ends it
 */
export type Listen = (
  channel: string,
  notified: (payload: string) => void,
  connected?: () => void,
) => Promise<() => Promise<void>>;

interface Listener {
  readonly notified: (payload: string) => void;
  readonly connected: () => void;
}

/** Who listens to what on one connection; LISTEN is sent for the first listener of a channel only. */
export interface Listeners {
  readonly listen: Listen;
  deliver(channel: string, payload: string): void;
  channels(): readonly string[];
  /** Tells everybody that there may have been a gap. */
  reconnected(): void;
}

/**
 * @param begin sends LISTEN, and resolves when it holds
 * @param end sends UNLISTEN
 */
export function createListeners(
  begin: (channel: string) => Promise<void>,
  end: (channel: string) => Promise<void>,
): Listeners {
  const listeners = new Map<string, Set<Listener>>();
  let turn: Promise<unknown> = Promise.resolve();
  /** One after the other: an UNLISTEN must not overtake the LISTEN of whoever comes next. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };

  return {
    listen: (channel, notified, connected = () => {}) =>
      inTurn(async () => {
        const listener = { notified, connected };
        const others = listeners.get(channel);
        if (!others) {
          listeners.set(channel, new Set([listener]));
          try {
            await begin(channel);
          } catch (error) {
            listeners.delete(channel);
            throw error;
          }
        } else others.add(listener);
        listener.connected();
        return () =>
          inTurn(async () => {
            const all = listeners.get(channel);
            if (!all?.delete(listener) || all.size > 0) return;
            listeners.delete(channel);
            await end(channel);
          });
      }),
    deliver(channel, payload) {
      for (const listener of listeners.get(channel) ?? []) listener.notified(payload);
    },
    channels: () => [...listeners.keys()],
    reconnected() {
      for (const all of listeners.values()) for (const listener of all) listener.connected();
    },
  };
}
