import { createWriteStream } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { pipeline } from "node:stream/promises";
import { exitCodes, Failure, wrongUsage } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { visible } from "../terminal/visible.ts";
import type { Leftovers } from "./leftovers.ts";
import { alreadyThere, saveFile } from "./save-file.ts";

/** Where something goes that is still to be made. */
export interface Output {
  /** `-` is standard output. */
  readonly path: string;
  readonly format: string;
  readonly force: boolean;
}

/**
 * Looks before anything is begun, or paid for, whether its result can be put where it is wanted.
 *
 * @param formats the endings of names that there are formats for
 * @throws {Failure}
 */
export async function chooseOutput<Format extends string>(
  path: string,
  options: {
    readonly formats: readonly Format[];
    readonly format?: string | undefined;
    readonly force?: boolean | undefined;
  },
): Promise<Output & { readonly format: Format }> {
  const { formats, force = false } = options;
  const named = options.format ?? (path === "-" ? formats[0] : extname(path).slice(1).toLowerCase());
  const format = formats.find((each) => each === named);
  if (format === undefined) {
    const list = formats.map((each) => `.${each}`).join(", ");
    throw wrongUsage(
      options.format === undefined
        ? `-o ${visible(path)}: the name says no format; let it end in ${list}, or name one with --format.`
        : `--format: expected one of ${formats.join(", ")}.`,
    );
  }
  if (path === "-") return { path, format, force };
  await mustBeFree(path, force);
  return { path, format, force };
}

/** @throws {Failure} where there is a file of this name that may not be replaced, or no folder to put it */
export async function mustBeFree(path: string, force: boolean): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw wrongUsage(`${visible(path)} is a folder; name a file in it.`);
  if (found && !force) throw alreadyThere(path);
  await access(dirname(path), constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENOENT"
      ? wrongUsage(`There is no folder ${visible(dirname(path))}; make it first.`)
      : error;
  });
}

/**
 * Writes what comes in pieces where it was decided to go. A file is there whole or not at all.
 *
 * @returns its bytes
 */
export async function writeOutput(
  pieces: AsyncIterable<Uint8Array>,
  { path, force }: Pick<Output, "path" | "force">,
  { terminal, leftovers }: { readonly terminal: Terminal; readonly leftovers: Leftovers },
): Promise<number> {
  let bytes = 0;
  async function* counted() {
    for await (const piece of pieces) {
      bytes += piece.length;
      yield piece;
    }
  }
  if (path !== "-") {
    await saveFile(path, (temporary) => pipeline(counted(), createWriteStream(temporary, { flags: "wx" })), {
      force,
      leftovers,
    });
    return bytes;
  }
  for await (const piece of counted()) await terminal.printBytes(piece);
  return bytes;
}

const binary = new Set(["xlsx", "zip"]);

/** @throws {Failure} where bytes that are no text would be written to a terminal */
export function mustBeShowable(output: Output, terminal: Terminal): void {
  if (output.path !== "-" || terminal.columns === null || !binary.has(output.format)) return;
  const message = `A terminal shows no ${output.format}: name a file with -o, or send it on with a pipe.`;
  throw new Failure(exitCodes.usage, "terminal", message);
}
