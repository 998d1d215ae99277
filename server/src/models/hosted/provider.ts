import type { Described, Instruction, VisionFormat } from "../contract.ts";

/** Tokens as the provider counted them; what a model thought before it answered is output. */
export type Usage = NonNullable<Described["usage"]>;

/** One question to one hosted model with one key. */
export interface HostedCall {
  readonly model: string;
  /** Null where the provider asks for none. */
  readonly apiKey: string | null;
  /** The encoded picture, already made to fit what the model accepts. */
  readonly image: Buffer;
  readonly format: VisionFormat;
  /** Pixels of `image`, upright. */
  readonly width: number;
  readonly height: number;
  readonly instruction: Instruction;
  /** What the model thinks counts too. */
  readonly maxOutputTokens: number;
  readonly signal: AbortSignal;
  /** Called when it is about to go out: from then on it may be billed. */
  readonly onSent?: () => void;
}

export interface HostedAnswer {
  /** Obeys the instruction's schema. */
  readonly output: Described["output"];
  /** The model that answered, as the provider says; the one that was asked where it says nothing. */
  readonly model: string;
  /** Null where the provider counts nothing. */
  readonly usage: Usage | null;
  readonly responseId: string | null;
  /** Whether the text had to be freed of a code fence, of words around it, or given its last brace. */
  readonly repaired: boolean;
}

/** What all adapters are made with. */
export interface HostedProviderSettings {
  /** Where the provider's API begins, with its version and without a slash at the end. */
  readonly baseUrl: string;
  /** Milliseconds for a whole call, from the first byte of the question to the last one of the answer. */
  readonly deadlineMs: number;
}

/**
 * A provider's API, as one call with one key.
 *
 * An adapter sends one request and says how it ended. It chooses no key, waits for no quota, retries nothing, logs
 * nothing and stores nothing. A second question after an answer that cannot be used is the caller's: it takes another
 * slot of the quota.
 */
export interface HostedProvider {
  readonly name: "gemini" | "openai" | "anthropic" | "compatible";
  /** @throws {ProviderError} as its `failure` says; the signal's reason, at once, when that is aborted */
  ask(call: HostedCall): Promise<HostedAnswer>;
}

/** How a call may fail. Each reason is one plain sentence, without the key or the instruction. */
export type ProviderFailure =
  | {
      readonly kind: "rate_limited";
      /** Which limit was reached, where the provider says so. */
      readonly scope: "minute" | "day" | "unknown";
      /**
       * What the provider asks to wait; null where it says nothing. Gemini also names half a minute when it is the day
       * that is used up: of the two, believe `scope`.
       */
      readonly retryAfterMs: number | null;
    }
  /** The key is revoked, unknown, or may not use this; or its account does not pay. */
  | { readonly kind: "key_unusable"; readonly reason: string }
  | { readonly kind: "model_unknown"; readonly reason: string }
  /** The provider's policy blocked the question or the answer. */
  | { readonly kind: "refused"; readonly reason: string; readonly usage: Usage | null }
  /** An answer came and cannot be used: cut short, no JSON, or not what the schema says. */
  | { readonly kind: "invalid_output"; readonly reason: string; readonly usage: Usage | null }
  | {
      readonly kind: "unavailable";
      readonly reason: string;
      /**
       * Whether the call may have been billed: it went out, and what came back does not say that nothing was done.
       * Either way it has used its slot of the quota, unless it is `unconnected`.
       */
      readonly sent: boolean;
      /** There was no connection that any of it could have been sent on. */
      readonly unconnected?: true;
    }
  /** This question cannot be taken; asking again changes nothing. */
  | { readonly kind: "rejected"; readonly reason: string };

/** A failed call. What a provider says is translated into it once, in its adapter. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly failure: ProviderFailure;

  // Takes no cause: what SDKs throw holds the whole request, with the picture and the instruction.
  constructor(failure: ProviderFailure) {
    super(wordsOf(failure));
    this.failure = failure;
  }
}

function wordsOf(failure: ProviderFailure): string {
  if (failure.kind !== "rate_limited") return `${failure.kind}: ${failure.reason}`;
  const { scope, retryAfterMs } = failure;
  return `rate_limited: by ${scope === "unknown" ? "a limit it does not name" : `the ${scope}`}, ${retryAfterMs === null ? "without a delay" : `for ${retryAfterMs} ms`}`;
}
