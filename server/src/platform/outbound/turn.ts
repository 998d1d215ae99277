import type { Ending } from "./breaker.ts";

/** The answer to who wants to ask something of an origin. */
export type Turn =
  | {
      readonly state: "go";
      /**
       * To be called once when the request is over, however it ended; further calls do nothing.
       *
       * @param how `unreachable` for what says that the origin is down or overloaded: no connection, no answer in time,
       * 5xx, 429; `aborted` for what says nothing of it
       * @param retryAfter when the origin wants to be asked again, if it said so
       */
      leave(how: Ending, retryAfter?: Date | null): void;
    }
  /** Come later: the origin rests or has too many waiting. Nothing was tried. */
  | { readonly state: "parked"; readonly until: Date }
  /** The origin has failed for longer than the patience. Nothing was tried. */
  | { readonly state: "given_up"; readonly message: string };
