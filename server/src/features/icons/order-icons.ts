import { createHash, randomUUID } from "node:crypto";
import type { Engine } from "../../engine/engine.ts";
import type { Json } from "../../engine/kind.ts";
import { idempotencyKeyReused, requestInProgress } from "../../platform/idempotency/errors.ts";
import type { Idempotency } from "../../platform/idempotency/idempotency.ts";
import { created } from "./answers.ts";
import { type IconBatchOptions, planBatch, planIcon } from "./batch-plan.ts";
import { asIconBatch } from "./batches.ts";
import { svgUnavailable } from "./errors.ts";
import { canMake } from "./icon-files.ts";
import type { IconModel } from "./icon-model.ts";
import { countIcons } from "./icon-numbers.ts";
import { batchKind, singleKind } from "./icons.kind.ts";
import type { BatchRequest, GenerateRequest, IconOutput } from "./requests.ts";

interface OrderOptions {
  readonly engine: Pick<Engine, "write">;
  readonly idempotency: Idempotency;
  readonly model: IconModel | null;
}

/** Batches of this API are small, and share what makes them fairly; so none is refused for the others. */
const maxActive = Number.MAX_SAFE_INTEGER;
/** Whoever waits for an icon goes before those who will look at a batch later. */
const singlePriority = 1;

/** @throws {AppError} `icon_svg_unavailable` (400) for a vector of a model that makes pixels */
export function requireFormat(output: IconOutput, model: IconModel | null): void {
  if (!canMake(output, model?.provider ?? "local")) throw svgUnavailable();
}

/** One icon, worked on from now. @returns the id of its batch */
export async function orderIcon(
  { engine, model }: Pick<OrderOptions, "engine" | "model">,
  request: GenerateRequest,
  owner: string,
): Promise<string> {
  const { options, items } = planIcon(request, { owner, model: model && { ...model } });
  const id = randomUUID();
  const writer = await engine.write({
    ...{ id, kind: singleKind, owner, name: request.category, options: options as Json },
    ...{ priority: singlePriority, chunkSize: 1 },
  });
  await writer.add(items as readonly Json[]);
  await writer.finish({ start: { maxActive } });
  return id;
}

interface BatchOrder {
  readonly request: BatchRequest;
  readonly owner: string;
  readonly idempotencyKey: string | null;
}

/**
 * A batch, which is there and started or not at all. So a caller that got no answer sends the same again with its
 * `Idempotency-Key`, and there is one batch.
 */
export async function orderBatch(
  { engine, idempotency, model }: OrderOptions,
  { request, owner, idempotencyKey: key }: BatchOrder,
): Promise<{ readonly body: ReturnType<typeof created>; readonly replayed: boolean }> {
  requireFormat(request, model);
  const begun = key === null ? null : await idempotency.begin(`icons ${digest(owner)}`, key);
  const asked = digest(JSON.stringify(request));
  if (begun?.as === "running") throw requestInProgress();
  if (begun?.as === "repeat") {
    if (begun.fingerprint !== asked) throw idempotencyKeyReused();
    return { body: begun.answer.body as ReturnType<typeof created>, replayed: true };
  }
  try {
    const by: Pick<IconBatchOptions, "owner" | "model"> = { owner, model: model && { ...model } };
    const { options, items } = planBatch(request, by);
    const writer = await engine.write({
      ...{ id: randomUUID(), kind: batchKind, owner, options: options as Json, priority: 0 },
      name: request.categories.join(", ").slice(0, 200).toWellFormed(),
      chunkSize: items.length,
    });
    await writer.add(items as readonly Json[]);
    const { batch } = await writer.finish({
      start: { maxActive },
      async also(tx, finished) {
        await countIcons(tx, owner, { batches: 1 });
        const body = created(asIconBatch(finished.batch));
        await begun?.finish(tx, asked, { status: 201, body });
      },
    });
    return { body: created(asIconBatch(batch)), replayed: false };
  } catch (error) {
    await begun?.abandon();
    throw error;
  }
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex");
