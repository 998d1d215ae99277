import { randomUUID } from "node:crypto";
import { access, link, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { exitCodes, Failure } from "../exit-codes.ts";
import { visible } from "../terminal/visible.ts";
import type { Leftovers } from "./leftovers.ts";

export interface SaveOptions {
  /** Replaces a file of this name. */
  readonly force: boolean;
  readonly leftovers: Leftovers;
}

/**
 * Writes a file under another name beside it and gives it its own at the end: whoever looks finds all of it, or none.
 *
 * @param write fills the file whose path it is given
 * @throws {Failure} where there is a file of this name already, unless it may be replaced
 */
export async function saveFile(
  path: string,
  write: (temporary: string) => Promise<unknown>,
  { force, leftovers }: SaveOptions,
): Promise<void> {
  const folder = dirname(path);
  // Short: beside a name that is as long as the system takes, a longer one could not be written.
  const temporary = join(folder, `.fovea-${randomUUID().slice(0, 13)}.tmp`);
  leftovers.add(temporary);
  try {
    await mkdir(folder, { recursive: true });
    await write(temporary);
    await (force ? rename(temporary, path) : renameToFree(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    leftovers.forget(temporary);
  }
}

export const saveBytes = (path: string, bytes: Uint8Array, options: SaveOptions): Promise<void> =>
  saveFile(path, (temporary) => writeFile(temporary, bytes, { flag: "wx" }), options);

/** A rename replaces what is there; a hard link does not, also where somebody has just written it. */
async function renameToFree(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
    await rm(temporary);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (error.code === "EEXIST") throw alreadyThere(path);
    // FAT and some network drives have no links; what is left there is to look before.
    if (!["EPERM", "ENOTSUP", "ENOSYS", "EMLINK", "EXDEV"].includes(String(error.code))) throw error;
    if (await isThere(path)) throw alreadyThere(path);
    await rename(temporary, path);
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

export const alreadyThere = (path: string) =>
  new Failure(exitCodes.usage, "exists", `${visible(path)} exists already; --force replaces it.`);
