import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** A file of questions that is being filled; on this machine only, and worth nothing once its process is gone. */
export interface Spool {
  readonly path: string;
  /** Lines that are in it or on their way. */
  readonly lines: number;
  readonly bytes: number;
  /** When it was begun, and when the last line came: milliseconds since 1970. */
  readonly beganAt: number;
  readonly lastAt: number;
  /** Something could not be written: nothing of it may be handed over. */
  readonly isBroken: boolean;
  /** Appends a line, without its end. @throws what the file system says */
  add(line: string): Promise<void>;
  /**
   * Waits until all is in the file, to which nothing is added any more. It may be called again.
   *
   * @returns its SHA-256 in hex
   * @throws what could not be written
   */
  finish(): Promise<string>;
  discard(): Promise<void>;
}

export async function openSpool(folder: string, name: string, now: () => number): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.jsonl`);
  const handle: FileHandle = await open(path, "wx", 0o600);
  const beganAt = now();
  let lines = 0;
  let bytes = 0;
  let lastAt = beganAt;
  let closed = false;
  let isBroken = false;
  let sha256: string | null = null;
  const hash = createHash("sha256");
  let written: Promise<void> = Promise.resolve();

  const close = async () => {
    if (closed) return;
    closed = true;
    await handle.close();
  };
  return {
    path,
    beganAt,
    get lines() {
      return lines;
    },
    get bytes() {
      return bytes;
    },
    get lastAt() {
      return lastAt;
    },
    get isBroken() {
      return isBroken;
    },
    add(line) {
      const data = Buffer.from(`${line}\n`);
      lines += 1;
      bytes += data.length;
      lastAt = now();
      hash.update(data);
      written = written.then(() => handle.appendFile(data));
      // Who adds hears of it, and so does whoever finishes.
      written.catch(() => {
        isBroken = true;
      });
      return written;
    },
    async finish() {
      await written;
      await close();
      sha256 ??= hash.digest("hex");
      return sha256;
    },
    async discard() {
      await written.catch(() => {});
      await close().catch(() => {});
      await rm(path, { force: true });
    },
  };
}

/** Removes what processes that are gone have left in the folder. @param before milliseconds since 1970: touched last */
export async function removeAbandoned(folder: string, before: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: before }));
    if (mtimeMs < before) await rm(path, { recursive: true, force: true });
  }
}
