import { createHash } from "node:crypto";
import { z } from "zod";
import {
  done,
  doneFrom,
  failed,
  hold,
  type ItemContext,
  type Json,
  type Kind,
  type Outcome,
  waitUntil,
} from "../../engine/kind.ts";
import type { Instruction, VisionModel } from "../../models/contract.ts";
import type { PictureSource } from "../../platform/outbound/picture-source.ts";
import { readAddress } from "./address.ts";
import { type BatchOptions, batchOptions, type CacheMode, rowInput } from "./batch-options.ts";
import { describePicture, hashOf } from "./describe-picture.ts";
import type { RunPixelWork } from "./pixel-work.ts";
import { pictureFacts, type RowOutput } from "./result.ts";
import { createTryAgain } from "./try-again.ts";
import { chooseModel, missingModel, type Vision } from "./vision.ts";

export const kindName = "analysis";

/** Keys of what was found at addresses begin so; what is older than its lifetime may be forgotten. */
export const addressKeys = "analysis/address/";

/** Keys of what models said of pictures begin so, and go on with the SHA-256 of the content. */
const pictureKeys = "analysis/picture/";

export interface RowsOptions {
  readonly vision: Vision;
  readonly instruction: Instruction;
  readonly source: PictureSource;
  readonly runPixelWork: RunPixelWork;
  /** Rows of one chunk that are worked on at once. */
  readonly concurrency: number;
  /** How long the content of an address is taken to be what it was. Milliseconds. */
  readonly addressCacheMs: number;
  readonly retryBaseMs: number;
  /** How long ended batches are kept; null, and nothing said, is for good. */
  readonly retentionDays?: number | null;
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * Only against a fault of ours. Each step has its own limit, and what a row does besides is wait: for a recogniser behind
 * all rows that are under way (a page takes one 3.5 s, and a hundred rows may share one core), or for a database that is
 * away. A row that waited long has not failed.
 */
const itemTimeoutMs = 6 * 3_600_000;

/** What was found at an address. */
const visit = z.object({
  contentHash: z.string(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
});

/**
 * One row of analysis: address → bytes → facts. Both steps are done once: the first by address, for a time; the second
 * by content, model and instruction, for good. So two rows with one picture cost one fetch and one question, whichever
 * chunk, batch or process they are in.
 */
export function createRowsKind(options: RowsOptions): Kind {
  const readOptions = remembered((json: Json) => batchOptions.parse(json));
  return {
    name: kindName,
    concurrency: options.concurrency,
    itemTimeoutMs,
    sourceKeys: pictureKeys,
    retentionDays: options.retentionDays ?? null,
    async handle(input, context) {
      const batch = readOptions(context.options);
      const model = chooseModel(options.vision, batch.model);
      if (!model) return hold(missingModel(batch.model));
      const address = readAddress(rowInput.parse(input).url);
      if (!address) return failed("invalid_url", "The row holds no http://, https:// or s3:// address.");
      const row = createRow(options, batch, model, context);
      return row.describe(address.href, address.origin);
    },
  };
}

function createRow(options: RowsOptions, batch: BatchOptions, model: VisionModel, context: ItemContext) {
  const { source, instruction, runPixelWork, now } = options;
  const { signal } = context;
  const tryAgain = createTryAgain({
    attempt: context.freshAttempt,
    baseMs: options.retryBaseMs,
    now,
    random: options.random,
  });
  const requestedAt = new Date(batch.requestedAt);
  /** Whether this row is the one the model was asked for. */
  let asked = false;

  const pictureKey = (contentHash: string) =>
    `${pictureKeys}${contentHash}/${model.name}@${model.version}/${instruction.version}`;
  const pictureFreshness = { freshSince: batch.cache === "refresh" ? requestedAt : null };

  const describeBytes = (bytes: Buffer, contentHash: string) =>
    context.once(
      pictureKey(contentHash),
      () => {
        asked = true;
        return describePicture(bytes, contentHash, { model, instruction, runPixelWork, signal, tryAgain });
      },
      pictureFreshness,
    );

  /** What is known of a content; null where nothing is, and the bytes are needed. */
  const recall = async (contentHash: string): Promise<Outcome | null> => {
    let missing = false;
    const outcome = await context.once(
      pictureKey(contentHash),
      async () => {
        missing = true;
        return waitUntil(new Date(now()));
      },
      pictureFreshness,
    );
    return missing ? null : outcome;
  };

  const look = async (
    href: string,
    origin: string,
    { freshSince, conditional }: { freshSince: Date; conditional: boolean },
  ): Promise<Outcome | null> => {
    let described: Outcome | null = null;
    const visited = await context.once(
      `${addressKeys}${createHash("sha256").update(href).digest("hex")}`,
      async (previous) => {
        const known = conditional && previous !== null ? visit.parse(previous) : null;
        const fetched = await source.fetch(href, { origin, known, signal });
        switch (fetched.status) {
          case "parked":
            return waitUntil(fetched.until);
          case "failed":
            return fetched.transient
              ? tryAgain(fetched.code, fetched.message, fetched.retryAfter)
              : failed(fetched.code, fetched.message);
          case "not_modified":
            return done(previous);
          case "ok": {
            const { bytes, etag, lastModified, release } = fetched;
            const contentHash = hashOf(bytes);
            try {
              described = await describeBytes(bytes, contentHash);
            } finally {
              release();
            }
            // Somebody else asks the model about this content: the row comes for the answer, and not for the bytes.
            const awaited = described.status === "later" && described.code === null && !asked;
            return described.status === "done" || awaited
              ? done({ contentHash, etag, lastModified })
              : described;
          }
        }
      },
      { freshSince, cheap: true },
    );
    if (visited.status !== "done") return visited;
    return described ?? recall(visit.parse(visited.output).contentHash);
  };

  return {
    async describe(href: string, origin: string): Promise<Outcome> {
      const freshSince = freshnessOf(batch.cache, requestedAt, options.addressCacheMs, now());
      const outcome =
        (await look(href, origin, { freshSince, conditional: batch.cache === "revalidate" })) ??
        // The address is known and its content is not, to this model: the bytes have to be had again.
        (await look(href, origin, { freshSince: new Date(now()), conditional: false }));
      // The clocks of this process and of the database may differ by a moment.
      if (outcome === null) return waitUntil(new Date(now() + 1_000));
      if (outcome.status !== "done") return outcome;
      const facts = pictureFacts.parse(outcome.output);
      return doneFrom(facts.contentHash, { ...facts, cacheHit: !asked } satisfies RowOutput);
    },
  };
}

/**
 * What was fetched since the batch was asked for is never too old for it: its rows share their visits, however short
 * the lifetime is and however long the batch takes. In whole minutes, so that rows that run side by side ask the same.
 */
function freshnessOf(cache: CacheMode, requestedAt: Date, lifetimeMs: number, now: number): Date {
  if (cache !== "use" || lifetimeMs === 0) return requestedAt;
  const oldest = Math.floor((now - lifetimeMs) / 60_000) * 60_000;
  return new Date(Math.min(oldest, requestedAt.getTime()));
}

/** Parses a value once however often it is seen: the options of a batch come with every one of its items. */
function remembered<Value>(parse: (json: Json) => Value): (json: Json) => Value {
  const seen = new WeakMap<object, Value>();
  return (json) => {
    if (typeof json !== "object" || json === null) return parse(json);
    const value = seen.get(json) ?? parse(json);
    seen.set(json, value);
    return value;
  };
}
