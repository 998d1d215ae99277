import type { Dirent, Stats } from "node:fs";
import { lstat, mkdir, open, readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { storageUnavailable } from "./errors.ts";
import { isFileName } from "./file-name.ts";
import type { ListedFile } from "./files.ts";
import { systemCode } from "./folder-failures.ts";

/** Its facts, not those of what a symbolic link leads to; null where there is nothing. */
export async function factsOf(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}

/** The folders between the root and the file, outermost first. */
function foldersAbove(root: string, name: string): string[] {
  const folders: string[] = [];
  let path = root;
  for (const segment of name.split("/").slice(0, -1)) {
    path = join(path, segment);
    folders.push(path);
  }
  return folders;
}

/** Whether all folders above a file are there and none is a symbolic link, which could lead out of the root. */
export async function isReachable(root: string, name: string): Promise<boolean> {
  for (const folder of foldersAbove(root, name)) {
    if (!(await factsOf(folder))?.isDirectory()) return false;
  }
  return true;
}

/** Creates what is missing of them, so that it outlives a power cut. */
export async function makeFolders(root: string, name: string): Promise<void> {
  let above = root;
  for (const folder of foldersAbove(root, name)) {
    const facts = await factsOf(folder);
    if (facts === null) {
      await mkdir(folder).catch((error: unknown) => {
        // Somebody else was faster. What they made is looked at like what was there before.
        if (systemCode(error) !== "EEXIST") throw error;
      });
      await syncFolder(above);
    }
    const made = facts ?? (await factsOf(folder));
    if (made && !made.isDirectory()) {
      throw storageUnavailable("There is a file or a symbolic link where a folder should be.");
    }
    above = folder;
  }
}

/** Removes the folders above a removed file that are empty now. */
export async function pruneFolders(root: string, name: string): Promise<void> {
  for (const folder of foldersAbove(root, name).reverse()) {
    try {
      await rmdir(folder);
    } catch {
      return; // It holds something, or is being removed by somebody else.
    }
  }
}

/** What was renamed into or removed from a folder stays so through a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no directories; it writes their changes through.
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** As they sort in their full names: `a-b` comes before `a/b`. */
const sortKey = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name);

/**
 * The files below the root whose name begins with `prefix`, sorted by name. What has no name of ours is not listed, and
 * symbolic links are neither listed nor followed.
 *
 * @param above name of the folder to look into with a slash behind; empty for the root
 */
export async function* filesBelow(root: string, prefix: string, above = ""): AsyncGenerator<ListedFile> {
  const entries = await readdir(join(root, above), { withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  const named = entries
    .filter((entry) => isFileName(entry.name))
    .map((entry) => ({ entry, key: sortKey(entry) }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  for (const { entry, key } of named) {
    const name = above + key;
    if (entry.isDirectory() && (name.startsWith(prefix) || prefix.startsWith(name))) {
      yield* filesBelow(root, prefix, name);
    } else if (entry.isFile() && name.startsWith(prefix)) {
      const facts = await factsOf(join(root, name));
      if (facts?.isFile()) yield { name, size: facts.size, modifiedAt: facts.mtime };
    }
  }
}
