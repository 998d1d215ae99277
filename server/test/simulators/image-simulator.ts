import { createHash } from "node:crypto";
import type { WireFault } from "./loopback.ts";
import type { LimitForm, TokenCounts } from "./vision-simulator.ts";

type PictureFormat = "png" | "jpeg" | "webp";

/** What may be where a picture was asked for. */
export type Piece =
  | { readonly bytes: Buffer; readonly format: PictureFormat }
  /** Made, and kept back by the provider's policy. */
  | "withheld"
  /** Something that is no picture. */
  | "unreadable";

/** What a provider says, in words that every provider has a form for. */
export type SpokenPictures =
  | {
      readonly kind: "pictures";
      readonly pieces: readonly Piece[];
      /** Null leaves the counts out; nothing where the provider counts none. */
      readonly usage?: TokenCounts | null;
      /** Another one than was asked. */
      readonly model?: string;
    }
  /** One of the provider's refusals. */
  | { readonly kind: "refusal"; readonly form: string }
  /** A well-formed answer without any picture in it. */
  | { readonly kind: "nothing" }
  /** To the request that starts; an error in the provider's form; without a message, with its usual one. */
  | { readonly kind: "error"; readonly status: number; readonly message?: string }
  | ({ readonly kind: "limited" } & LimitForm);

/** How a simulated provider ends what was started. Faults of the wire befall the request that starts. */
export type SimulatedPictures = SpokenPictures | WireFault;

/** A start as it came over the wire, already found to be well formed. */
export interface SeenStart {
  readonly key: string;
  readonly model: string;
  readonly prompt: string;
  readonly count: number;
  /** Null where none was sent. */
  readonly seed: number | null;
  readonly callback: string | null;
}

/** What the conformance suite needs of a simulator. By default it makes the pictures it is asked for, `simulatedPiece`s. */
export interface ImageSimulator {
  /** As the adapter takes it. */
  readonly url: string;
  /** Empty where it asks for none. */
  readonly key: string;
  readonly model: string;
  /** Every request that was to start something, in order of arrival, also those that were found malformed: null. */
  readonly starts: readonly (SeenStart | null)[];
  /** How starts end from now on. */
  answer(
    next: SimulatedPictures | ((start: SeenStart) => SimulatedPictures | Promise<SimulatedPictures>),
  ): void;
  /** When so many starts have arrived. */
  arrived(count: number): Promise<void>;
  /** When every request was answered, or dropped by who sent it. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** A provider at which a start runs on: its requests after the start may go wrong too. */
export interface RunningSimulator extends ImageSimulator {
  /** What runs now, and what is started from now on, ends only when it is told to. */
  hold(): void;
  /** Everything held works, and is so far. */
  advance(progress: number): void;
  /** Everything held ends. */
  release(): void;
  /** How requests that start nothing are answered from now on; null: as they should be. */
  disturb(fault: WireFault | { readonly kind: "error"; readonly status: number } | null): void;
  /** How many starts were cancelled. */
  readonly cancelled: number;
}

/** Bytes that no text encoding would survive, and that begin as a PNG does; nobody here decodes them. */
export function simulatedPiece(prompt: string, at: number) {
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const digest = createHash("sha512").update(`${at} ${prompt}`).digest();
  return { bytes: Buffer.concat([signature, digest, digest, digest]), format: "png" } as const;
}
