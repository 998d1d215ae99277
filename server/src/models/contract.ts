/** What JSON can say. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Formats in which a picture may be handed to a vision model. */
export type VisionFormat = "jpeg" | "png" | "webp" | "gif";

/** What a model is asked to find out about a picture. */
export interface Instruction {
  /** Changes with `text` and `schema`: part of the result cache's key. */
  readonly version: string;
  /** What a model that reads is told. */
  readonly text: string;
  /** JSON Schema (2020-12) of the answer; every model's answer obeys it. */
  readonly schema: { readonly [key: string]: Json };
}

export interface VisionRequest {
  /** The encoded picture, already made to fit the model's `limits`. */
  readonly image: Buffer;
  readonly format: VisionFormat;
  /** Pixels of `image`, upright. */
  readonly width: number;
  readonly height: number;
  readonly instruction: Instruction;
  readonly signal: AbortSignal;
  /** Aborted when nothing that costs is to be begun any more; what is sent already is waited for. */
  readonly halting: AbortSignal;
  /** Whether it may still cost something: asked last of all, since who waits for a quota may wait for minutes. */
  readonly mayBegin: () => Promise<boolean>;
  /** What it is asked for, for the books. */
  readonly purpose: { readonly batchId: string; readonly position: number };
}

/** One picture's answer. */
export interface Described {
  /** Obeys the instruction's schema. */
  readonly output: Readonly<Record<string, Json>>;
  /** The model that answered, as its vendor names it. */
  readonly model: string;
  /** Tokens as the vendor counted them; null where nothing is counted. */
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null;
  /** Estimate in millionths of a dollar; null where a price is not known. */
  readonly costMicros: number | null;
  /** Masked label of the key that paid; null where none was used. */
  readonly key: string | null;
}

export interface Place {
  /** Asked, or not needed any more. */
  leave(): void;
}

/** What a picture is made to fit before a model gets it. */
interface VisionLimits {
  /** Pixels of the longer side. */
  readonly longSide: number;
  /** Bytes of the encoded picture. */
  readonly maxBytes: number;
  readonly formats: readonly VisionFormat[];
}

/**
 * A model that looks at a picture and answers in JSON.
 *
 * An adapter makes one attempt and says how it ended. It does not retry, wait for a quota, log or store: the callers
 * that do so are the same for every model.
 */
export interface VisionModel {
  /** What a result names as its model; `local` for the offline one. */
  readonly name: string;
  /** Changes whenever the same picture may get another answer: part of the result cache's key. */
  readonly version: string;
  readonly limits: VisionLimits;
  /** Whether it does as it is told, or answers `storeFacts` whatever it is told. */
  readonly answers: "any question" | "the default question";
  /** Whether the model that answered, as its vendor names it, is this one; absent: it always is. */
  isItself?(said: string): boolean;
  /**
   * Takes a place in the line for the model's quota: before a picture is fetched, so that no more of them are held than
   * will be asked about soon. Absent: nothing bounds the model.
   *
   * @returns the place, or when there may be one again
   */
  line?(): Place | { readonly until: Date };
  /** @throws {ModelError} as its `failure` says; the signal's reason once it is aborted */
  describe(request: VisionRequest): Promise<Described>;
  /** Ends what the model holds open; work under way is rejected as `unavailable`. */
  close(): Promise<void>;
}

/** How an attempt may fail, whoever the vendor is. */
export type ModelFailure =
  /** The quota is used up until that time. Not a failed attempt: the picture waits. */
  | { readonly kind: "rate_limited"; readonly until: Date }
  /** Nothing can be asked until somebody changes something: no key is accepted, or there is no such model. */
  | { readonly kind: "unusable"; readonly reason: string }
  /** The vendor's policy does not let the model answer; asking again changes nothing. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The model answered, but not in the shape it was asked for; another attempt may. */
  | { readonly kind: "invalid_output"; readonly reason: string }
  /** No answer came, through no fault of the picture's; another attempt may succeed. */
  | { readonly kind: "unavailable"; readonly reason: string }
  /** This picture or this request cannot be taken; asking again changes nothing. */
  | { readonly kind: "rejected"; readonly reason: string };

/** A failed attempt. Adapters translate what their vendor says into it once; nobody else looks at status codes. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly failure: ModelFailure;

  constructor(failure: ModelFailure, options?: ErrorOptions) {
    super(wordsOf(failure), options);
    this.failure = failure;
  }
}

function wordsOf(failure: ModelFailure): string {
  if (failure.kind === "rate_limited") return `rate limited until ${failure.until.toISOString()}`;
  return `${failure.kind}: ${failure.reason}`;
}
