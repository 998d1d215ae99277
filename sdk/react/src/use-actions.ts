import { useCallback, useEffect, useRef, useState } from "react";

export interface Actions {
  /** The name of what is being done; null where nothing is. */
  readonly pending: string | null;
  /** Why the last one failed. */
  readonly error: unknown;
  /**
   * Does something, unless something else is being done: two clicks are one. Gives undefined then, and where it failed:
   * `error` has the reason.
   */
  run<Result>(name: string, work: () => PromiseLike<Result>): Promise<Result | undefined>;
}

/** What a user does by a button: one thing at a time, with its failure kept to be shown. */
export function useActions(): Actions {
  const [pending, setPending] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(undefined);
  // A ref, since two clicks may come before a render.
  const busy = useRef(false);
  const mounted = useMounted();

  const run = useCallback(
    async <Result>(name: string, work: () => PromiseLike<Result>): Promise<Result | undefined> => {
      if (busy.current) return undefined;
      busy.current = true;
      setPending(name);
      setError(undefined);
      try {
        return await work();
      } catch (reason) {
        if (mounted.current) setError(reason);
        return undefined;
      } finally {
        busy.current = false;
        if (mounted.current) setPending(null);
      }
    },
    [mounted],
  );
  return { pending, error, run };
}

/** Whether the component is still there: what ends later has nobody to tell. */
function useMounted() {
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  return mounted;
}
