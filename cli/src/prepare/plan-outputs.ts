import { readdir } from "node:fs/promises";
import { basename, dirname, join, parse, resolve } from "node:path";
import { wrongUsage } from "../exit-codes.ts";
import { visible } from "../terminal/visible.ts";
import { type Input, realFolder } from "./find-inputs.ts";

export interface PlannedOutput extends Input {
  /** Where it goes, without the ending: which format a picture gets is known when it is made. */
  readonly stem: string;
  /** A file of this name and whatever format that was there before. */
  readonly taken: string | undefined;
}

export interface OutputOptions {
  /** Folder; undefined: each goes beside its original. */
  readonly out: string | undefined;
  readonly suffix: string;
  readonly force: boolean;
}

/** The ending of each format that can come out. */
export const endings: Readonly<Record<string, string>> = {
  JPEG: "jpg",
  PNG: "png",
  WEBP: "webp",
  GIF: "gif",
};
const anyEnding = new RegExp(`\\.(jpeg|${Object.values(endings).join("|")})$`, "i");

/** Whether a file system may take two names for one, by which the names are told apart. */
const sameName = (path: string) =>
  process.platform === "win32" || process.platform === "darwin" ? path.normalize("NFC").toLowerCase() : path;

/**
 * Says where each picture goes, before anything is done.
 *
 * @throws {Failure} where two would get one name, or one would get that of an original
 */
export async function planOutputs(
  inputs: readonly Input[],
  options: OutputOptions,
): Promise<readonly PlannedOutput[]> {
  const folders = createFolders();
  const originals = new Map<string, string>();
  for (const { path } of inputs) {
    originals.set(sameName(join(await folders.real(path), parse(path).name)), path);
  }
  const planned = new Map<string, PlannedOutput>();
  for (const input of inputs) {
    const stem = stemOf(input, options);
    const key = sameName(join(await folders.real(stem), basename(stem)));
    const other = planned.get(key);
    if (other) throw sameOutput(other.path, input.path, stem);
    const original = originals.get(key);
    // Of another one it is refused in any case: which of the two is written first would decide what comes out.
    if (original !== undefined && (original !== input.path || !options.force)) {
      throw overOriginal(original, input.path);
    }
    planned.set(key, { ...input, stem, taken: await folders.taken(stem) });
  }
  return [...planned.values()];
}

function stemOf({ path, below }: Input, { out, suffix }: OutputOptions): string {
  const { dir, name } = parse(out === undefined ? path : join(out, below));
  return join(dir, name + suffix);
}

/** Each folder is looked at once: there may be ten thousand files in it. */
function createFolders() {
  const real = new Map<string, Promise<string>>();
  const names = new Map<string, Promise<ReadonlyMap<string, string>>>();
  const once = <Value>(known: Map<string, Promise<Value>>, key: string, find: () => Promise<Value>) => {
    const value = known.get(key) ?? find();
    known.set(key, value);
    return value;
  };
  return {
    real: (path: string) => once(real, dirname(path), async () => resolve(await realFolder(path))),
    async taken(stem: string): Promise<string | undefined> {
      const folder = dirname(stem);
      const found = await once(names, folder, async () => pictureStems(folder));
      return found.get(basename(stem));
    },
  };
}

/** Pictures in a folder, by their names without the ending. */
async function pictureStems(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder).catch(() => []);
  return new Map(
    names
      .filter((name) => anyEnding.test(name))
      .map((name) => [name.replace(anyEnding, ""), join(folder, name)]),
  );
}

const sameOutput = (one: string, other: string, stem: string) =>
  wrongUsage(
    `${visible(one)} and ${visible(other)} would both become ${visible(stem)}: nothing was done. ` +
      "Prepare them one after the other, with another --out or --suffix.",
  );

const overOriginal = (original: string, input: string) =>
  wrongUsage(
    original === input
      ? `${visible(input)} would be replaced by its result: nothing was done. ` +
          "Name another folder with --out or an ending with --suffix, or say --force to replace originals."
      : `What becomes of ${visible(input)} would replace ${visible(original)}, which is to be prepared too: ` +
          "nothing was done. Name another --out or --suffix.",
  );
