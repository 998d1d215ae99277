import { type Command, Option } from "commander";
import type { Host } from "../host.ts";
import type { Change, ChangeOptions, ExportOptions, ListOptions } from "../work/batches.ts";
import { dollarsAbove0, examples, readId, several, wholeNumber } from "./command.ts";

const states = ["pending", "queued", "processing", "paused", "completed", "failed", "cancelled"];

export function addBatch(program: Command, host: Host): void {
  const batch = program
    .command("batch")
    .summary("list, follow, control and export batches")
    .description("Batches of images at the service.");
  addReading(batch, host);
  addChange(batch, host, "pause", "begin no more rows; those under way are finished");
  const resume = addChange(batch, host, "resume", "go on with a batch that is paused or was not begun");
  resume.option("--max-cost <dollars>", "what it may cost in all from now on", dollarsAbove0);
  addChange(batch, host, "cancel", "end a batch; its results are kept");
  const retry = addChange(batch, host, "retry", "run failed rows again");
  retry.option("--code <code>", "those that failed so, such as http_503; may be repeated", several);
  addExport(batch, host);
}

const load = () => import("../work/batches.ts");

function addReading(batch: Command, host: Host): void {
  batch
    .command("list")
    .description("Lists batches, newest first.")
    .addOption(new Option("--status <status>", "those alone that are so").choices(states))
    .option("--limit <count>", "how many", wholeNumber(1), 20)
    .addHelpText("after", examples({ "fovea batch list --status processing": "what is at work" }))
    .action(async (options: ListOptions, command: Command) => {
      const { listBatches } = await load();
      await host.act(command, (context) => listBatches(context, options));
    });
  batch
    .command("show")
    .description("Shows a batch: how far it is, what it has cost, what it asks.")
    .argument("<id>", "of the batch", readId)
    .action(async (id: string, _options: unknown, command: Command) => {
      const { showBatch } = await load();
      await host.act(command, (context) => showBatch(context, id));
    });
  batch
    .command("watch")
    .description("Follows a batch until nothing of it moves any more. Ctrl-C leaves it at work.")
    .argument("<id>", "of the batch", readId)
    .option("--timeout <seconds>", "follow no longer; the batch goes on", wholeNumber(1))
    .addHelpText("after", examples({ "fovea batch watch ID --json | jq .processed_count": "as it goes on" }))
    .action(async (id: string, options: { timeout?: number }, command: Command) => {
      const { watchBatch } = await load();
      await host.act(command, (context) => watchBatch(context, id, options));
    });
}

function addChange(batch: Command, host: Host, what: Change, does: string): Command {
  return batch
    .command(what)
    .description(`${does[0]?.toUpperCase()}${does.slice(1)}.`)
    .argument("<id>", "of the batch", readId)
    .action(async (id: string, options: ChangeOptions, command: Command) => {
      const { changeBatch } = await load();
      await host.act(command, (context) => changeBatch(context, what, id, options));
    });
}

function addExport(batch: Command, host: Host): void {
  batch
    .command("export")
    .description("Writes the results of a batch, as far as it is.")
    .argument("<id>", "of the batch", readId)
    .option("-o, --output <file>", ".csv, .json, .ndjson, .xlsx or .zip; - is standard output", "-")
    .option("--format <format>", "where the name does not say it; csv on standard output")
    .option("-f, --force", "replace the file if it is there already")
    .option("--success-only", "rows that succeeded")
    .option("--failed-only", "rows that failed")
    .option("--error-type <codes>", "rows that failed so: http_404,http_410")
    .option("--raw", "CSV for programs: nothing is put before what a spreadsheet takes for a formula")
    .option("--no-metadata", "without how each result came about")
    .option("--part <number>", "of a batch of more than a million rows", wholeNumber(1))
    .addHelpText(
      "after",
      examples({
        "fovea batch export ID -o results.xlsx": "a workbook",
        "fovea batch export ID --failed-only | head": "what failed, as CSV",
      }),
    )
    .action(async (id: string, options: ExportOptions, command: Command) => {
      const { exportResults } = await load();
      await host.act(command, (context) => exportResults(context, id, options));
    });
}
