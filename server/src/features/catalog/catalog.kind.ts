import type { Logger } from "pino";
import {
  done,
  failed,
  type ItemContext,
  type Json,
  type Kind,
  type Outcome,
  restUntil,
  waitUntil,
} from "../../engine/kind.ts";
import { createTryAgain, type TryAgain } from "../../engine/try-again.ts";
import { AppError } from "../../platform/errors.ts";
import { noImagesMessage } from "./answers.ts";
import type { Destination } from "./destination.ts";
import { createMakeImage, type ImageOrder, type MakeImageOptions, madeOf } from "./make-image.ts";
import { productInput, requestOptions } from "./request-options.ts";
import type { ImageRecord } from "./stored-image.ts";

export const kindName = "catalog";

export interface CatalogKindOptions extends MakeImageOptions {
  readonly destination: Destination;
  /** Called before the first product of a request is begun here; the product waits for it. */
  readonly onBegun: (batchId: string) => Promise<void>;
  /** Products of a request that are worked on at once. */
  readonly concurrency: number;
  readonly retryBaseMs: number;
  /** How long ended requests are kept; 0 for good. */
  readonly retentionDays: number;
  readonly log: Pick<Logger, "warn" | "error">;
  readonly random: () => number;
  /** After which a product begins no further image in its turn. Milliseconds; without it as long as a turn of the engine. */
  readonly turnMs?: number;
}

/** Only against a fault of ours: fetching and working on pixels have limits of their own. */
const itemTimeoutMs = 6 * 3_600_000;
/** Requests that are worked on at once by a process; further ones take turns with them. */
const slots = 2;
/** Of one product: most have a few, and one with a hundred must not have them all in memory. */
const imagesAtOnce = 4;
/** As long as a turn of the engine: a hundred images at a slow host must not keep others from having theirs. */
const usualTurnMs = 10_000;
/** A database or a folder that went away is mostly back by then. */
const lackMs = 2_000;

/** What the engine does with catalogs: an item is a product. */
export function createCatalogKind(options: CatalogKindOptions): Kind {
  const { destination, onBegun, log, now, random, turnMs = usualTurnMs } = options;
  const makeImage = createMakeImage(options);

  /** What this service lacks itself for a moment, such as its database, is no fault of an image. */
  const orLater = async (work: Promise<Outcome>): Promise<Outcome> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof AppError) || error.status < 500) throw error;
      log.warn({ err: error }, "an image of a catalog waits");
      return waitUntil(new Date(now().getTime() + lackMs));
    }
  };

  /** One that breaks something takes none of its neighbours along. */
  async function makeOne(url: string, order: ImageOrder, context: ItemContext): Promise<Outcome> {
    const rests = destination.restsUntil();
    if (rests) return waitUntil(rests);
    try {
      return await orLater(makeImage(url, order, context));
    } catch (error) {
      context.signal.throwIfAborted();
      log.error({ err: error, batchId: context.batchId, position: context.position }, "an image broke down");
      return failed("internal_error", "The work on this image failed because of a fault in the service.");
    }
  }

  async function makeAll(urls: readonly string[], order: ImageOrder, context: ItemContext) {
    const outcomes: Outcome[] = [];
    const waiting = urls.entries();
    const endsAt = performance.now() + turnMs;
    let hasWorked = false;
    /** What earlier turns made is looked up only. Each adds an image at least, however long that takes. */
    const once: ItemContext["once"] = (key, work, how) => {
      const working = (previous: Json) => {
        hasWorked = true;
        return work(previous);
      };
      return context.once(key, working, how);
    };
    const work = async () => {
      for (const [place, url] of waiting) {
        // The request, the process or the turn is to end: what is made already is kept, and the rest is not begun.
        outcomes[place] =
          context.halting.aborted || (hasWorked && performance.now() > endsAt)
            ? waitUntil(now())
            : await makeOne(url, order, { ...context, once });
      }
    };
    await Promise.all(Array.from({ length: Math.min(imagesAtOnce, urls.length) }, work));
    return outcomes;
  }

  async function handle(input: Json, context: ItemContext): Promise<Outcome> {
    await onBegun(context.batchId);
    const rests = destination.restsUntil();
    if (rests) return restUntil(rests);
    const { urls } = productInput.parse(input);
    if (urls.length === 0) return failed("no_images", noImagesMessage, { images: [] });
    const tryAgain = createTryAgain({
      ...{ attempt: context.freshAttempt, baseMs: options.retryBaseMs, random },
      now: () => now().getTime(),
    });
    const order = { options: requestOptions.parse(context.options), batchId: context.batchId };
    return productOutcome(await makeAll(urls, order, context), tryAgain);
  }

  return {
    name: kindName,
    concurrency: options.concurrency,
    slots,
    itemTimeoutMs,
    retentionDays: options.retentionDays,
    handle: (input, context) => orLater(handle(input, context)),
  };
}

/** A product has ended when all of its images have: with what was made, or with nothing but failures. */
function productOutcome(outcomes: readonly Outcome[], tryAgain: TryAgain): Outcome {
  const images: ImageRecord[] = [];
  const waits: Date[] = [];
  for (const outcome of outcomes) {
    const ended = outcome.status === "later" && outcome.code !== null ? again(outcome, tryAgain) : outcome;
    switch (ended.status) {
      case "done":
        images.push(madeOf(ended.output));
        break;
      case "failed":
        images.push({ state: "failed", code: ended.code, message: ended.message });
        break;
      case "later":
        // A try that was not final, and that is counted.
        if (ended.code !== null) return ended;
        waits.push(ended.until);
        break;
      case "hold":
        return ended;
    }
  }
  const [soonest] = waits.toSorted((one, other) => one.getTime() - other.getTime());
  if (soonest) return waitUntil(soonest);
  const made = images.filter((image) => image.state === "made");
  if (made.length === 0) return nothingMade(images);
  return done(
    { images },
    made.reduce((sum, { inputBytes, outputBytes }) => sum + inputBytes - outputBytes, 0),
  );
}

const again = ({ code, message, until }: Extract<Outcome, { status: "later" }>, tryAgain: TryAgain) =>
  tryAgain(code ?? "", message ?? "", until);

/** By its first image: that is what groups of failures are counted by. */
function nothingMade(images: readonly ImageRecord[]): Outcome {
  const first = images.find((image) => image.state === "failed");
  const code = first?.code ?? "internal_error";
  const why = first?.message ?? "";
  const message = images.length === 1 ? why : `None of the ${images.length} images could be made. ${why}`;
  return failed(code, message, { images: [...images] });
}
