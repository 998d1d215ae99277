import { closeSync, fsyncSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Makes sure that a folder and everything in it outlives a power cut. */
export function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    sync(join(entry.parentPath, entry.name), entry.isDirectory());
  sync(folder, true);
}

/** The same for the names in one folder: what was renamed there stays renamed. */
export const syncNames = (folder: string): void => sync(folder, true);

function sync(path: string, directory: boolean): void {
  // Windows opens no directories; it writes their changes through.
  if (directory && process.platform === "win32") return;
  // Windows syncs only what is open for writing.
  const file = openSync(path, directory ? "r" : "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
