import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { openPromise } from "yauzl";
import { type SaveOptions, saveFile } from "./save-file.ts";

/**
 * Unpacks a ZIP into a folder. Names that would lead out of it are refused by the reader, before anything of theirs is written.
 *
 * @returns paths of the files, in the order of the ZIP
 */
export async function unzip(path: string, folder: string, options: SaveOptions): Promise<string[]> {
  const zip = await openPromise(path);
  const written: string[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith("/")) continue;
      const target = join(folder, ...entry.fileName.split("/"));
      const bytes = await zip.openReadStreamPromise(entry);
      const write = (temporary: string) => pipeline(bytes, createWriteStream(temporary, { flags: "wx" }));
      await saveFile(target, write, options);
      written.push(target);
    }
  } finally {
    zip.close();
  }
  return written;
}
