import { failed, type ItemContext, type Json, type Kind, type Outcome } from "./kind.ts";
import type { SharedWork } from "./shared-work.ts";

export interface ItemWork {
  readonly outcome: Outcome;
  readonly tookMs: number;
}

/**
 * Runs a handler on one item and always comes back: with its outcome, with `timed_out`, or with `internal_error` where
 * it threw or returned something else. Null where `gone` was aborted meanwhile: then nobody wants the outcome.
 *
 * @param onBug called with what a handler threw, or what is wrong with what it returned
 */
export async function workOnItem(
  kind: Kind,
  input: Json,
  { once, ...context }: Omit<ItemContext, "signal" | "once"> & Pick<SharedWork, "once">,
  gone: AbortSignal,
  onBug: (error: unknown) => void,
): Promise<ItemWork | null> {
  const startedAt = performance.now();
  const took = new AbortController();
  const signal = AbortSignal.any([gone, took.signal]);
  const settled = (outcome: Outcome): ItemWork => ({
    outcome,
    tookMs: Math.round(performance.now() - startedAt),
  });
  let timer: NodeJS.Timeout | undefined;
  let forget = () => {};
  // A handler that does not look at its signal must not hold the slice: the race goes on without it.
  const interrupted = new Promise<"timed_out" | "gone">((resolve) => {
    timer = setTimeout(() => resolve("timed_out"), kind.itemTimeoutMs);
    const onGone = () => resolve("gone");
    if (gone.aborted) onGone();
    gone.addEventListener("abort", onGone, { once: true });
    forget = () => gone.removeEventListener("abort", onGone);
  });
  try {
    const handled = Promise.resolve(
      kind.handle(input, {
        ...context,
        signal,
        once: (key, work, options) => once(key, work, signal, options),
      }),
    );
    const first = await Promise.race([handled, interrupted]);
    if (first === "gone") return null;
    if (first !== "timed_out") return settled(requireOutcome(first));
    // What it does after its time is up interests nobody, not even as an unhandled rejection.
    handled.catch(() => {});
    return settled(
      failed("timed_out", `The work on this item took longer than ${kind.itemTimeoutMs / 1000} seconds.`),
    );
  } catch (error) {
    if (gone.aborted) return null;
    onBug(error);
    return settled(
      failed("internal_error", "The work on this item failed because of a fault in the service."),
    );
  } finally {
    clearTimeout(timer);
    forget();
    took.abort(over);
  }
}

/** One for all: an exception of its own for each item would cost more than the rest of this. */
const over = new Error("the work on this item is over");

/** The types hold what the compiler saw; an outcome of unchecked data must not break its neighbours. */
function requireOutcome(outcome: Outcome): Outcome {
  switch (outcome?.status) {
    case "done":
      if (outcome.amount === undefined || isAmount(outcome.amount)) return outcome;
      throw new TypeError("a handler gave an amount that is no safe integer from 0");
    case "failed":
      return outcome;
    case "later":
      if (outcome.until instanceof Date && !Number.isNaN(outcome.until.getTime())) return outcome;
      throw new TypeError("a handler asked for later without a time");
    case "hold":
      if (typeof outcome.reason === "string") return outcome;
      throw new TypeError("a handler held its batch without a reason");
    default:
      throw new TypeError("a handler returned no outcome");
  }
}

const isAmount = (amount: number) => Number.isSafeInteger(amount) && amount >= 0;
