import { Command } from "commander";
import { addAnalyze } from "./commands/analyze.ts";
import { addBatch } from "./commands/batch.ts";
import { addCheckout } from "./commands/checkout.ts";
import { examples } from "./commands/command.ts";
import { addCompress } from "./commands/compress.ts";
import { addGenerate } from "./commands/generate.ts";
import { addIcons } from "./commands/icons.ts";
import { addModels } from "./commands/models.ts";
import { addPrepare } from "./commands/prepare.ts";
import { addService } from "./commands/service.ts";
import type { Host } from "./host.ts";
import { version } from "./version.ts";

/** The commands, their options and their help. What they do is loaded when one is run. */
export function createProgram(host: Host): Command {
  const program = new Command("fovea")
    .description("Prepares images for vision models, on this machine, and works with a Fovea service.")
    .version(version, "-V, --version", "print the version")
    .option("--url <address>", "of the service; else FOVEA_URL, else http://127.0.0.1:8000")
    .option("--token-file <file>", "that holds a bearer token; else FOVEA_TOKEN")
    .option("--json", "print JSON: one document, or where it comes bit by bit a line for each")
    .option("-q, --quiet", "print results and errors alone")
    .option("--no-color", "no colours; also by NO_COLOR")
    .helpOption("-h, --help", "print this")
    .helpCommand("help [command]", "print the help of a command")
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .addHelpText("after", explanations);
  program.commandsGroup("On this machine:");
  addPrepare(program, host);
  addModels(program, host);
  program.commandsGroup("With a service:");
  addAnalyze(program, host);
  addBatch(program, host);
  addGenerate(program, host);
  addIcons(program, host);
  addCompress(program, host);
  program.commandsGroup("For whoever runs a service:");
  addService(program, host);
  addCheckout(program, host);
  pointToHelp(program);
  return program;
}

const explanations = `${examples({
  "fovea prepare photo.jpg --model claude-sonnet-5-5": "a picture as its model wants it",
  "fovea analyze urls.csv -o results.xlsx": "a CSV of addresses in, facts out",
})}
Credentials: FOVEA_TOKEN, FOVEA_API_KEY, FOVEA_ADMIN_TOKEN. They are no options: other users of a machine see those.

Exit codes: 0 done, 1 unexpected, 2 wrong usage, 3 no access, 4 not found, 5 done and something failed,
6 cancelled, paused or not done in time, 7 service unreachable, 130 Ctrl-C.
`;

/** Behind what is wrong with a command line stands where it is told how it is right. */
function pointToHelp(command: Command, path = "fovea"): void {
  command.showHelpAfterError(`See ${path} --help.`);
  for (const each of command.commands) pointToHelp(each, `${path} ${each.name()}`);
}
