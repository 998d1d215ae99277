import type { Claim, Claims, Failed } from "./claims.ts";
import { PermanentFailure, storedMessage } from "./errors.ts";

/** Why a try ended without its handler. */
type Ending = "expired" | "lost" | "released";

/** A try under way. */
export interface Running {
  readonly claim: Claim;
  /** True when the job was completed in a transaction of the handler. */
  completed(): boolean;
  /** Ends it from outside; its handler is told by its signal and no longer waited for. */
  end(reason: Ending): void;
  /** Never rejects. */
  readonly settled: Promise<void>;
}

export interface RunOptions {
  readonly claim: Claim;
  readonly claims: Claims;
  readonly expireMs: number;
  readonly call: (claim: Claim, complete: Claims["complete"], signal: AbortSignal) => Promise<void>;
  /** Pause before the next try. */
  readonly againInMs: () => number;
  /** Repeats what fails because the database is away, until it is back or the signal says to give up. */
  readonly persist: <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;
  readonly onFailed: (outcome: Failed, message: string, againInMs: number | undefined) => void;
  readonly onError: (error: unknown) => void;
}

/** Works on one job and settles it: done, again, dead, or no longer ours. */
export function runJob(options: RunOptions): Running {
  const { claim, claims, expireMs, call, againInMs, persist, onFailed, onError } = options;
  const ended = Promise.withResolvers<Ending>();
  const controller = new AbortController();
  let completed = false;
  let gone = false;

  const end = (reason: Ending) => {
    if (reason !== "expired") gone = true;
    ended.resolve(reason);
    controller.abort(new Error(`The job was ended: ${reason}.`));
  };
  const complete: Claims["complete"] = async (_claim, tx) => {
    if (gone) return false;
    const done = await claims.complete(claim, tx);
    if (done) completed = true;
    return done;
  };
  const fail = async (message: string, pause: number | undefined) => {
    const outcome = await persist(() => claims.fail(claim, message, pause), settling.signal);
    onFailed(outcome, message, outcome === "again" ? pause : undefined);
  };
  /** Aborted when the claim is no longer ours: then nothing is left to settle. */
  const settling = new AbortController();
  void ended.promise.then((reason) => {
    if (reason !== "expired") settling.abort();
  });

  const settle = async () => {
    const expiry = setTimeout(() => end("expired"), expireMs);
    const handled = call(claim, complete, controller.signal).then(
      () => ({ kind: "returned" }) as const,
      (error: unknown) => ({ kind: "threw", error }) as const,
    );
    const outcome = await Promise.race([handled, ended.promise]);
    clearTimeout(expiry);
    if (outcome === "lost" || outcome === "released") return;
    if (outcome === "expired") {
      await fail(`It took longer than ${expireMs / 1000} s.`, againInMs());
    } else if (outcome.kind === "threw") {
      const permanent = outcome.error instanceof PermanentFailure;
      await fail(storedMessage(outcome.error), permanent ? undefined : againInMs());
    } else if (!completed) {
      // If the handler's own transaction rolled back after all, nobody renews the claim, and the job comes again.
      await persist(() => claims.complete(claim), settling.signal);
    }
  };
  return {
    claim,
    completed: () => completed,
    end,
    settled: settle().catch((error: unknown) => {
      if (!gone) onError(error);
    }),
  };
}
