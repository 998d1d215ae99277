import { storageFull, storageUnavailable } from "./errors.ts";

const sentences = new Map([
  ["EACCES", "This process has no right to the folder."],
  ["EPERM", "This process has no right to the folder."],
  ["EROFS", "The file system is read-only."],
  ["ENOTDIR", "There is a file where a folder should be."],
  ["EEXIST", "There is a file where a folder should be."],
  ["EISDIR", "There is a folder where a file should be."],
  ["EMFILE", "This process has too many files open."],
  ["ENFILE", "This machine has too many files open."],
  ["EIO", "The disk has a fault."],
  ["ESTALE", "The network file system has lost the folder."],
  ["ENAMETOOLONG", "The path of the folder is too long."],
]);

/** `ENOENT` and its like; null for what does not come from the system. */
export const systemCode = (error: unknown): string | null =>
  error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string"
    ? error.code
    : null;

/** Says in our words what the file system refused: its own text names the path. Anything else comes back as it is. */
export function folderFailure(error: unknown): unknown {
  const code = systemCode(error);
  if (code === null) return error;
  if (code === "ENOSPC" || code === "EDQUOT") return storageFull(error);
  return storageUnavailable(sentences.get(code) ?? `The file system answered ${code}.`, error);
}
