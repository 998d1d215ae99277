import { exitCodes, Failure } from "../exit-codes.ts";

/**
 * A signal that is aborted with the other one, or when the time is over that somebody is willing to wait.
 *
 * @param seconds undefined: as long as it takes
 * @param comeBack how to come back to what goes on
 */
export function patience(signal: AbortSignal, seconds: number | undefined, comeBack: string): AbortSignal {
  if (seconds === undefined) return signal;
  const over = new AbortController();
  const message = `Not done after ${seconds} s. ${comeBack}`;
  const timer = setTimeout(
    () => over.abort(new Failure(exitCodes.unfinished, "timeout", message)),
    seconds * 1000,
  );
  timer.unref();
  return AbortSignal.any([signal, over.signal]);
}
