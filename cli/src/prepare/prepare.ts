import { availableParallelism } from "node:os";
import { connect } from "../connection.ts";
import type { Context } from "../context.ts";
import { describeError } from "../describe-error.ts";
import { type ExitCode, exitCodes, wrongUsage } from "../exit-codes.ts";
import { alreadyThere, saveBytes } from "../files/save-file.ts";
import { count, some } from "../terminal/units.ts";
import { visible } from "../terminal/visible.ts";
import { findInputs, withoutMade } from "./find-inputs.ts";
import { inOrder } from "./in-order.ts";
import { type Outcome, outcomeJson, outcomeTable } from "./outcome.ts";
import { endings, type PlannedOutput, planOutputs } from "./plan-outputs.ts";
import type { Preparer, Wish } from "./preparer.ts";
import { createSums } from "./sums.ts";

export interface PrepareOptions {
  readonly model?: string;
  readonly provider?: string;
  readonly format?: string;
  readonly quality?: number;
  readonly maxDimension?: number;
  readonly background?: string;
  readonly out?: string;
  readonly suffix?: string;
  readonly recursive?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly concurrency?: number;
  readonly server?: boolean;
}

const usualSuffix = "-prepared";
/** More than work at the same time: the next picture is read, and the last one written, while others are encoded. */
const waiting = 2;

export async function prepare(
  context: Context,
  names: readonly string[],
  options: PrepareOptions,
): Promise<ExitCode> {
  const { out, suffix = out === undefined ? usualSuffix : "", force = false, recursive = false } = options;
  if (options.model === undefined && options.provider === undefined) {
    throw wrongUsage(
      "Name the model that is to see the pictures with --model (`fovea models` lists them), or a --provider.",
    );
  }
  if (/[/\\]/.test(suffix)) throw wrongUsage("--suffix: expected a part of a name, without / or \\.");
  const { inputs: found, others } = await findInputs(names, { recursive });
  const inputs = out === undefined ? withoutMade(found, suffix) : found;
  const already = found.length - inputs.length;
  const { terminal } = context;
  if (others > 0)
    terminal.say(`${some(others, "file")} left out: not called .jpg, .jpeg, .png, .gif or .webp.`);
  if (already > 0)
    terminal.say(
      `${some(already, "file")} left out: called …${suffix} beside their originals, so an earlier run has made them.`,
    );
  const planned = await planOutputs(inputs, { out, suffix, force });
  if (planned.length === 0) throw wrongUsage("There is no picture to prepare.");

  const concurrency = options.concurrency ?? availableParallelism();
  const preparer = await openPreparer(context, wishOf(options), { concurrency, server: options.server });
  const table = outcomeTable(
    planned.map(({ path }) => path),
    terminal.columns,
  );
  if (!context.options.json) terminal.print(terminal.paint("bold", table.head));
  const progress = terminal.progress("Preparing");
  const sums = createSums();
  const work = (output: PlannedOutput) =>
    prepareOne(context, preparer, output, { force, dryRun: options.dryRun });
  for await (const outcome of inOrder(planned, concurrency + waiting, work)) {
    context.signal.throwIfAborted();
    sums.add(outcome);
    if (context.options.json) terminal.printJsonLine(outcomeJson(outcome));
    else terminal.print(table.row(outcome));
    for (const warning of outcome.state === "prepared" ? outcome.picture.warnings : [])
      terminal.say(`${visible(outcome.input)}: ${visible(warning)}`);
    progress.show({
      done: sums.done,
      total: planned.length,
      note: sums.failed > 0 ? `${count(sums.failed)} failed` : undefined,
    });
  }
  progress.end();
  terminal.say(sums.sentence(options.dryRun === true));
  return sums.failed > 0 ? exitCodes.failedItems : exitCodes.ok;
}

const wishOf = ({ provider, model, format, quality, maxDimension, background }: PrepareOptions): Wish => ({
  ...(provider === undefined ? {} : { provider }),
  ...(model === undefined ? {} : { model }),
  ...(format === undefined ? {} : { format }),
  ...(quality === undefined ? {} : { quality }),
  ...(maxDimension === undefined ? {} : { max_dimension: maxDimension }),
  ...(background === undefined ? {} : { background_color: background }),
});

async function openPreparer(
  context: Context,
  wish: Wish,
  { concurrency, server }: { concurrency: number; server: boolean | undefined },
): Promise<Preparer> {
  const { signal } = context;
  if (!server) {
    const { prepareHere } = await import("./here.ts");
    return prepareHere(wish, { concurrency, signal });
  }
  const { prepareAtService } = await import("./at-service.ts");
  return prepareAtService(await connect(context), wish, signal);
}

async function prepareOne(
  { signal, leftovers }: Context,
  preparer: Preparer,
  { path, stem, taken }: PlannedOutput,
  { force, dryRun = false }: { force: boolean; dryRun: boolean | undefined },
): Promise<Outcome> {
  try {
    if (taken !== undefined && !force) throw alreadyThere(taken);
    const { bytes: prepared, ...picture } = await preparer.prepare(path);
    const output = `${stem}.${endings[picture.after.format]}`;
    if (!dryRun) await saveBytes(output, prepared, { force, leftovers });
    return { state: "prepared", input: path, output: dryRun ? null : output, picture };
  } catch (error) {
    if (signal.aborted) throw error;
    const { exitCode, code, message } = describeError(error);
    // What is wrong with one picture is its own; what is wrong with all of them ends the command.
    if (exitCode === exitCodes.access || exitCode === exitCodes.unreachable || code === "ENOSPC") throw error;
    return { state: "failed", input: path, code, message };
  }
}
