import type { Json, Kind, Outcome } from "../../engine/kind.ts";
import { type IconItem, iconBatchOptions, iconItem } from "./batch-plan.ts";
import type { IconMaker } from "./make-icon.ts";

/** Sets of icons. */
export const batchKind = "icons";
/** Single icons, each a batch of one: so they are as safe, and wait for the same quotas. */
export const singleKind = "icon";

export interface IconKindsOptions {
  readonly maker: Pick<IconMaker, "make">;
  /** Icons of one batch that are worked on at once. */
  readonly concurrency: number;
  /** Single icons that this process works on at once. */
  readonly singles: number;
  /** How long ended batches are kept; 0 for good. */
  readonly retentionDays: number;
  /** Told of every icon of a set that has ended here, well or not, in words for people. */
  readonly onIcon: (batchId: string, line: string) => void;
}

/** Only against a fault of ours: a model has a limit of its own, and what waits for a quota is laid aside. */
const itemTimeoutMs = 6 * 3_600_000;
/** Batches that are worked on at once; further ones take turns with them. */
const batchSlots = 4;
/** Somebody waits for a single icon: it goes before those that come back later. */
const singleMs = 30_000;

/** What the engine does with icons. */
export function createIconKinds(options: IconKindsOptions): readonly Kind[] {
  /** @param patienceMs how long an icon waits for a place among the starts of its model, before it comes back later */
  const handleWith =
    (patienceMs: number): Kind["handle"] =>
    async (input, context) => {
      const { owner, model, format, sizes } = iconBatchOptions.parse(context.options);
      const item = iconItem.parse(input);
      const outcome = await options.maker.make(
        { owner, model, format, sizes, item },
        { ...context, patienceMs },
      );
      const line = lineOf(item, outcome);
      if (line !== null) options.onIcon(context.batchId, line);
      return outcome;
    };

  const { concurrency, retentionDays, singles } = options;
  // Of their own, since a model may take a minute for each.
  return [
    { name: batchKind, concurrency, slots: batchSlots, itemTimeoutMs, retentionDays, handle: handleWith(0) },
    // Whoever asked has the answer, and the icon is kept apart from it.
    {
      name: singleKind,
      concurrency: 1,
      slots: singles,
      itemTimeoutMs,
      retentionDays: 1,
      handle: handleWith(singleMs),
    },
  ];
}

/** @returns null for what goes on */
function lineOf({ category, style }: IconItem, outcome: Outcome): string | null {
  const name = `${category} (${style})`;
  if (outcome.status === "failed") return `${name}: failed, ${outcome.message}`;
  if (outcome.status !== "done") return null;
  return isCached(outcome.output) ? `${name}: there already` : `${name}: made`;
}

const isCached = (output: Json): boolean =>
  output !== null && typeof output === "object" && "cached" in output && output["cached"] === true;
