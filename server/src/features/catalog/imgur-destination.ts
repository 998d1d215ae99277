import { setTimeout as delay } from "node:timers/promises";
import type { CompressedFormat } from "@fovea/imaging";
import type { Imgur } from "../../platform/imgur/imgur.ts";
import { createTurns } from "../../platform/turns.ts";
import {
  createRest,
  type Delivery,
  type Destination,
  type DestinationLog,
  type ReadyPicture,
} from "./destination.ts";
import { contentTypeOf, extensionOf, pictureId } from "./picture-name.ts";

export interface ImgurOptions {
  readonly imgur: Imgur;
  /** For what Imgur does not take. */
  readonly storage: Destination;
  /** Wait after the first failure of an upload; doubled after the second. Milliseconds. */
  readonly retryBaseMs: number;
  readonly log: DestinationLog;
  readonly now: () => Date;
}

/** What Imgur stores as it is. */
const takenByImgur: ReadonlySet<CompressedFormat> = new Set(["jpeg", "png", "gif"]);
const mostTries = 3;
/** After an upload that failed in all its tries. */
const awayMs = 60_000;

/**
 * Imgur, and the storage for what Imgur does not take: its formats are few, and a picture that it refuses for good, or
 * fails at three times, is not lost for that.
 */
export function createImgurDestination(options: ImgurOptions): Destination {
  const { imgur, storage, retryBaseMs, log, now } = options;
  const rest = createRest(now);
  const away = createRest(now);
  /**
   * One after the other: each answer says whether another upload is allowed, and those that are under way beside it would
   * be refused. Fifty an hour are usual, so that nothing is slower for it.
   */
  const inTurn = createTurns();

  /** @returns null where Imgur does not take the picture */
  async function upload({ bytes, format }: ReadyPicture, { subject, signal }: Delivery) {
    const contentType = contentTypeOf(format);
    const name = `${pictureId(subject, bytes)}.${extensionOf(format)}`;
    for (let tries = 1; ; tries += 1) {
      // Others were before it, and one of them may have used up the hour, or found that nobody answers.
      const rests = rest.until();
      if (rests) return { as: "wait", until: rests } as const;
      if (away.until()) return null;
      const end = await imgur.upload(Uint8Array.from(bytes), { contentType, name, signal });
      switch (end.as) {
        case "stored": {
          if (end.resumeAt) rest.begin(end.resumeAt);
          const place = { at: "imgur", url: end.url, deleteHash: end.deleteHash } as const;
          return { as: "stored", place } as const;
        }
        case "limited":
          return { as: "wait", until: rest.begin(end.retryAt) } as const;
      }
      if (!end.transient || tries >= mostTries) {
        log.warn({ reason: end.reason }, "Imgur did not take a picture, which is stored here");
        if (end.transient) away.begin(new Date(now().getTime() + awayMs));
        return null;
      }
      await delay(retryBaseMs * 2 ** (tries - 1), undefined, { signal });
    }
  }

  return {
    name: "imgur",
    restsUntil: () => rest.until() ?? storage.restsUntil(),
    async deliver(picture, delivery) {
      const uploaded = takenByImgur.has(picture.format)
        ? await inTurn("upload", () => upload(picture, delivery))
        : null;
      return uploaded ?? (await storage.deliver(picture, delivery));
    },
    keep: (place) => storage.keep(place),
  };
}
