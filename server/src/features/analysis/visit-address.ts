import { z } from "zod";
import { done, failed, type ItemContext, type Outcome, retryLater, waitUntil } from "../../engine/kind.ts";
import type { PictureSource } from "../../platform/outbound/picture-source.ts";
import { hashOf } from "./describe-picture.ts";
import type { PictureAtHand, PicturesAtHand } from "./pictures-at-hand.ts";

/** What was found at an address. */
export const visit = z.object({
  contentHash: z.string(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
});

/** Nobody went to the address: a row only wanted to know. Whoever shares it knows it by its identity, and goes. */
export const notVisited: Outcome = waitUntil(new Date(0));

export interface VisitOptions extends Pick<ItemContext, "once" | "signal"> {
  readonly source: PictureSource;
  readonly pictures: PicturesAtHand;
  readonly now: () => number;
  /** Who is told to hold what was fetched. */
  readonly onFetched: (picture: PictureAtHand) => void;
}

export interface Look {
  /** What was found before is too old. */
  readonly freshSince: Date;
  /** The origin is asked whether what was known has changed. */
  readonly conditional: boolean;
}

/**
 * Address → {@link visit}, once for all rows that share the address; what they do with it is up to each. A failure that
 * may pass is told as such.
 *
 * @param key of the address in shared work
 */
export const visitAddress = (
  { once, signal, source, pictures, now, onFetched }: VisitOptions,
  { key, href, origin }: { readonly key: string; readonly href: string; readonly origin: string },
  { freshSince, conditional }: Look,
): Promise<Outcome> =>
  once(
    key,
    async (previous) => {
      const known = conditional && previous !== null ? visit.parse(previous) : null;
      const fetched = await source.fetch(href, { origin, known, signal });
      switch (fetched.status) {
        case "parked":
          return waitUntil(fetched.until);
        case "failed":
          return fetched.transient
            ? retryLater(fetched.retryAfter ?? new Date(now()), fetched.code, fetched.message)
            : failed(fetched.code, fetched.message);
        case "not_modified":
          return done(previous);
        case "ok": {
          const { bytes, etag, lastModified } = fetched;
          const contentHash = hashOf(bytes);
          const picture = pictures.keep(contentHash, fetched);
          // The row is over, and nobody would release it.
          if (signal.aborted) picture.release();
          else onFetched(picture);
          return done({ contentHash, etag, lastModified });
        }
      }
    },
    { freshSince, cheap: true },
  );
