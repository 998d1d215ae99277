import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import type { Fovea, IconBatchProgress } from "@fovea/client";
import { connect } from "../connection.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes, wrongUsage } from "../exit-codes.ts";
import { mustBeFree, writeOutput } from "../files/choose-output.ts";
import { unzip } from "../files/unzip.ts";
import { count, some } from "../terminal/units.ts";
import { visible } from "../terminal/visible.ts";
import { type IconsOptions, isFolder, wishOf } from "./icon-wish.ts";
import { patience } from "./patience.ts";

export async function makeSet(
  context: Context,
  categories: readonly string[],
  options: IconsOptions,
): Promise<ExitCode> {
  const { terminal, signal } = context;
  const { output, force = false, element, variations } = options;
  if (output !== undefined) await mustBeReady(output, force);
  const fovea = await connect(context);
  const custom = element && Object.fromEntries(categories.map((category) => [category, [...element]]));
  const { batch_id: id, total_icons: total } = await fovea.icons.batches.create(
    {
      ...wishOf(options),
      categories: [...categories],
      variations_per_category: variations,
      custom_elements: custom,
    },
    { signal },
  );
  terminal.say(`Batch ${id}: ${some(total, "icon")}.`);
  const end = await follow(context, fovea, id, options.timeout);
  const saved =
    output !== undefined && end.successful > 0 ? await save(context, fovea, { id, output, force }) : [];
  if (context.options.json)
    terminal.printJson({ ...(await fovea.icons.batches.result(id, { signal })), saved });
  else if (output !== undefined) for (const path of saved) terminal.print(visible(path));
  else {
    const { results } = await fovea.icons.batches.result(id, { signal });
    for (const { image_url } of results) if (image_url) terminal.print(image_url);
  }
  return endOf(context, end);
}

/** Looked at before anything is made: a ZIP is a new file, and is unpacked where nothing is. */
async function mustBeReady(output: string, force: boolean): Promise<void> {
  if (!isFolder(output)) {
    if (extname(output).toLowerCase() !== ".zip")
      throw wrongUsage("-o: several icons go into a folder, or into a file .zip.");
    await mustBeFree(output, force);
    return;
  }
  const there = await readdir(output).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (there.length > 0 && !force) {
    throw wrongUsage(
      `${visible(output)} is not empty; name another folder, or say --force to write into this one.`,
    );
  }
}

async function follow(context: Context, fovea: Fovea, id: string, timeout: number | undefined) {
  const comeBack = `The icons are made all the same; the set is then at ${fovea.baseUrl}/api/icons/batch/${id}/download, and the same command makes none of them again.`;
  context.onInterrupt(comeBack);
  const progress = context.terminal.progress("Making icons");
  try {
    return await fovea.icons.batches.wait(id, {
      signal: patience(context.signal, timeout, comeBack),
      onProgress: ({ completed, total, current_category }) =>
        progress.show({
          done: completed,
          total,
          note: current_category === null ? undefined : visible(current_category),
        }),
    });
  } finally {
    progress.end();
  }
}

async function save(
  context: Context,
  fovea: Fovea,
  { id, output, force }: { readonly id: string; readonly output: string; readonly force: boolean },
): Promise<string[]> {
  const { leftovers, signal } = context;
  const zip = await fovea.icons.batches.download(id, { signal });
  if (!isFolder(output)) {
    await writeOutput(zip, { path: output, force }, context);
    return [output];
  }
  // Beside the folder it goes to, which may be on another disk than the one for what is temporary.
  const temporary = join(dirname(output), `.fovea-${randomUUID().slice(0, 13)}.zip`);
  leftovers.add(temporary);
  try {
    await writeOutput(zip, { path: temporary, force: false }, context);
    return await unzip(temporary, output, { force, leftovers });
  } finally {
    await rm(temporary, { force: true });
    leftovers.forget(temporary);
  }
}

function endOf({ terminal }: Context, { status, successful, failed, reason }: IconBatchProgress): ExitCode {
  if (status === "cancelled") {
    terminal.complain(`The set was cancelled after ${some(successful, "icon")}.`);
    return exitCodes.unfinished;
  }
  if (failed > 0 || status === "failed") {
    terminal.complain(`error: ${count(failed)} of the icons could not be made.${reason ? ` ${reason}` : ""}`);
    return exitCodes.failedItems;
  }
  terminal.say(`${some(successful, "icon")} made.`);
  return exitCodes.ok;
}
