import { mkdir } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Icon } from "@fovea/client";
import { connect } from "../connection.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes, wrongUsage } from "../exit-codes.ts";
import { mustBeFree, writeOutput } from "../files/choose-output.ts";
import { visible } from "../terminal/visible.ts";
import { type IconsOptions, isFolder, wishOf } from "./icon-wish.ts";
import { patience } from "./patience.ts";

export async function makeIcon(context: Context, category: string, options: IconsOptions): Promise<ExitCode> {
  const { terminal, signal } = context;
  const { output, force = false, element, timeout, format = "png", sizes } = options;
  const paths = output === undefined ? [] : pathsOf(output, category, { format, sizes });
  if (output !== undefined && isFolder(output)) await mkdir(output, { recursive: true });
  for (const path of paths) await mustBeFree(path, force);
  const fovea = await connect(context);
  const progress = terminal.progress("Making an icon");
  const comeBack = "The icon is made all the same, and the same command gets it.";
  context.onInterrupt(comeBack);
  const icon = await fovea.icons.generate(
    { ...wishOf(options), category, ...(element ? { custom_elements: [...element] } : {}) },
    { signal: patience(signal, timeout, comeBack) },
  );
  progress.end();
  const files = addressesOf(icon);
  for (const [index, path] of paths.entries()) {
    const address = files[index];
    if (address === undefined) continue;
    await writeOutput(await fovea.icons.download(address, { signal }), { path, force }, context);
  }
  const { provider = "", license } = icon.metadata;
  const made = icon.metadata.cached ? "was made before" : `made by ${provider}`;
  terminal.say(`${visible(category)}: ${made}${typeof license === "string" ? `, licence ${license}` : ""}.`);
  if (context.options.json)
    terminal.printJson({ ...icon, ...(output === undefined ? {} : { saved: paths }) });
  else for (const line of output === undefined ? files : paths) terminal.print(visible(line));
  return exitCodes.ok;
}

const addressesOf = ({ image_url, metadata }: Icon) => metadata.files?.map(({ url }) => url) ?? [image_url];

/** A file for each size, but in an ICO, which has all of them. */
function pathsOf(
  output: string,
  category: string,
  { format, sizes }: { readonly format: string; readonly sizes: readonly number[] | undefined },
): string[] {
  const several = format !== "ico" && sizes !== undefined && sizes.length > 1 ? sizes : undefined;
  if (!isFolder(output)) {
    if (several) throw wrongUsage("-o: several sizes are several files; name a folder.");
    if (extname(output).toLowerCase() !== `.${format}`) {
      throw wrongUsage(`-o: expected a folder, or a name that ends in .${format} as the icon's --format.`);
    }
    return [output];
  }
  const name =
    category
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}]+/gu, "-")
      .replace(/^-|-$/g, "") || "icon";
  return several
    ? several.map((size) => join(output, `${name}-${size}.${format}`))
    : [join(output, `${name}.${format}`)];
}
