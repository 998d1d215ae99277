import type { CompressedFormat } from "@fovea/imaging";
import type { ImagePlace } from "./stored-image.ts";

/** A picture that is ready. */
export interface ReadyPicture {
  readonly bytes: Buffer;
  readonly format: CompressedFormat;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export interface Delivery {
  /** What it was made for: the same picture for the same is stored once, also by who begins again after a kill. */
  readonly subject: string;
  readonly owner: string;
  readonly signal: AbortSignal;
}

type Delivered =
  | { readonly as: "stored"; readonly place: ImagePlace }
  /** Nothing can be stored before. */
  | { readonly as: "wait"; readonly until: Date };

/** Where smaller pictures go. */
export interface Destination {
  /** Of what was made for it: pictures made for another one are no answer. */
  readonly name: string;
  /** Until when nothing can be stored; null where something can. */
  restsUntil(): Date | null;
  deliver(picture: ReadyPicture, delivery: Delivery): Promise<Delivered>;
  /** Whether a picture that was made before is still there; it is kept as long as one that is made now. */
  keep(place: ImagePlace): Promise<boolean>;
}

export interface DestinationLog {
  warn(details: object, message: string): void;
}

/** Until when something is not asked. */
export function createRest(now: () => Date) {
  let resting: Date | null = null;
  return {
    until: (): Date | null => (resting !== null && resting > now() ? resting : null),
    begin(until: Date): Date {
      resting = until;
      return until;
    },
  };
}
