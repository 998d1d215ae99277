import type { Command } from "commander";
import type { Host } from "../host.ts";
import type { PrepareOptions } from "../prepare/prepare.ts";
import { examples, wholeNumber } from "./command.ts";

export function addPrepare(program: Command, host: Host): void {
  program
    .command("prepare")
    .summary("make pictures what a model accepts and sees whole")
    .description(
      "Makes pictures what a vision model accepts and sees whole: upright, without GPS and other metadata, no larger than it looks at. " +
        "It needs no service: the pictures stay on this machine, and come out as a service would answer them.",
    )
    .argument("<files...>", "files, folders (their .jpg, .jpeg, .png, .gif and .webp), or globs in quotes")
    .option("-m, --model <id>", "the model that is to see them; `fovea models` lists them")
    .option("--provider <name>", "claude, openai or gemini: its documented limits, where no model is named")
    .option("--format <format>", "jpeg, png or webp; else what suits the picture")
    .option("--quality <1-100>", "of JPEG and WebP; else by the picture", wholeNumber(1, 100))
    .option("--max-dimension <pixels>", "longest side of the result", wholeNumber(1))
    .option("--background <#rrggbb>", "put behind transparent pixels")
    .option("-o, --out <folder>", "where the results go; else beside the originals")
    .option(
      "--suffix <text>",
      "put behind the name of each; -prepared beside the originals, nothing with --out",
    )
    .option("-r, --recursive", "also what is in folders of folders")
    .option("-f, --force", "replace files that are there already")
    .option("-n, --dry-run", "do all but write")
    .option(
      "--concurrency <count>",
      "pictures at a time; else as many as there are cores",
      wholeNumber(1, 1024),
    )
    .option("--server", "have the service do it, by its own catalog")
    .addHelpText(
      "after",
      examples({
        "fovea prepare photo.jpg --model claude-sonnet-5-5": "photo-prepared.jpg, beside it",
        "fovea prepare photos --model gpt-5.6-terra --out prepared": "all pictures of a folder",
        'fovea prepare "**/*.png" --provider gemini --format webp --out web': "what a glob matches",
        "fovea prepare photos -m gpt-5.6-terra --dry-run --json | jq .after.tokens": "what it would come to",
      }),
    )
    .action(async (files: string[], options: PrepareOptions, command: Command) => {
      const { prepare } = await import("../prepare/prepare.ts");
      await host.act(command, (context) => prepare(context, files, options));
    });
}
