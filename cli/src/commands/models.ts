import type { Command } from "commander";
import type { Host } from "../host.ts";
import type { ModelsOptions } from "../work/models.ts";
import { examples } from "./command.ts";

export function addModels(program: Command, host: Host): void {
  program
    .command("models")
    .summary("list vision models, and what they see of a picture")
    .description(
      "Lists the vision models that are known: what a photograph becomes for each, its tokens, and the price. It needs no service.",
    )
    .option("--provider <name>", "claude, openai or gemini alone")
    .option("--server", "ask the service, whose operator may have changed its catalog")
    .addHelpText(
      "after",
      examples({
        "fovea models --provider claude": "those of one provider",
        "fovea models --json | jq -r '.models[].id'": "their names",
      }),
    )
    .action(async (options: ModelsOptions, command: Command) => {
      const { models } = await import("../work/models.ts");
      await host.act(command, (context) => models(context, options));
    });
}
