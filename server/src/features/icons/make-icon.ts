import { hash, randomUUID } from "node:crypto";
import type { Assets } from "../../assets/assets.ts";
import {
  done,
  failed,
  type ItemContext,
  type Json,
  type Outcome,
  retryLater,
  waitUntil,
} from "../../engine/kind.ts";
import { failureCodes } from "../../models/generation/failure-codes.ts";
import { ProviderError } from "../../models/hosted/provider.ts";
import type { LocalIcons } from "../../models/icons/local/local-icons.ts";
import { AppError } from "../../platform/errors.ts";
import type { FailureCode } from "../../platform/failures.ts";
import type { IconBatchOptions, IconItem } from "./batch-plan.ts";
import { filesFor, sizesNotMade, variantsOf } from "./file-variants.ts";
import { createFinish, type FinishOptions, type IconSource, largestOf, master } from "./finish-icon.ts";
import {
  createHostedIcon,
  type HostedIconOptions,
  mostAttempts,
  pauseAfter,
  type Try,
} from "./hosted-icon.ts";
import { canMake } from "./icon-files.ts";
import { type AskOptions, type IconQuestion, questionFor } from "./icon-model.ts";
import { countIcons } from "./icon-numbers.ts";
import {
  beginIcon,
  dropIconFiles,
  findIcon,
  type IconFileRow,
  type IconKey,
  IconRemoved,
  markMissing,
  removeExpired,
  type StoredIcon,
} from "./icon-store.ts";
import { type MadeIcon, madeOf } from "./made-icon.ts";
import { cacheKey } from "./prompt.ts";

export interface MakeIconOptions extends FinishOptions, HostedIconOptions {
  readonly assets: FinishOptions["assets"] & Pick<Assets, "findMany" | "readWhole" | "discard">;
  readonly generations: HostedIconOptions["generations"];
  readonly local: () => Pick<LocalIcons, "draw">;
  readonly ask: AskOptions;
}

/** An icon that is wanted. */
type IconOrder = Pick<IconBatchOptions, "owner" | "model" | "format" | "sizes"> & {
  readonly item: IconItem;
};

/** Goes up when the same words are drawn otherwise: icons of older drawings are not taken for the same. */
const drawingVersion = 1;

/** Tries where the service itself lacks something: with a minute between them for most, about an hour. */
const mostPatient = 60;

const lostMaster =
  "What the model made of it is not in the storage: see whether that is the right one; to have it made anew, clear the icon from the cache.";

const mostMasterBytes = 64 * 2 ** 20;

export interface IconMaker {
  /**
   * One icon: found where it is there already, and made where it is not. What is asked for twice at a time is made once,
   * in any batch and any process.
   */
  make(order: IconOrder, context: ItemContext & Pick<Try, "patienceMs">): Promise<Outcome>;
  /** @returns null where something of it is not there yet */
  lookUp(order: IconOrder): Promise<MadeIcon | null>;
}

export function createIconMaker(options: MakeIconOptions): IconMaker {
  const { database, assets, now } = options;
  const hosted = createHostedIcon(options);
  const finish = createFinish(options);

  /** Its files that are there: they are pictures like all others, and may be deleted as such. */
  const presentFiles = async ({ files }: StoredIcon): Promise<readonly IconFileRow[]> => {
    const ids = files.map(({ assetId }) => assetId);
    const present = await assets.findMany(ids);
    const isKept = (id: string) => present.get(id)?.state === "kept";
    const gone = ids.filter((id) => !isKept(id));
    if (gone.length > 0) await dropIconFiles(database.sql, gone, now());
    return files.filter(({ assetId }) => isKept(assetId));
  };

  /** What is asked for, where all of it is there. */
  const find = async (
    icon: StoredIcon | null,
    order: IconOrder,
    attempts: number,
  ): Promise<MadeIcon | null> => {
    if (icon?.state !== "ready") return null;
    const largest = largestOf(icon.facts);
    const files = filesFor(await presentFiles(icon), variantsOf(order, largest));
    if (!files) return null;
    await countIcons(database.sql, icon.owner, { hits: 1 });
    return madeOf(icon, files, { cached: true, attempts, notMade: sizesNotMade(order, largest) });
  };

  const draw = ({ item }: IconOrder, attempts: number): IconSource => {
    // One for all: icons of one style and color scheme are a set, whenever they are made.
    const { svg, metadata } = options.local().draw({ ...item, seed: `set ${item.take}` });
    const { provider, ...source } = metadata;
    return { picture: { as: "drawing", svg }, facts: { provider, ...source }, attempts };
  };

  /**
   * What the model made of it before; null where that was removed. `lost` where it only is not there: a storage that is
   * not mounted looks so, and what was paid for is not paid for again because of it.
   */
  const readMaster = async (
    icon: StoredIcon,
    known: readonly IconFileRow[],
    { attempt: attempts, signal }: ItemContext,
  ): Promise<IconSource | "lost" | null> => {
    const [file] = filesFor(known, [master]) ?? [];
    const read = file && (await assets.readWhole(file.assetId, { maxBytes: mostMasterBytes, signal }));
    if (!read) return null;
    if ("missing" in read) return read.missing === "lost" ? "lost" : null;
    return { picture: { as: "pixels", bytes: read.bytes }, facts: icon.facts, attempts };
  };

  /** What it was made of is gone. What is left of it goes too: another picture would not go with it. */
  const beginAnew = async (icon: StoredIcon, known: readonly IconFileRow[]): Promise<StoredIcon> => {
    const ids = known.map(({ assetId }) => assetId);
    const { anew, removeBytes } = await database.transaction(async (tx) => {
      await dropIconFiles(tx, ids, now());
      return { removeBytes: await assets.discard(tx, ids), anew: await markMissing(tx, icon.id, now()) };
    });
    await removeBytes();
    return anew;
  };

  const make = async (
    key: IconKey,
    question: IconQuestion | null,
    order: IconOrder,
    context: ItemContext & Pick<Try, "patienceMs">,
  ): Promise<Outcome> => {
    const { batchId, attempt, patienceMs, signal } = context;
    await removeExpired(database.sql, key, now());
    const begin = () =>
      beginIcon(database.sql, {
        ...{ ...key, id: randomUUID(), category: order.item.key, facts: {}, begunAt: now() },
      });
    const found = await find(await begin(), order, attempt);
    if (found) return answer(found);
    // Read again: it may have lost files just now.
    let icon = await begin();
    const known = await presentFiles(icon);
    const { model } = order;
    if (model === null || question === null) {
      if (icon.state === "ready" && known.length === 0) icon = await beginAnew(icon, known);
      return answer(await finish(icon, known, draw(order, attempt), order, signal));
    }
    if (icon.state === "ready") {
      const source = await readMaster(icon, known, context);
      if (source === "lost") return failed("picture_lost" satisfies FailureCode, lostMaster);
      if (source) return answer(await finish(icon, known, source, order, signal));
      icon = await beginAnew(icon, known);
    }
    return await hosted(
      icon,
      model,
      question,
      { batchId, attempt, patienceMs, signal },
      async ({ bytes, facts, file }) => {
        const source = { picture: { as: "pixels", bytes }, facts, attempts: attempt } as const;
        const made = await finish(icon, [], source, order, signal);
        if (file !== null) await options.removeFile(file);
        return answer(made);
      },
    );
  };

  /** What it is known by, and what its model is asked. @throws {ProviderError} */
  const identify = async ({ owner, model, item }: IconOrder) => {
    const question = model && (await questionFor(item, model, options.ask));
    const key: IconKey = { owner, cacheKey: question?.key ?? drawingKey(item) };
    return { question, key };
  };

  return {
    async make(order, context) {
      if (!canMake(order, order.model?.provider ?? "local"))
        return failed("icon_svg_unavailable", "Only the local icons are made as SVG.");
      let identified: Awaited<ReturnType<typeof identify>>;
      try {
        identified = await identify(order);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        return unaskable(error, context.attempt, options);
      }
      const { question, key } = identified;
      const name = `icons/${hash("sha256", key.owner)}/${key.cacheKey}`;
      for (;;) {
        const found = await find(await findIcon(database.sql, key, now()), order, context.attempt);
        if (found) return answer(found);
        let mine: Outcome | undefined;
        const outcome = await context.once(name, async () => {
          try {
            mine = await make(key, question, order, context);
          } catch (error) {
            mine = awayFor(error, context.attempt, options);
            if (!mine && !(error instanceof IconRemoved)) throw error;
          }
          return free;
        });
        if (mine) return mine;
        // Whoever had it worked for another order, of another size or format maybe.
        if (outcome !== free) return outcome;
      }
    },

    async lookUp(order) {
      try {
        const { key } = await identify(order);
        return await find(await findIcon(database.sql, key, now()), order, 1);
      } catch (error) {
        // Whether it can be made at all is found out by whoever makes it.
        if (error instanceof ProviderError) return null;
        throw error;
      }
    },
  };
}

/** Shared work is a lock here, and keeps nothing: what was made is in the table of icons, for every size and format. */
const free = waitUntil(new Date(0));

const answer = (made: MadeIcon): Outcome => done(made as Json);

const drawingKey = (item: IconItem): string =>
  cacheKey({
    ...item,
    ...{
      provider: "local",
      model: "lucide",
      size: "vector",
      quality: null,
      prompt: `drawing ${drawingVersion}`,
    },
  });

/** What the service itself lacks for a while, such as its storage: what was paid for is not given up for that. */
function awayFor(
  error: unknown,
  attempt: number,
  options: Pick<MakeIconOptions, "retryBaseMs" | "now">,
): Outcome | undefined {
  if (!(error instanceof AppError) || (error.status !== 503 && error.status !== 507)) return undefined;
  const { code, message } = error;
  return attempt < mostPatient
    ? retryLater(pauseAfter(attempt, options), code, message)
    : failed("service_unavailable" satisfies FailureCode, message);
}

/** A model that cannot be asked, or nobody can find out whether. */
function unaskable(
  { failure }: ProviderError,
  attempt: number,
  options: Pick<MakeIconOptions, "retryBaseMs" | "now">,
): Outcome {
  switch (failure.kind) {
    case "rejected":
    case "model_unknown":
      return failed(failureCodes[failure.kind], failure.reason);
    default: {
      const reason = "reason" in failure ? failure.reason : "Its provider is asked too often.";
      if (attempt >= mostAttempts) return failed("model_unavailable", reason);
      return retryLater(pauseAfter(attempt, options), "model_unavailable", reason);
    }
  }
}
