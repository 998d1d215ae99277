import type { Engine } from "../../../engine/engine.ts";
import type { ResultFilter } from "../../../engine/result-filter.ts";
import type { AnalysisBatch } from "../answers.ts";
import { instructionOf } from "../question.ts";
import { batchRecords } from "./export-source.ts";
import type { ExportFormat } from "./formats.ts";
import { partsOf, positionsOf } from "./parts.ts";
import { type WrittenExport, writeExport } from "./write-export.ts";

export interface BatchExport {
  readonly format: ExportFormat;
  readonly metadata: boolean;
  readonly raw: boolean;
  readonly bom: boolean;
  /** Columns with what people said of results. */
  readonly reviews: boolean;
  /** Absent: as `metadata`. */
  readonly input_columns?: boolean | undefined;
  readonly filter: ResultFilter;
  /** The filters in the words of who asked. */
  readonly applied: Readonly<Record<string, unknown>>;
  /** From 1; absent: the whole batch. */
  readonly part?: number | undefined;
  readonly now: Date;
  /** Nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** What a batch is exported as; the same for a file of its own and for one in an archive. */
export function exportOfBatch(
  engine: Pick<Engine, "resultPages" | "read">,
  batch: AnalysisBatch,
  { format, metadata, raw, bom, reviews, input_columns, filter, applied, part, now, signal }: BatchExport,
): WrittenExport {
  const chosen = part === undefined ? filter : { ...filter, positions: positionsOf(part) };
  return writeExport({
    ...{ format, metadata, raw, bom, reviews, now },
    records: () => batchRecords(engine, batch, chosen, signal),
    answer: instructionOf(batch.upload.instruction)?.schema ?? null,
    input: (input_columns ?? metadata) ? batch.upload : null,
    about: (rows) => ({
      batch_id: batch.id,
      batch_name: batch.name,
      export_date: now.toISOString(),
      total_records: rows,
      batch_status: batch.state,
      batch_created: batch.createdAt.toISOString(),
      batch_started: batch.startedAt?.toISOString() ?? null,
      columns: batch.upload.columns,
      filters_applied: applied,
      ...(part === undefined ? {} : { part, parts: partsOf(batch) }),
    }),
  });
}
