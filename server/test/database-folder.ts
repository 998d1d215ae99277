import { existsSync, statfsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";

const memory = "/dev/shm";
const enough = 4 * 2 ** 30;

/**
 * A new folder for a database. In CI it is in memory where there is room: a fresh database is a thousand files, each
 * synced, which is a third of what many a test costs; `npm run soak` has the disk. Elsewhere a run that is killed would
 * leave its folders in the memory of somebody's machine.
 */
export function databaseFolder(prefix: string): Promise<string> {
  const inMemory = process.env["CI"] === "true" && process.env["SOAK"] !== "1" && hasRoom();
  return mkdtemp(join(inMemory ? memory : tmpdir(), prefix));
}

function hasRoom(): boolean {
  if (!existsSync(memory)) return false;
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > enough && freemem() > enough;
}
