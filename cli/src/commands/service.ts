import type { Command } from "commander";
import type { Host } from "../host.ts";
import { examples } from "./command.ts";

/** Commands for whoever runs a service. */
export function addService(program: Command, host: Host): void {
  addKeys(program, host);
  program
    .command("webhooks")
    .summary("try a receiver of webhooks")
    .description("Receivers of webhooks.")
    .command("test")
    .description(
      "Has the service send a signed webhook.test to an address, once, and tells what the receiver said.",
    )
    .argument("<url>", "of the receiver")
    .addHelpText("after", examples({ "fovea webhooks test https://example.com/hook": "does it take it?" }))
    .action(async (url: string, _options: unknown, command: Command) => {
      const { testWebhook } = await import("../work/webhooks.ts");
      await host.act(command, (context) => testWebhook(context, url));
    });
  program
    .command("doctor")
    .summary("look for what is missing")
    .description(
      "Looks at this machine, at the service, at its clock and at your credentials, and says what to do.",
    )
    .action(async (_options: unknown, command: Command) => {
      const { doctor } = await import("../doctor/doctor.ts");
      await host.act(command, doctor);
    });
  program
    .command("open")
    .summary("open the service in a browser")
    .description("Opens the service, or the page of a batch, in a browser, and prints its address.")
    .argument("[what]", "batch")
    .argument("[id]", "of the batch")
    .addHelpText("after", examples({ "fovea open batch ID": "the page of a batch" }))
    .action(async (what: string | undefined, id: string | undefined, _options: unknown, command: Command) => {
      const { openPage } = await import("../work/open.ts");
      await host.act(command, (context) => openPage(context, what, id));
    });
}

function addKeys(program: Command, host: Host): void {
  const keys = program
    .command("keys")
    .summary("how the service's keys of model providers are doing")
    .description("Keys of model providers that the service has; for the administrator (FOVEA_ADMIN_TOKEN).");
  keys
    .command("test")
    .description(
      "Tells of each key whether its provider takes it, whether it rests, and what it was asked today.",
    )
    .action(async (_options: unknown, command: Command) => {
      const { testKeys } = await import("../work/keys.ts");
      await host.act(command, testKeys);
    });
  keys
    .command("restore")
    .description("Has keys tried again that a provider had refused, and groups that it has parked.")
    .argument("[provider]", "of one provider alone")
    .action(async (provider: string | undefined, _options: unknown, command: Command) => {
      const { restoreKeys } = await import("../work/keys.ts");
      await host.act(command, (context) => restoreKeys(context, provider));
    });
}
