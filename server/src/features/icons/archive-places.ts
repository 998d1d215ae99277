import { tooManyDownloads } from "./errors.ts";

/** An archive of a full batch takes a core for some ten seconds, for the pictures on its sheet. */
const most = { inAll: 8, perCaller: 2 };

/**
 * Bounds how many archives are made at a time.
 *
 * @returns takes a place, and returns what gives it back; throws `too_many_downloads` (429) where there is none
 */
export function createArchivePlaces(): (caller: string) => () => void {
  const taken = new Map<string, number>();
  let all = 0;
  return (caller) => {
    const own = taken.get(caller) ?? 0;
    if (all >= most.inAll || own >= most.perCaller) throw tooManyDownloads();
    all += 1;
    taken.set(caller, own + 1);
    return () => {
      all -= 1;
      const left = (taken.get(caller) ?? 1) - 1;
      if (left > 0) taken.set(caller, left);
      else taken.delete(caller);
    };
  };
}
