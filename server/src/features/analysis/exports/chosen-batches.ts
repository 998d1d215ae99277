import type { Engine } from "../../../engine/engine.ts";
import { AppError } from "../../../platform/errors.ts";
import type { AnalysisBatch } from "../answers.ts";
import { type Batches, withUpload } from "../batches.ts";
import { kindName } from "../rows.kind.ts";
import type { BatchAsked } from "./multiple-export.ts";

const batchesAtOnce = 100;

/** All batches that were not deleted, newest first. */
export async function* allBatches(engine: Pick<Engine, "list">): AsyncGenerator<AnalysisBatch> {
  let after: AnalysisBatch | undefined;
  for (;;) {
    const page = await engine.list({ kind: kindName }, { limit: batchesAtOnce, ...(after ? { after } : {}) });
    for (const batch of page) {
      after = withUpload(batch);
      yield after;
    }
    if (page.length < batchesAtOnce) return;
  }
}

/** Ids as somebody wrote them, each once. */
export const distinctIds = (ids: readonly string[]): readonly string[] => [
  ...new Set(ids.map((id) => id.trim().toLowerCase())),
];

/** Those that there are, in the order of {@link allBatches}. */
export const newestFirst = (asked: readonly BatchAsked[]): readonly AnalysisBatch[] =>
  asked
    .flatMap(({ batch }) => batch ?? [])
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1));

/** Batches by id, in the order of the ids. */
export async function namedBatches(batches: Batches, ids: readonly string[]): Promise<readonly BatchAsked[]> {
  const asked: BatchAsked[] = [];
  for (const id of ids) {
    const batch = await batches.find(id).catch((error: unknown) => {
      if (error instanceof AppError && error.status === 404) return null;
      throw error;
    });
    asked.push({ id, batch });
  }
  return asked;
}
