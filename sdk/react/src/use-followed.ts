import { useCallback, useEffect, useState } from "react";

/** Something that takes time, as far as it is known here. */
export interface Followed<State> {
  /** As it was last told; undefined until then. */
  readonly state: State | undefined;
  /** Whether that was told by the service as it happened (true), asked for (false), or is not known yet (undefined). */
  readonly live: boolean | undefined;
  /** Why it is not followed any more, although it has not ended. `refresh` tries again. */
  readonly error: unknown;
  /** Whether it has ended. */
  readonly isOver: boolean;
  /** Follows it anew, from its present state: after an error, or where what had ended was begun again. */
  refresh(): void;
}

type Wait<State> = (
  id: string,
  options: {
    readonly signal: AbortSignal;
    readonly onProgress: (state: State, how: { readonly live: boolean }) => void;
  },
) => Promise<State>;

interface Known<State> {
  /** What this is known of: another id begins with nothing. */
  readonly of: unknown;
  readonly state?: State | undefined;
  readonly live?: boolean | undefined;
  readonly error?: unknown;
  readonly isOver?: boolean | undefined;
}

/**
 * Follows something by its id until it ends; null follows nothing. The wait ends with the component, not the work.
 *
 * @param wait must stay the same between renders
 */
export function useFollowed<State>(id: string | null, wait: Wait<State>): Followed<State> {
  const [round, setRound] = useState(0);
  const [known, setKnown] = useState<Known<State>>({ of: id });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another round is asked for by whoever wants it followed anew
  useEffect(() => {
    if (id === null) return;
    const controller = new AbortController();
    const { signal } = controller;
    setKnown((before) => (before.of === id ? { ...before, error: undefined, isOver: false } : { of: id }));
    wait(id, {
      signal,
      onProgress: (state, { live }) => {
        if (!signal.aborted) setKnown({ of: id, state, live });
      },
    }).then(
      (state) => {
        if (!signal.aborted) setKnown((before) => ({ of: id, live: before.live, state, isOver: true }));
      },
      (error: unknown) => {
        if (!signal.aborted) setKnown((before) => ({ ...before, of: id, error }));
      },
    );
    return () => controller.abort();
  }, [id, wait, round]);

  const refresh = useCallback(() => setRound((before) => before + 1), []);
  // Between a new id and its effect there is a render that must not show the old one's state.
  const shown: Known<State> = known.of === id ? known : { of: id };
  const { state, live, error, isOver = false } = shown;
  return { state, live, error, isOver, refresh };
}
