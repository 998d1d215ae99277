import { randomBytes } from "node:crypto";
import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { folderForeign, folderNewer, folderOlder } from "./errors.ts";
import { syncNames, syncTree } from "./files.ts";
import { ensureTemplate, initialise } from "./template.ts";

/** The major version of PostgreSQL that PGlite is; its data folders open in no other. */
const postgresqlMajor = 18;

/**
 * Makes PostgreSQL's data folder ready to be opened: created if there is none, checked if there is. The caller holds
 * the lock of the folder above it.
 *
 * @param template where the folder to copy is kept
 * @throws {AppError} for a folder of another PostgreSQL, or of something else
 */
export async function readyDataFolder(folder: string, template: string): Promise<void> {
  removeUnfinished(folder);
  if (existsSync(folder)) check(folder);
  else await create(folder, template);
  // Every kill leaves one behind, and an empty one keeps PGlite from opening. We hold a lock that means something.
  rmSync(join(folder, "postmaster.pid"), { force: true });
}

/** Under another name until it is complete and on the disk: a start that is killed leaves nothing that looks like one. */
async function create(folder: string, cache: string): Promise<void> {
  const template = await ensureTemplate(cache);
  const aside = `${folder}.new-${randomBytes(6).toString("hex")}`;
  mkdirSync(aside, { mode: 0o700 });
  if (template === undefined) await initialise(aside);
  else cpSync(template, aside, { recursive: true, mode: constants.COPYFILE_FICLONE });
  syncTree(aside);
  renameSync(aside, folder);
  syncNames(dirname(folder));
}

function removeUnfinished(folder: string): void {
  const above = dirname(folder);
  for (const name of readdirSync(above))
    if (name.startsWith(`${basename(folder)}.new-`)) rmSync(join(above, name), { recursive: true });
}

function check(folder: string): void {
  const file = join(folder, "PG_VERSION");
  if (!existsSync(file)) throw folderForeign(folder);
  const found = readFileSync(file, "utf8").trim();
  const major = Number.parseInt(found, 10);
  if (major < postgresqlMajor) throw folderOlder(folder, found, postgresqlMajor);
  if (major !== postgresqlMajor) throw folderNewer(folder, found, postgresqlMajor);
}
