import type { CatalogOptions, CatalogSummary, Fovea } from "@fovea/client";
import { connect } from "../connection.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes, wrongUsage } from "../exit-codes.ts";
import { chooseOutput, writeOutput } from "../files/choose-output.ts";
import { tableInput } from "../files/table-input.ts";
import { bytes, count, some } from "../terminal/units.ts";
import { patience } from "./patience.ts";
import { printFacts } from "./print-facts.ts";

export interface CompressOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly quality?: string;
  readonly format?: string;
  readonly maxDimension?: number;
  readonly targetBytes?: number;
  readonly effort?: string;
  /** False with `--no-wait`. */
  readonly wait: boolean;
  readonly timeout?: number;
}

export async function compress(context: Context, file: string, options: CompressOptions): Promise<ExitCode> {
  const { terminal, signal } = context;
  if (options.output !== undefined && !options.wait) {
    throw wrongUsage("-o needs the end of the work, for which --no-wait does not wait.");
  }
  const output =
    options.output === undefined
      ? undefined
      : await chooseOutput(options.output, { formats: ["csv"], force: options.force });
  const table = await tableInput(file, context);
  const fovea = await connect(context);
  context.onInterrupt(
    "Whether the upload has arrived is not known; the same command again takes what was made by then.",
  );
  const { request_id: id } = await fovea.catalog.upload(table, wishOf(options), { signal });
  terminal.say(`Upload ${id}.`);
  if (!options.wait) {
    if (context.options.json) terminal.printJson({ request_id: id });
    else terminal.print(id);
    return exitCodes.ok;
  }
  const end = await follow(context, fovea, id, options.timeout);
  const failedImages = await countFailed(fovea, id, signal);
  if (output) await writeOutput(await fovea.catalog.csv(id, { signal }), output, context);
  tell(context, end, { failedImages, output: output?.path });
  return failedImages > 0 || end.progress.failed > 0 ? exitCodes.failedItems : exitCodes.ok;
}

/** What is wrong with these the service says. */
const wishOf = ({ quality, format, maxDimension, targetBytes, effort }: CompressOptions) =>
  ({ quality, format, max_dimension: maxDimension, target_bytes: targetBytes, effort }) as CatalogOptions;

async function follow(context: Context, fovea: Fovea, id: string, timeout: number | undefined) {
  const comeBack = `The upload goes on at the service: ${fovea.baseUrl}/api/v1/status/${id}; its CSV is then at ${fovea.baseUrl}/api/v1/status/${id}/csv`;
  context.onInterrupt(comeBack);
  const progress = context.terminal.progress("Compressing");
  try {
    return await fovea.catalog.wait(id, {
      signal: patience(context.signal, timeout, comeBack),
      onProgress: ({ progress: { total, remaining }, saved_bytes }) =>
        progress.show({ done: total - remaining, total, note: `${bytes(saved_bytes)} saved` }),
    });
  } finally {
    progress.end();
  }
}

/** A product with one image that was made counts as completed, whatever became of its others. */
async function countFailed(fovea: Fovea, id: string, signal: AbortSignal): Promise<number> {
  let failed = 0;
  for await (const { errors } of fovea.catalog.products(id, { per_page: 1000 }, { signal }))
    failed += errors.length;
  return failed;
}

function tell(
  { terminal, options }: Context,
  end: CatalogSummary,
  { failedImages, output }: { readonly failedImages: number; readonly output: string | undefined },
): void {
  const { progress, saved_bytes: saved } = end;
  if (output === "-") {
    terminal.say(
      `${some(progress.total, "product")}, ${bytes(saved)} saved, ${some(failedImages, "image")} failed.`,
    );
  } else if (options.json)
    terminal.printJson({ ...end, failed_images: failedImages, output: output ?? null });
  else {
    printFacts(terminal, {
      upload: end.request_id,
      status: end.status,
      products: count(progress.total),
      "without any image": count(progress.failed),
      "images that failed": count(failedImages),
      saved: bytes(saved),
      written: output ?? null,
    });
  }
}
