import type { Command } from "commander";
import type { Host } from "../host.ts";
import type { GenerateOptions } from "../work/generate.ts";
import { examples, pixelSize, wholeNumber } from "./command.ts";

export function addGenerate(program: Command, host: Host): void {
  program
    .command("generate")
    .summary("have a model make a picture")
    .description("Makes pictures of a prompt, waits for them and saves them. Ctrl-C leaves the job at work.")
    .argument("<prompt>", "what is to be seen")
    .option("-o, --output <file>", "a .png, .jpg or .webp, or a folder; else the addresses of the pictures")
    .option("--format <format>", "png, jpg or webp, where the name does not say it")
    .option("-f, --force", "replace files that are there already")
    .option("-m, --model <name>", "a provider, or a provider and a model; else the service's usual one")
    .option("--size <WxH>", "in pixels, such as 1024x768", pixelSize)
    .option("--aspect-ratio <W:H>", "such as 16:9")
    .option(
      "--seed <number>",
      "the same one makes the same picture, where the model follows it",
      wholeNumber(0, 2 ** 31 - 1),
    )
    .option("--count <1-4>", "pictures of the prompt", wholeNumber(1, 4))
    .option("--negative <text>", "what is not to be seen")
    .option("--quality <1-100>", "of jpg and webp", wholeNumber(1, 100))
    .option("--strict", "refuse what the model does not follow, in place of telling it")
    .option("--no-wait", "print the job's id and end")
    .option("--timeout <seconds>", "wait no longer; the job goes on", wholeNumber(1))
    .addHelpText(
      "after",
      examples({
        'fovea generate "A sunset over mountains" --aspect-ratio 16:9 -o sunset.png': "a picture",
        'fovea generate "A harbour" --count 4 --model openai -o harbour.webp':
          "harbour-1.webp to harbour-4.webp",
      }),
    )
    .action(async (prompt: string, options: GenerateOptions, command: Command) => {
      const { generate } = await import("../work/generate.ts");
      await host.act(command, (context) => generate(context, prompt, options));
    });
}
