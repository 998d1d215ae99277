import { type ZipEntry, zipBytes } from "../../../platform/tables/zip.ts";
import type { AnalysisBatch } from "../answers.ts";
import { fileNameOf } from "./file-name.ts";
import { type ExportFormat, formatFacts } from "./formats.ts";
import { partsOf } from "./parts.ts";
import type { WrittenExport } from "./write-export.ts";

export interface BatchAsked {
  readonly id: string;
  /** Null where there is none of this id. */
  readonly batch: AnalysisBatch | null;
}

/** @param part absent: the batch has only one */
export type WritePart = (batch: AnalysisBatch, part: number | undefined) => WrittenExport;

/**
 * Exports of several batches as one ZIP: a file for each, several for one of more than a million rows, a text for each
 * that does not exist, and at the end a summary of what the files hold.
 *
 * @param onRows told at the end how many rows all files hold
 */
export function multipleExport(
  asked: readonly BatchAsked[],
  format: ExportFormat,
  write: WritePart,
  { now, onRows }: { readonly now: Date; readonly onRows: (rows: number) => void },
): AsyncIterable<Buffer> {
  const lines: string[] = [];
  let total = 0;

  async function* entries(): AsyncGenerator<ZipEntry> {
    for (const { id, batch } of asked) {
      if (batch === null) {
        lines.push(`${oneLine(id)}: not found`);
        const text = `Batch not found: ${oneLine(id)}\n`;
        yield { name: `ERROR_${fileNameOf(id)}.txt`, content: () => [text], compress: true };
        continue;
      }
      const parts = partsOf(batch);
      for (let number = 1; number <= parts; number += 1) {
        const written = write(batch, parts === 1 ? undefined : number);
        const suffix = parts === 1 ? "" : `_part${number}`;
        const name = `${fileNameOf(batch.name)}_${batch.id.slice(0, 8)}${suffix}${formatFacts[format].extension}`;
        // An Excel file is a ZIP already.
        yield { name, content: () => written.content, compress: format !== "xlsx" };
        lines.push(
          `${name}: ${written.rows()} rows of batch ${batch.id} (${oneLine(batch.name)}, ${batch.state})`,
        );
        total += written.rows();
      }
    }
    onRows(total);
    const summary = [`Exported ${now.toISOString()}, ${total} rows`, "", ...lines, ""].join("\n");
    yield { name: "export_summary.txt", content: () => [summary], compress: true };
  }

  return zipBytes(entries(), now);
}

const oneLine = (text: string) => text.replace(/\p{Cc}+/gu, " ").slice(0, 255);
