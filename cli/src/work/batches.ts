import type { BatchStatus } from "@fovea/client";
import { connect } from "../connection.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { chooseOutput } from "../files/choose-output.ts";
import { table } from "../terminal/table.ts";
import { count, dollars, some } from "../terminal/units.ts";
import { visible } from "../terminal/visible.ts";
import { exportBatch, exportFormats } from "./export-batch.ts";
import { endOfBatch, followBatch } from "./follow-batch.ts";
import { printFacts } from "./print-facts.ts";

export interface ListOptions {
  readonly status?: BatchStatus;
  readonly limit: number;
}

export async function listBatches(context: Context, { status, limit }: ListOptions): Promise<ExitCode> {
  const { terminal, options, signal } = context;
  const fovea = await connect(context);
  const query = { status, per_page: Math.min(limit, 100) };
  const batches = await fovea.batches.list(query, { signal }).toArray({ limit });
  if (options.json) {
    terminal.printJson(batches);
    return exitCodes.ok;
  }
  const rows = batches.map((batch) => [
    batch.batch_id,
    batch.status,
    `${Math.floor(batch.progress_percentage)} %`,
    count(batch.total_urls),
    count(batch.failed_count),
    batch.created_at.slice(0, 16).replace("T", " "),
    visible(batch.batch_name),
  ]);
  const columns = [
    { title: "id" },
    { title: "status" },
    ...["done", "rows", "failed"].map((title) => ({ title, align: "right" as const })),
    { title: "created (UTC)" },
    { title: "name" },
  ];
  const [head = "", ...lines] = table(columns, rows);
  if (batches.length === 0) terminal.say("There are no batches.");
  else terminal.print(terminal.paint("bold", head));
  for (const line of lines) terminal.print(line);
  return exitCodes.ok;
}

export async function showBatch(context: Context, id: string): Promise<ExitCode> {
  const { terminal, options, signal } = context;
  const batch = await (await connect(context)).batches.get(id, { signal });
  if (options.json) {
    terminal.printJson(batch);
    return exitCodes.ok;
  }
  const { batch_info: info, progress, timing, performance, usage } = batch;
  printFacts(terminal, {
    id: info.batch_id,
    name: info.batch_name,
    status: info.status,
    reason: info.error_message,
    rows: `${count(progress.processed_count)} of ${count(info.total_urls)} (${progress.progress_percentage} %)`,
    succeeded: count(progress.successful_count),
    failed: count(progress.failed_count),
    model: info.model,
    instruction: info.instruction,
    rate: `${performance.processing_rate_per_minute} rows a minute`,
    cost: usage.estimated_cost_usd === null ? null : `${dollars(usage.estimated_cost_usd)} (estimated)`,
    budget: info.max_cost_usd === null ? null : dollars(info.max_cost_usd),
    created: info.created_at,
    started: info.started_at,
    completed: info.completed_at,
    "done by": timing.estimated_completion,
    file: info.original_filename,
  });
  return exitCodes.ok;
}

export async function watchBatch(
  context: Context,
  id: string,
  { timeout }: { readonly timeout?: number },
): Promise<ExitCode> {
  const { terminal, options } = context;
  const fovea = await connect(context);
  const end = await followBatch(context, fovea, id, {
    timeout,
    onProgress(progress) {
      if (options.json) terminal.printJsonLine(progress);
    },
  });
  const { exitCode, sentence } = endOfBatch(end);
  if (!options.json) terminal.print(sentence);
  return exitCode;
}

export interface ChangeOptions {
  /** Of `resume`: dollars that the batch may cost in all. */
  readonly maxCost?: number;
  /** Of `retry`: rows that failed so. */
  readonly code?: readonly string[];
}

export type Change = "pause" | "resume" | "cancel" | "retry";

export async function changeBatch(
  context: Context,
  what: Change,
  id: string,
  { maxCost, code }: ChangeOptions,
): Promise<ExitCode> {
  const { terminal, options, signal } = context;
  const { batches } = await connect(context);
  const call = { signal };
  const changes = {
    pause: () => batches.pause(id, call),
    cancel: () => batches.cancel(id, call),
    retry: () => batches.retry(id, { codes: code }, call),
    async resume() {
      // One that was never begun, because too many were at work, is meant as well.
      const { status } = await batches.progress(id, call);
      return status === "pending"
        ? batches.start(id, call)
        : batches.resume(id, maxCost === undefined ? {} : { max_cost_usd: maxCost }, call);
    },
  };
  const change = await changes[what]();
  if (options.json) terminal.printJson(change);
  else {
    const rows = "retried" in change ? `: ${some(change.retried, "row")} to be tried again` : "";
    terminal.print(`${id} is ${change.status}${rows}.`);
  }
  if (what === "resume" || what === "retry") terminal.say(`Follow it with: fovea batch watch ${id}`);
  return exitCodes.ok;
}

export interface ExportOptions {
  readonly output: string;
  readonly format?: string;
  readonly force?: boolean;
  readonly successOnly?: boolean;
  readonly failedOnly?: boolean;
  readonly errorType?: string;
  readonly raw?: boolean;
  readonly part?: number;
  /** False with `--no-metadata`. */
  readonly metadata: boolean;
}

export async function exportResults(context: Context, id: string, options: ExportOptions): Promise<ExitCode> {
  const output = await chooseOutput(options.output, { ...options, formats: exportFormats });
  const filters = {
    success_only: options.successOnly,
    failed_only: options.failedOnly,
    error_type: options.errorType,
    raw: options.raw,
    part: options.part,
    metadata: options.metadata ? undefined : false,
  };
  await exportBatch(context, await connect(context), { id, output, filters });
  return exitCodes.ok;
}
