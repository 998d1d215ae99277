import type { WireFault } from "./loopback.ts";

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface TokenCounts {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What a provider says, in words that every provider has a form for. */
export type SpokenAnswer =
  /** The model's JSON. `usage: null` leaves the counts out; `model` is another one than was asked. */
  | {
      readonly kind: "output";
      readonly output: Json;
      readonly usage?: TokenCounts | null;
      readonly model?: string;
    }
  /** What the model writes instead of JSON alone. */
  | { readonly kind: "text"; readonly text: string; readonly usage?: TokenCounts }
  /** One of the provider's `refusals`. */
  | { readonly kind: "refusal"; readonly form: string; readonly usage?: TokenCounts }
  /** The model reached its limit of tokens after this text. */
  | { readonly kind: "truncated"; readonly text: string; readonly usage?: TokenCounts }
  /** A well-formed answer without any words in it. */
  | { readonly kind: "empty" }
  /** An error in the provider's form; without a message, with its usual one. */
  | { readonly kind: "error"; readonly status: number; readonly message?: string }
  | ({ readonly kind: "limited" } & LimitForm);

/** How a simulated provider ends a call. */
export type SimulatedAnswer = SpokenAnswer | WireFault;

export interface LimitForm {
  readonly scope: "minute" | "day" | "unknown";
  readonly retryAfterMs: number | null;
}

/** A question as it came over the wire, already found to be well formed. */
export interface SeenCall {
  readonly key: string;
  readonly model: string;
  readonly instruction: string;
  readonly schema: Json;
  readonly image: { readonly mediaType: string; readonly sha256: string };
  readonly maxOutputTokens: number;
}

/** What the conformance suite needs of a simulator. */
export interface VisionSimulator {
  /** As the adapter takes it. */
  readonly url: string;
  readonly key: string;
  readonly model: string;
  /** Media types that the provider takes. */
  readonly mediaTypes: readonly string[];
  readonly refusals: readonly string[];
  /** What its 429 can say. */
  readonly limits: readonly LimitForm[];
  /** Every request, in order of arrival, also those that were found malformed: null. */
  readonly calls: readonly (SeenCall | null)[];
  /** How calls end from now on. */
  answer(next: SimulatedAnswer | ((call: SeenCall) => SimulatedAnswer | Promise<SimulatedAnswer>)): void;
  /** When so many requests have arrived since the start. */
  arrived(count: number): Promise<void>;
  /** When every request was answered, or dropped by who sent it. */
  idle(): Promise<void>;
  close(): Promise<void>;
}
