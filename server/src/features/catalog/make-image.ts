import { createHash } from "node:crypto";
import { ImagingError, type ImagingErrorCode } from "@fovea/imaging";
import { z } from "zod";
import {
  done,
  failed,
  type ItemContext,
  type Json,
  type Outcome,
  retryLater,
  waitUntil,
} from "../../engine/kind.ts";
import { type PictureAddress, readPictureAddress } from "../../platform/outbound/picture-address.ts";
import type { PictureSource } from "../../platform/outbound/picture-source.ts";
import { sentenceOn } from "./compress-foreign.ts";
import type { Destination } from "./destination.ts";
import type { RequestOptions } from "./request-options.ts";
import { createSmallerPicture, type SmallerPictureOptions } from "./smaller-picture.ts";
import { type MadeImage, madeImage } from "./stored-image.ts";

export interface MakeImageOptions extends SmallerPictureOptions {
  readonly source: PictureSource;
  readonly destination: Destination;
  readonly now: () => Date;
}

/** What an image is made for. */
export interface ImageOrder {
  readonly options: RequestOptions;
  readonly batchId: string;
}

interface Subject extends ImageOrder {
  readonly key: string;
}

/** Shared work of images has keys that begin so; what is older than a month may be forgotten. */
export const imageKeys = "catalog/image/";

/** Goes up when the same picture comes out otherwise: what was made before is then no answer to an unchanged address. */
const compressVersion = 1;

/** What is kept of an address: what was made of its picture, and how to ask whether that has changed. */
const visited = z.object({
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  /** Of what was fetched: servers without the other two are known by it. */
  contentHash: z.string(),
  made: madeImage,
});

type Known = z.infer<typeof visited>;

/** Of one that nothing comes of until the next upload: a thousand products may name it, and it is asked for once. */
const refused = z.object({ refused: z.object({ code: z.string(), message: z.string() }) });

export const madeOf = (output: Json): MadeImage => visited.parse(output).made;

/**
 * One address → one smaller picture in its place, as {@link madeOf} reads it. Once for all products that name it, of this
 * request and of those that are under way beside it; a later request asks the origin whether the picture has changed.
 */
export function createMakeImage(parts: MakeImageOptions) {
  const { source, destination, now } = parts;
  const smallerPicture = createSmallerPicture(parts);

  /** What was made before, where it is still there. */
  async function knownFrom(previous: Json): Promise<Known | null> {
    const { data: before } = visited.safeParse(previous);
    return before !== undefined && (await destination.keep(before.made.place)) ? before : null;
  }

  /** Address → smaller picture. The bytes that were fetched are let go with it: what it is delivered to may be slow. */
  async function fetchSmaller(
    address: PictureAddress,
    known: Known | null,
    options: RequestOptions,
    signal: AbortSignal,
  ) {
    const fetched = await source.fetch(address.href, { origin: address.origin, known, signal });
    if (fetched.status !== "ok") return fetched;
    try {
      const { bytes, etag, lastModified } = fetched;
      const contentHash = createHash("sha256").update(bytes).digest("hex");
      const facts = { etag, lastModified, contentHash };
      if (known?.contentHash === contentHash)
        return { status: "same", known: { ...known, ...facts } } as const;
      const made = await smallerPicture(bytes, options, signal);
      return { status: "made", made, inputBytes: bytes.length, facts } as const;
    } finally {
      fetched.release();
    }
  }

  async function work(
    address: PictureAddress,
    known: Known | null,
    { key, options, batchId }: Subject,
    signal: AbortSignal,
  ) {
    const smaller = await fetchSmaller(address, known, options, signal);
    switch (smaller.status) {
      case "parked":
        return waitUntil(smaller.until);
      case "failed":
        return smaller.transient
          ? retryLater(smaller.retryAfter ?? now(), smaller.code, smaller.message)
          : refusal(smaller.code, smaller.message);
      case "not_modified":
        return done(known);
      case "same":
        return done(smaller.known);
    }
    const { made, inputBytes, facts } = smaller;
    const subject = `${batchId}\n${key}`;
    const delivered = await destination.deliver(made, { subject, owner: options.owner, signal });
    if (delivered.as === "wait") return waitUntil(delivered.until);
    const { format, width, height, quality, why } = made;
    return done({
      ...facts,
      made: {
        ...{ state: "made", place: delivered.place, format, width, height, quality, why },
        similarity: made.similarity === null ? null : Number(made.similarity.toFixed(4)),
        ...{ inputBytes, outputBytes: made.bytes.length },
      } satisfies MadeImage,
    });
  }

  return async (url: string, order: ImageOrder, context: ItemContext): Promise<Outcome> => {
    const address = /^\s*https?:/i.test(url) ? readPictureAddress(url) : null;
    // Not s3:// and asset://, which analysis takes: whoever uploads would publish what only the service may read.
    if (!address) return failed("invalid_url", "This is no http:// or https:// address.");
    const key = keyOf(address.href, order.options, destination.name);
    const { signal } = context;
    const outcome = await context.once(
      key,
      async (previous) => {
        try {
          return await work(address, await knownFrom(previous), { ...order, key }, signal);
        } catch (error) {
          if (!(error instanceof ImagingError)) throw error;
          return refusal(failureOfPicture[error.code], sentenceOn(error));
        }
      },
      { freshSince: new Date(order.options.requestedAt) },
    );
    return unlessRefused(outcome);
  };
}

/** As a value of shared work, which keeps no failures. */
const refusal = (code: string, message: string) => done({ refused: { code, message } });

function unlessRefused(outcome: Outcome): Outcome {
  if (outcome.status !== "done") return outcome;
  const { data } = refused.safeParse(outcome.output);
  return data ? failed(data.refused.code, data.refused.message) : outcome;
}

/** By everything that the picture depends on. */
function keyOf(href: string, options: RequestOptions, destination: string): string {
  const { quality, format, maxDimension, targetBytes, effort } = options;
  const told = [compressVersion, href, destination, { quality, format, maxDimension, targetBytes, effort }];
  return `${imageKeys}${createHash("sha256").update(JSON.stringify(told)).digest("hex")}`;
}

const failureOfPicture: Readonly<Record<ImagingErrorCode, string>> = {
  not_an_image: "not_an_image",
  unsupported_format: "unsupported_format",
  corrupt: "decode_error",
  too_many_pixels: "too_many_pixels",
  cannot_fit: "too_large",
  deadline: "timed_out",
};
