import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { folderInUse, folderNotLockable } from "./errors.ts";
import { readOwner, removeOwner, writeOwner } from "./owner.ts";

/** A data folder that is ours. */
export interface FolderLock {
  release(): void;
}

/** How long a predecessor that is closing, and starters in each other's way, are waited for. */
const patienceMs = 2000;

/** SQLite's code for "somebody else has it". */
const SQLITE_BUSY = 5;

/**
 * Takes a data folder for this process: two engines on one folder lose each other's commits without a word.
 *
 * The lock is an exclusive SQLite transaction on a file beside the data: an advisory lock of the kernel, which is gone
 * with the process, however that ends, and depends on no process id (in containers all of them are 1). It holds between
 * containers that share a volume, and within one process. Nothing else may open that file in this process: POSIX gives
 * up all locks on a file when any descriptor of it is closed.
 *
 * @throws {AppError} `data_folder_in_use` naming the other process; `data_folder_not_lockable`
 */
export function lockFolder(folder: string, now: Date): FolderLock {
  const ownerFile = join(folder, "database.owner");
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, "database.lock"), { timeout: patienceMs });
    lock.exec("begin exclusive");
  } catch (error) {
    lock?.close();
    const busy = error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
    throw busy ? folderInUse(folder, readOwner(ownerFile)) : folderNotLockable(folder, error);
  }
  const held = lock;
  writeOwner(ownerFile, now);
  return {
    release() {
      removeOwner(ownerFile);
      held.close();
    },
  };
}
