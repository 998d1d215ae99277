import type { GetQuotasData, RestoreKeysData } from "@fovea/client";
import { connect } from "../connection.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { table } from "../terminal/table.ts";
import { count } from "../terminal/units.ts";
import { visible } from "../terminal/visible.ts";

type Provider = GetQuotasData["providers"][number];
type Group = Provider["groups"][number];
type Key = Group["keys"][number];

/** What the API of the administrator answers with. */
interface Answer<Data> {
  readonly data: Data;
}

/**
 * How the keys of the service are doing, by what their providers said when they were last asked. Nothing is asked for this: a
 * provider would bill it.
 */
export async function testKeys(context: Context): Promise<ExitCode> {
  const { terminal, options, signal } = context;
  const fovea = await connect(context);
  const { data } = await fovea.get<Answer<GetQuotasData>>("/admin/quotas", { query: { days: 1 }, signal });
  const groups = data.providers.flatMap(({ provider, groups }) =>
    groups.map((group) => ({ provider, group })),
  );
  const troubled = groups.some(
    ({ group }) => group.parked_until !== null || group.keys.some(({ usable }) => !usable),
  );
  if (options.json) {
    terminal.printJson(data);
    return troubled ? exitCodes.failedItems : exitCodes.ok;
  }
  const rows = groups.flatMap(({ provider, group }) =>
    group.keys.map((key) => [
      provider,
      visible(group.name),
      visible(key.label),
      stateOf(group, key),
      callsOf(data, provider, key),
    ]),
  );
  if (rows.length === 0)
    terminal.say("The service has no keys of providers: it answers with its local models.");
  else {
    const titles = ["provider", "group", "key", "state"].map((title) => ({ title }));
    const [head = "", ...lines] = table([...titles, { title: "calls today", align: "right" }], rows);
    terminal.print(terminal.paint("bold", head));
    for (const line of lines) terminal.print(line);
  }
  for (const { suspicions } of data.providers)
    for (const { message } of suspicions) terminal.say(visible(message));
  for (const warning of data.warnings) terminal.say(visible(warning));
  if (troubled) terminal.say("When what is wrong is mended, have them tried again with: fovea keys restore");
  return troubled ? exitCodes.failedItems : exitCodes.ok;
}

function stateOf({ parked_until, parked_reason }: Group, { usable, last_error }: Key): string {
  const said = last_error === null ? "" : `: ${visible(last_error.reason)} (${last_error.at.slice(0, 16)}Z)`;
  if (!usable) return `refused by its provider${said}`;
  if (parked_until !== null)
    return `rests until ${parked_until.slice(0, 16)}Z: ${visible(parked_reason ?? "")}`;
  return `usable${said === "" ? "" : `, last failure${said}`}`;
}

/** What was asked for is counted by provider, the models of which may have limits each for itself. */
function callsOf({ usage }: GetQuotasData, provider: string, { key_id }: Key): string {
  const name = provider.split("/")[0];
  const calls = usage.filter((each) => each.key_id === key_id && each.provider.split("/")[0] === name);
  return count(calls.reduce((sum, each) => sum + each.calls, 0));
}

/** Has keys tried again that a provider had refused, and groups that it has parked. */
export async function restoreKeys(context: Context, provider: string | undefined): Promise<ExitCode> {
  const { terminal, options, signal } = context;
  const fovea = await connect(context);
  const json = provider === undefined ? {} : { provider };
  const { data } = await fovea.post<Answer<RestoreKeysData>>("/admin/quotas/restore", { json, signal });
  if (options.json) terminal.printJson(data);
  else {
    for (const label of data.restored) terminal.print(`${visible(label)} is tried again.`);
    for (const { provider: name, group } of data.unparked)
      terminal.print(`${visible(group)} of ${visible(name)} is asked again.`);
    if (data.restored.length + data.unparked.length === 0)
      terminal.say("No key was refused, and no group rests.");
  }
  return exitCodes.ok;
}
