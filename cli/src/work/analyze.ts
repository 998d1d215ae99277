import { readFile } from "node:fs/promises";
import type { BatchEstimate, BatchProgress, CreateBatchData, CreateBatchOptions, Fovea } from "@fovea/client";
import { connect } from "../connection.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes, wrongUsage } from "../exit-codes.ts";
import { chooseOutput, mustBeShowable } from "../files/choose-output.ts";
import { tableInput } from "../files/table-input.ts";
import { count, dollars, duration, some } from "../terminal/units.ts";
import { visible } from "../terminal/visible.ts";
import { exportBatch, exportFormats } from "./export-batch.ts";
import { endOfBatch, followBatch } from "./follow-batch.ts";
import { printFacts } from "./print-facts.ts";

export interface AnalyzeOptions {
  readonly output?: string;
  readonly format?: string;
  readonly force?: boolean;
  readonly model?: string;
  readonly instruction?: string;
  readonly schema?: string;
  readonly maxCost?: number;
  readonly lane?: "online" | "batch";
  readonly cache?: "use" | "revalidate" | "refresh";
  readonly name?: string;
  readonly webhook?: string;
  readonly estimate?: boolean;
  /** False with `--no-wait`. */
  readonly wait: boolean;
  readonly timeout?: number;
}

export async function analyze(context: Context, file: string, options: AnalyzeOptions): Promise<ExitCode> {
  const { terminal, signal } = context;
  // All that can be wrong here is found before anything is begun, or paid for.
  const output =
    options.output === undefined
      ? undefined
      : await chooseOutput(options.output, { ...options, formats: exportFormats });
  if (output && !options.wait)
    throw wrongUsage("-o needs the end of the batch, for which --no-wait does not wait.");
  if (output) mustBeShowable(output, terminal);
  const table = await tableInput(file, context);
  const wish = await wishOf(options);
  const fovea = await connect(context);
  if (options.estimate) {
    printEstimate(context, await fovea.batches.estimate(table, wish, { signal }));
    return exitCodes.ok;
  }

  context.onInterrupt("Whether there is a batch already, `fovea batch list` says.");
  const { batch_id: id, batch_info: info } = await fovea.batches.create(table, wish, { signal });
  terminal.say(`Batch ${id}: ${created(info)}.`);
  if (!info.auto_started && info.auto_start_error) terminal.say(visible(info.auto_start_error));
  if (!options.wait) {
    if (context.options.json) terminal.printJson({ batch_id: id, batch_info: info });
    else terminal.print(id);
    terminal.say(`Follow it with: fovea batch watch ${id}`);
    return exitCodes.ok;
  }
  const end = await followBatch(context, fovea, id, options);
  const { exitCode, sentence } = endOfBatch(end);
  if (output && (end.status === "completed" || end.status === "failed")) {
    context.onInterrupt(
      `The results are at the service: fovea batch export ${id} -o ${visible(output.path)}`,
    );
    await exportBatch(context, fovea, { id, output, filters: {} });
  }
  if (output?.path === "-") terminal.say(sentence);
  else await printEnd(context, fovea, end, sentence);
  return exitCode;
}

async function wishOf(options: AnalyzeOptions): Promise<CreateBatchOptions> {
  const schema = options.schema === undefined ? undefined : await readSchema(options.schema);
  return {
    batch_name: options.name,
    model: options.model,
    instruction: options.instruction,
    schema,
    max_cost_usd: options.maxCost,
    lane: options.lane,
    cache: options.cache,
    webhook_url: options.webhook,
  };
}

/** The service says what is wrong with a schema; that a file is no JSON is told with its name. */
async function readSchema(path: string): Promise<string> {
  const text = await readFile(path, "utf8");
  try {
    JSON.parse(text);
  } catch (error) {
    throw wrongUsage(
      `--schema: ${visible(path)} is no JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
  return text;
}

function created({ total_urls, duplicate_urls, invalid_urls }: CreateBatchData["batch_info"]): string {
  return [
    some(total_urls, "row"),
    ...(duplicate_urls > 0 ? [`${count(duplicate_urls)} with an address that another one has`] : []),
    ...(invalid_urls > 0 ? [`${count(invalid_urls)} without a usable address`] : []),
  ].join(", ");
}

function printEstimate({ terminal, options }: Context, estimate: BatchEstimate): void {
  if (options.json) {
    terminal.printJson(estimate);
    return;
  }
  const { estimated_cost_usd: cost, estimated_seconds: seconds } = estimate;
  printFacts(terminal, {
    rows: count(estimate.total_urls),
    "without an address": count(estimate.invalid_urls),
    questions: count(estimate.questions),
    model: estimate.model ?? "none is configured",
    cost:
      cost === null
        ? "not known"
        : `${dollars(cost.expected)} (${dollars(cost.low)} to ${dollars(cost.high)})`,
    time: seconds === null ? "not limited by a quota" : `${duration(seconds)} by ${estimate.limited_by}`,
  });
}

async function printEnd(context: Context, fovea: Fovea, end: BatchProgress, sentence: string): Promise<void> {
  const { terminal, options, signal } = context;
  if (options.json) {
    terminal.printJson(end);
    return;
  }
  terminal.say(sentence);
  const { usage } = await fovea.batches.get(end.batch_id, { signal });
  printFacts(terminal, {
    batch: end.batch_id,
    status: end.status,
    rows: count(end.total_urls),
    succeeded: count(end.successful_count),
    failed: count(end.failed_count),
    "calls to models": count(usage.calls),
    cost:
      usage.estimated_cost_usd === null ? "not known" : `${dollars(usage.estimated_cost_usd)} (estimated)`,
  });
}
