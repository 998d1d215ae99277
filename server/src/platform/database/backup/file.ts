import { createReadStream, existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { fileExists, notABackup } from "./errors.ts";

/**
 * Writes lines to a new gzipped file, which gets its name when it is whole and on the disk.
 *
 * @throws {AppError} `file_exists`
 */
export async function writeLines<T>(
  file: string,
  produce: (write: (lines: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  if (existsSync(file)) throw fileExists(file);
  const partial = `${file}.partial`;
  // Backups hold what users sent.
  const target = await open(partial, "w", 0o600);
  const gzip = createGzip();
  const write = (lines: string) =>
    new Promise<void>((resolve, reject) => {
      gzip.write(lines, (error) => (error ? reject(error) : resolve()));
    });
  const written = pipeline(gzip, async (compressed: AsyncIterable<Buffer>) => {
    for await (const bytes of compressed) await target.writeFile(bytes);
  });
  try {
    // A disk that is full ends the pipeline: without this the first to know would be nobody.
    const [result] = await Promise.all([produce(write).finally(() => gzip.end()), written]);
    await target.sync();
    await target.close();
    await rename(partial, file);
    await syncFolder(dirname(file));
    return result;
  } catch (error) {
    gzip.destroy();
    await target.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows opens no directories; it writes their changes through.
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  await folder.sync();
  await folder.close();
}

/** @throws {AppError} `not_a_backup` when it is not gzipped, or ends in the middle */
export async function* readLines(file: string): AsyncGenerator<string> {
  const gunzip = createGunzip().setEncoding("utf8");
  // Its failure arrives below, where the text is read.
  pipeline(createReadStream(file), gunzip).catch(() => {});
  let rest = "";
  try {
    for await (const text of gunzip as AsyncIterable<string>) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    const unreadable = error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
    throw unreadable ? notABackup(error) : error;
  }
  if (rest !== "") yield rest;
}
