import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";

const owner = z.object({ pid: z.int(), host: z.string(), since: z.iso.datetime() });

/** Who holds a data folder: for people; what keeps others out is the lock. */
export type Owner = z.output<typeof owner>;

export function writeOwner(file: string, now: Date): void {
  const record: Owner = { pid: process.pid, host: hostname(), since: now.toISOString() };
  writeFileSync(file, `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

/** Undefined if whoever holds the folder has had no time to say. */
export function readOwner(file: string): Owner | undefined {
  try {
    return owner.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

export const removeOwner = (file: string): void => rmSync(file, { force: true });
