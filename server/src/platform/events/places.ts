import { tooManyOwnStreams, tooManyStreams } from "./errors.ts";

interface StreamLimits {
  /** Open at once in this process. */
  readonly inAll: number;
  /** Of them of one caller. */
  readonly perCaller: number;
}

export interface Places {
  /**
   * A place for one live connection, before there is one.
   *
   * @param caller who, or from where
   * @returns gives it back
   * @throws {AppError} `too_many_streams`, `too_many_own_streams`
   */
  take(caller: string): () => void;
  /** How many are taken. */
  taken(): number;
  /** From here on there are none. */
  close(): void;
}

/** How many live connections there may be at once, whatever they speak. */
export function createPlaces({ inAll, perCaller }: StreamLimits): Places {
  const places = new Map<string, number>();
  let taken = 0;
  let closed = false;
  return {
    take(caller) {
      const own = places.get(caller) ?? 0;
      if (closed || taken >= inAll) throw tooManyStreams();
      if (own >= perCaller) throw tooManyOwnStreams(perCaller);
      taken += 1;
      places.set(caller, own + 1);
      let given = false;
      return () => {
        if (given) return;
        given = true;
        taken -= 1;
        const left = (places.get(caller) ?? 1) - 1;
        if (left > 0) places.set(caller, left);
        else places.delete(caller);
      };
    },
    taken: () => taken,
    close() {
      closed = true;
    },
  };
}
