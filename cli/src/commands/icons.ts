import { type Command, Option } from "commander";
import type { Host } from "../host.ts";
import type { IconsOptions } from "../work/icon-wish.ts";
import { examples, several, wholeNumber, wholeNumbers } from "./command.ts";

export function addIcons(program: Command, host: Host): void {
  program
    .command("icons")
    .summary("make an icon, or a set that belongs together")
    .description("Makes an icon for a category, or for several a set that belongs together.")
    .argument("<categories...>", "what each is for, such as coffee")
    .option("-o, --output <folder>", "where they go; a set also as a .zip. Else their addresses")
    .option("-f, --force", "replace files that are there already")
    .addOption(
      new Option("--style <style>").choices([
        "minimal",
        "detailed",
        "flat",
        "modern",
        "vintage",
        "abstract",
        "realistic",
      ]),
    )
    .addOption(
      new Option("--color-scheme <scheme>").choices([
        "monochrome",
        "colorful",
        "blue_tones",
        "warm_tones",
        "cool_tones",
        "brand_colors",
      ]),
    )
    .addOption(new Option("--format <format>").choices(["png", "svg", "webp", "ico"]))
    .option("--sizes <pixels>", "such as 16,32,256: a file for each, or the pictures of an ICO", wholeNumbers)
    .option("--element <word>", "something to be seen in it; may be repeated", several)
    .option("--variations <1-10>", "icons for each category", wholeNumber(1, 10))
    .option("--timeout <seconds>", "wait no longer; they are made all the same", wholeNumber(1))
    .addHelpText(
      "after",
      examples({
        "fovea icons coffee -o icons --format svg": "icons/coffee.svg",
        "fovea icons tools sports music --style flat -o set": "a set with a contact sheet",
      }),
    )
    .action(async (categories: string[], options: IconsOptions, command: Command) => {
      const { icons } = await import("../work/icons.ts");
      await host.act(command, (context) => icons(context, categories, options));
    });
}
