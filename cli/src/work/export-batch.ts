import type { ExportBatchQuery, Fovea } from "@fovea/client";
import type { Context } from "../context.ts";
import { mustBeShowable, type Output, writeOutput } from "../files/choose-output.ts";
import { bytes } from "../terminal/units.ts";
import { visible } from "../terminal/visible.ts";

/** The endings that results can have; what is written to standard output is CSV unless it is said otherwise. */
export const exportFormats = ["csv", "json", "ndjson", "xlsx", "zip"] as const;
export type ExportOutput = Output & { readonly format: (typeof exportFormats)[number] };

export type ExportFilters = Omit<ExportBatchQuery, "format">;

/** Writes the results of a batch, as they are when they are read. */
export async function exportBatch(
  context: Context,
  fovea: Fovea,
  {
    id,
    output,
    filters,
  }: { readonly id: string; readonly output: ExportOutput; readonly filters: ExportFilters },
): Promise<void> {
  mustBeShowable(output, context.terminal);
  const { signal } = context;
  const { format } = output;
  const pieces =
    format === "zip"
      ? await zipOf(fovea, id, filters, signal)
      : await fovea.batches.export(id, { ...filters, format }, { signal });
  const progress = context.terminal.progress("Writing");
  const size = await writeOutput(counting(pieces, progress.show), output, context);
  progress.end();
  if (output.path !== "-") context.terminal.say(`${visible(output.path)}: ${bytes(size)}.`);
}

/** The service makes a ZIP of several batches, with a summary; one is enough. */
async function zipOf(fovea: Fovea, id: string, filters: ExportFilters, signal: AbortSignal) {
  const { metadata, bom, raw, input_columns, part: _, ...rest } = filters;
  const { body } = await fovea
    .post("/api/v1/export/batches/multiple", {
      json: { batch_ids: [id], metadata, bom, raw, input_columns, filters: rest },
      headers: { accept: "application/zip" },
      signal,
    })
    .asResponse();
  if (body === null) throw new TypeError("The answer has no body.");
  return body;
}

async function* counting(
  pieces: AsyncIterable<Uint8Array>,
  show: (state: { done: number; total: null; note: string }) => void,
) {
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    show({ done: 0, total: null, note: bytes(size) });
    yield piece;
  }
}
