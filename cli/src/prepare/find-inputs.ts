import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, normalize, parse, relative, resolve } from "node:path";
import { wrongUsage } from "../exit-codes.ts";
import { visible } from "../terminal/visible.ts";

export interface Input {
  readonly path: string;
  /** Its path below the folder that was named, or its name alone: where it goes below `--out`. */
  readonly below: string;
}

export interface FoundInputs {
  readonly inputs: readonly Input[];
  /** Files of folders that are no pictures by their names. */
  readonly others: number;
}

/** In a folder the name decides what is looked at; what a file is, its bytes decide. */
const pictureName = /\.(jpe?g|png|gif|webp)$/i;
const globCharacters = /[*?[\]{}!]/;

/**
 * Files that are named, pictures in folders that are named, and what globs match that a shell has not read: each once, in the
 * order in which they were named, those of a folder by name.
 *
 * @throws {Failure} for a name that nothing has
 */
export async function findInputs(
  names: readonly string[],
  { recursive }: { readonly recursive: boolean },
): Promise<FoundInputs> {
  const found = new Map<string, Input>();
  let others = 0;
  /** The same file by another name is the same. */
  const add = async (input: Input) => {
    const real = await realpath(input.path).catch(() => input.path);
    if (!found.has(real)) found.set(real, input);
  };

  for (const name of names) {
    for (const path of await expand(name)) {
      const kind = await stat(path);
      if (kind.isFile()) await add({ path, below: basename(path) });
      else if (!kind.isDirectory()) throw wrongUsage(`${visible(path)} is neither a file nor a folder.`);
      else {
        for await (const file of filesIn(path, recursive)) {
          if (!pictureName.test(file)) others += 1;
          else await add({ path: file, below: relative(path, file) });
        }
      }
    }
  }
  return { inputs: [...found.values()], others };
}

/**
 * Without what an earlier run has made beside its originals: where `a.jpg` is there, `a-prepared.jpg` came of it. So the same
 * folder, or the same glob, can be prepared again.
 */
export function withoutMade(inputs: readonly Input[], suffix: string): readonly Input[] {
  if (suffix === "") return inputs;
  const stems = new Set(inputs.map(({ path }) => stemOf(path)));
  return inputs.filter(({ path }) => {
    const stem = stemOf(path);
    return !(stem.endsWith(suffix) && stems.has(stem.slice(0, -suffix.length)));
  });
}

const stemOf = (path: string) => {
  const { dir, name } = parse(resolve(path));
  return join(dir, name);
};

/** A name as it stands, or all that it matches. A file that is really called `a[1].jpg` goes before. */
async function expand(name: string): Promise<readonly string[]> {
  if (await exists(name)) return [name];
  if (!globCharacters.test(name)) throw wrongUsage(`There is no file or folder ${visible(name)}.`);
  const { glob } = await import("tinyglobby");
  const pattern = process.platform === "win32" ? name.replaceAll("\\", "/") : name;
  const matches = await glob(pattern, { expandDirectories: false, followSymbolicLinks: false });
  if (matches.length === 0) throw wrongUsage(`Nothing matches ${visible(name)}.`);
  return matches.map((path) => normalize(path)).sort();
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Without what is hidden. A linked folder is not entered: it may lead back to where it is. */
async function* filesIn(folder: string, recursive: boolean): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) {
      if (recursive) yield* filesIn(path, recursive);
    } else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) yield path;
  }
}

const isFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** The folder of a path that is told from others whatever it is called on the way. */
export const realFolder = (path: string): Promise<string> =>
  realpath(dirname(path)).catch(() => normalize(dirname(path)));
