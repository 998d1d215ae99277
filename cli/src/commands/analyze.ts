import { type Command, Option } from "commander";
import type { Host } from "../host.ts";
import type { AnalyzeOptions } from "../work/analyze.ts";
import { dollarsAbove0, examples, wholeNumber } from "./command.ts";

export function addAnalyze(program: Command, host: Host): void {
  program
    .command("analyze")
    .summary("have a model look at the images of a CSV")
    .description(
      "Uploads a CSV of image addresses, waits until all are analyzed, and writes the results. Ctrl-C leaves the batch at work.",
    )
    .argument("<file>", "a CSV with a column of addresses; - is standard input")
    .option(
      "-o, --output <file>",
      "results as .csv, .json, .ndjson, .xlsx or .zip; - is standard output. Else a summary",
    )
    .option("--format <format>", "of the results, where the name does not say it")
    .option("-f, --force", "replace the file if it is there already")
    .option("-m, --model <name>", "which model looks; else the service's usual one")
    .option("--instruction <text>", "what it is told, in place of the usual question")
    .option("--schema <file>", "JSON Schema of its answers")
    .option("--max-cost <dollars>", "pause when it has cost so much", dollarsAbove0)
    .addOption(
      new Option(
        "--lane <lane>",
        "batch: the provider's batch API, for half the price within a day or so",
      ).choices(["online", "batch"]),
    )
    .addOption(
      new Option("--cache <use>", "what may be taken from before").choices(["use", "revalidate", "refresh"]),
    )
    .option("--name <name>", "of the batch")
    .option("--webhook <url>", "is told when it ends or is paused")
    .option("--estimate", "say what it would cost, and begin nothing")
    .option("--no-wait", "print the batch's id and end")
    .option("--timeout <seconds>", "wait no longer; the batch goes on", wholeNumber(1))
    .addHelpText(
      "after",
      examples({
        "fovea analyze urls.csv -o results.xlsx": "a CSV in, a workbook out",
        "fovea analyze urls.csv --estimate --model gemini-3.8-flash": "what it would cost",
        "fovea analyze cars.csv --schema damage.json --max-cost 20 -o damage.csv": "a question of your own",
        "cat urls.csv | fovea analyze - -o - --format ndjson | jq .store_name": "in a pipe",
      }),
    )
    .action(async (file: string, options: AnalyzeOptions, command: Command) => {
      const { analyze } = await import("../work/analyze.ts");
      await host.act(command, (context) => analyze(context, file, options));
    });
}
