import { type Command, Option } from "commander";
import type { Host } from "../host.ts";
import type { CompressOptions } from "../work/compress.ts";
import { examples, wholeNumber } from "./command.ts";

export function addCompress(program: Command, host: Host): void {
  program
    .command("compress")
    .summary("make the images of a catalog smaller")
    .description(
      "Uploads a CSV of products, has their images made smaller, and writes the CSV with the addresses of the smaller ones. Ctrl-C leaves the upload at work.",
    )
    .argument("<file>", "a CSV of products and addresses of images; - is standard input")
    .option("-o, --output <file>", "a .csv; - is standard output. Else a summary")
    .option("-f, --force", "replace the file if it is there already")
    .option("--quality <1-100|auto>", "auto: the lowest at which an image still looks like its source")
    .addOption(new Option("--format <format>").choices(["keep", "webp", "avif", "auto"]))
    .option("--max-dimension <pixels>", "longest side", wholeNumber(1))
    .option("--target-bytes <bytes>", "of each image, at most", wholeNumber(1))
    .addOption(new Option("--effort <effort>").choices(["fast", "balanced", "best"]))
    .option("--no-wait", "print the upload's id and end")
    .option("--timeout <seconds>", "wait no longer; the upload goes on", wholeNumber(1))
    .addHelpText(
      "after",
      examples({ "fovea compress products.csv --quality auto --format webp -o smaller.csv": "a catalog" }),
    )
    .action(async (file: string, options: CompressOptions, command: Command) => {
      const { compress } = await import("../work/compress.ts");
      await host.act(command, (context) => compress(context, file, options));
    });
}
