import { createHash } from "node:crypto";
import {
  doneFrom,
  failed,
  hold,
  type ItemContext,
  type Json,
  type Kind,
  type Outcome,
  restUntil,
  waitUntil,
} from "../../engine/kind.ts";
import { createTryAgain } from "../../engine/try-again.ts";
import type { BatchLane } from "../../models/batch-lane/contract.ts";
import type { Instruction, VisionModel } from "../../models/contract.ts";
import { readPictureAddress } from "../../platform/outbound/picture-address.ts";
import type { PictureSource } from "../../platform/outbound/picture-source.ts";
import { type BatchOptions, batchOptions, type CacheMode, rowInput } from "./batch-options.ts";
import { overBudget, type Spending } from "./budget.ts";
import { createDeferred, laneIsFull } from "./deferred.ts";
import { describePicture, type RunPixelWork } from "./describe-picture.ts";
import { createPicturesAtHand, type PictureAtHand, type PicturesAtHand } from "./pictures-at-hand.ts";
import { instructionOf, unaskable } from "./question.ts";
import { pictureFacts, type RowOutput } from "./result.ts";
import { anotherModel, chooseModel, laneOf, missingLane, missingModel, type Vision } from "./vision.ts";
import { type Look, notVisited, type VisitOptions, visit, visitAddress } from "./visit-address.ts";

export const kindName = "analysis";

/** Keys of what was found at addresses begin so; what is older than its lifetime may be forgotten. */
export const addressKeys = "analysis/address/";

/** Keys of what models said of pictures begin so, and go on with the SHA-256 of the content. */
const pictureKeys = "analysis/picture/";

export interface RowsOptions {
  readonly vision: Vision;
  /** The default question. */
  readonly instruction: Instruction;
  readonly source: PictureSource;
  readonly runPixelWork: RunPixelWork;
  /** What batches have cost so far. */
  readonly spending: Spending;
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

/** Visits of others without anything to show for, after which a row comes back later. */
const mostShared = 10;

/** Nobody holds the bytes, so the model was not asked; whoever shares it knows it by its identity, and may hold them. */
const notAtHand: Outcome = waitUntil(new Date(0));

/**
 * One row of analysis: address → bytes → facts. Both steps are done once: the first by address, for a time; the second
 * by content, model and instruction, for good. So two rows with one picture cost one fetch and one question, whichever
 * chunk, batch or process they are in; and rows that share an address share no more than that, whatever becomes of each.
 *
 * Bytes are held while a row of this process needs them, and not for one that comes back: such a row has its picture
 * fetched again, unless somebody has asked about it meanwhile. Ten thousand rows may wait for a quota, and their pictures
 * would be gigabytes. So no more rows are fetched than their model will be asked about soon.
 */
export function createRowsKind(options: RowsOptions): Kind {
  const readOptions = remembered((json: Json) => batchOptions.parse(json));
  const pictures = createPicturesAtHand();
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
      const refusal = unaskable(model, batch.instruction);
      if (refusal !== null) return hold(refusal);
      const address = readPictureAddress(rowInput.parse(input).url);
      if (!address)
        return failed("invalid_url", "The row holds no http://, https://, s3:// or asset:// address.");
      const lane = batch.lane === "batch" ? laneOf(options.vision, model) : null;
      if (batch.lane === "batch" && lane === null) return hold(missingLane(model.name));
      const row = createRow({ ...options, pictures }, batch, model, lane, context);
      return row.describe(address.href, address.origin);
    },
  };
}

interface RowWorld extends RowsOptions {
  readonly pictures: PicturesAtHand;
}

function createRow(
  world: RowWorld,
  batch: BatchOptions,
  model: VisionModel,
  lane: BatchLane | null,
  context: ItemContext,
) {
  const { source, runPixelWork, spending, pictures, now } = world;
  const { batchId, position } = context;
  const instruction = instructionOf(batch.instruction) ?? world.instruction;
  const { signal } = context;
  const tryAgain = createTryAgain({
    attempt: context.freshAttempt,
    baseMs: world.retryBaseMs,
    now,
    random: world.random,
  });
  const requestedAt = new Date(batch.requestedAt);
  const pictureFreshness = { freshSince: batch.cache === "refresh" ? requestedAt : null };
  /** Whether this row is the one the model was asked for. */
  let asked = false;
  let holding: PictureAtHand | null = null;
  const letGo = () => {
    holding?.release();
    holding = null;
  };

  const pictureKey = (contentHash: string) =>
    `${pictureKeys}${contentHash}/${model.name}@${model.version}/${instruction.version}`;
  const deferred =
    lane &&
    createDeferred(lane, {
      ...{ instruction, now, purpose: { batchId, position } },
      since: pictureFreshness.freshSince,
      onOwnAnswer: () => {
        asked = true;
      },
    });

  const budget = { id: batchId, maxCostMicros: batch.maxCostMicros, lane: batch.lane };
  const over = () => overBudget(budget, model.name, spending);

  /** Why nothing that costs may be begun for the row; null where it may. */
  const refusal = async (): Promise<Outcome | null> => {
    const reason = await over();
    if (reason !== null) return hold(reason, "budget");
    const until = lane && (await laneIsFull(lane, { ...budget, spending, now }));
    return until ? restUntil(until) : null;
  };

  const visitOptions: VisitOptions = {
    ...{ once: context.once, signal, source, pictures, now },
    onFetched(picture) {
      holding = picture;
    },
  };

  /** @param atHand the picture, held once more: the work may go on for a moment when the row is aborted */
  const describeContent = (contentHash: string, atHand: () => PictureAtHand | null) =>
    context.once(
      pictureKey(contentHash),
      async () => {
        const known = deferred && (await deferred.look(pictureKey(contentHash)));
        if (known) return known;
        const picture = atHand();
        if (!picture) return notAtHand;
        if (!deferred) asked = true;
        try {
          return await describePicture(picture.bytes, contentHash, {
            ...{ model, instruction, runPixelWork, signal, now },
            ...{ halting: context.halting, purpose: { batchId, position } },
            mayBegin: async () => (await over()) === null,
            defer: deferred && ((question) => deferred.ask(pictureKey(contentHash), model.name, question)),
          });
        } finally {
          picture.release();
        }
      },
      pictureFreshness,
    );

  /** What is known at an address without going there; null where the bytes are needed. */
  const recall = async (href: string, freshSince: Date): Promise<Outcome | null> => {
    const visited = await context.once(addressKey(href), async () => notVisited, { freshSince, cheap: true });
    if (visited === notVisited) return null;
    if (visited.status !== "done") return visited;
    const outcome = await describeContent(visit.parse(visited.output).contentHash, () => null);
    return outcome === notAtHand ? null : outcome;
  };

  /** The clocks of this process and of the database may differ by a moment. */
  const soon = () => new Date(now() + 1_000);

  /** @returns null where the address is known and its content is not, to this model: the bytes have to be had again */
  const look = async (href: string, origin: string, how: Look): Promise<Outcome | null> => {
    let visited: Outcome = notVisited;
    // Other rows that only wanted to know may be shared one after the other.
    for (let shared = 0; visited === notVisited && shared < mostShared; shared += 1)
      visited = await visitAddress(visitOptions, { key: addressKey(href), href, origin }, how);
    if (visited === notVisited) return waitUntil(soon());
    if (visited.status !== "done") return visited;
    const { contentHash } = visit.parse(visited.output);
    // At once: whoever fetched it holds it now, and may soon be answered.
    holding ??= pictures.borrow(contentHash);
    const asking = () => describeContent(contentHash, () => pictures.borrow(contentHash));
    const answer = await asking();
    // Another row had nothing at hand, and this one has.
    const outcome = answer === notAtHand && holding ? await asking() : answer;
    return outcome === notAtHand ? null : outcome;
  };

  const ask = async (href: string, origin: string, freshSince: Date): Promise<Outcome> => {
    const refused = await refusal();
    if (refused) return refused;
    const first = await look(href, origin, { freshSince, conditional: batch.cache === "revalidate" });
    if (first) return first;
    letGo();
    const second = await look(href, origin, { freshSince: new Date(now()), conditional: false });
    return second ?? waitUntil(soon());
  };

  const settle = async (href: string, origin: string): Promise<Outcome> => {
    // Rows look for hours: this costs a hundredth of all that follows.
    const own = lane && (await lane.ownOf({ batchId, position }));
    if (own === "answered") asked = true;
    else if (own) return waitUntil(own);
    const freshSince = freshnessOf(batch.cache, requestedAt, world.addressCacheMs, now());
    // What is answered already is for the row, whatever the batch may still cost.
    const known = deferred && (await recall(href, freshSince));
    if (known) return known;
    // A picture that nobody can be asked about soon is not fetched to be thrown away; what is known needs no asking.
    const place = deferred ? null : (model.line?.() ?? null);
    if (place && "until" in place) return (await recall(href, freshSince)) ?? restUntil(place.until);
    try {
      const outcome = await ask(href, origin, freshSince);
      // It may wait since the batch has cost what it may meanwhile: then nobody in the line need wait for that.
      const reason = outcome.status === "later" && outcome.code === null ? await over() : null;
      return reason === null ? outcome : hold(reason, "budget");
    } finally {
      place?.leave();
    }
  };

  return {
    async describe(href: string, origin: string): Promise<Outcome> {
      const outcome = await settle(href, origin).finally(letGo);
      // Shared: the try that failed may have been the last one of another row.
      if (outcome.status === "later" && outcome.code !== null)
        return tryAgain(outcome.code, outcome.message ?? "", outcome.until);
      if (outcome.status !== "done") return outcome;
      const facts = pictureFacts.parse(outcome.output);
      if (batch.model !== null && model.isItself?.(facts.model) === false)
        return hold(anotherModel(batch.model, facts.model));
      return doneFrom(facts.contentHash, { ...facts, cacheHit: !asked } satisfies RowOutput);
    },
  };
}

const addressKey = (href: string) => `${addressKeys}${createHash("sha256").update(href).digest("hex")}`;

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
