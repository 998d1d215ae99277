import { resolve } from "node:path";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Host } from "../host.ts";
import { examples } from "./command.ts";

/** Commands that are the service's own programs, which a checkout has. */
export function addCheckout(program: Command, host: Host): void {
  const handOver = (command: Command, script: string, args: (context: Context) => readonly string[]) =>
    host.handOver(command, async (context) => {
      const { runInCheckout } = await import("../work/checkout.ts");
      await runInCheckout(script, args(context));
      return exitCodes.ok;
    });
  program
    .command("serve")
    .summary("start a service, in a checkout")
    .description(
      "Starts the service of the checkout that this is, as npm start does. Settings are environment variables.",
    )
    .addHelpText("after", examples({ "PORT=8080 fovea serve": "on another port" }))
    .action((_options: unknown, command: Command) => handOver(command, "scripts/start.mjs", () => []));
  program
    .command("token")
    .summary("print a token for the service of this checkout")
    .description("Prints a token for the service of this checkout, which must have the same settings.")
    .option("--subject <name>", "whose it is", "me")
    .option("--hours <hours>", "how long it is good", "1")
    .option("--admin", "for the administrator")
    .addHelpText(
      "after",
      examples({ "export FOVEA_TOKEN=$(fovea token --subject me)": "for the commands that follow" }),
    )
    .action((options: { subject: string; hours: string; admin?: boolean }, command: Command) =>
      handOver(command, "scripts/run.mjs", () => [
        "server/src/token.ts",
        ...["--subject", options.subject, "--hours", options.hours],
        ...(options.admin ? ["--admin"] : []),
      ]),
    );
  program
    .command("backup")
    .summary("save the database of this checkout's service")
    .description("Saves the database of the service of this checkout to a file.")
    .argument("<file>")
    .action((file: string, _options: unknown, command: Command) =>
      handOver(command, "scripts/run.mjs", () => ["server/src/backup.ts", resolve(file)]),
    );
  program
    .command("restore")
    .summary("bring a backup back")
    .description("Brings back what backup has saved, into an empty database.")
    .argument("<file>")
    .option("--force", "into one that is not empty, which is lost")
    .action((file: string, { force }: { force?: boolean }, command: Command) =>
      handOver(command, "scripts/run.mjs", () => [
        "server/src/restore.ts",
        resolve(file),
        ...(force ? ["--force"] : []),
      ]),
    );
}
