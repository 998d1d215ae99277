import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { bytesToRead } from "./byte-range.ts";
import { storageMisconfigured, storageUnavailable } from "./errors.ts";
import { checkFileName, isNameBeginning } from "./file-name.ts";
import { FileStream } from "./file-stream.ts";
import type { Files, StoredFile } from "./files.ts";
import { folderFailure, systemCode } from "./folder-failures.ts";
import { factsOf, filesBelow, isReachable, makeFolders, pruneFolders, syncFolder } from "./folder-tree.ts";
import { incomingBytes } from "./incoming-bytes.ts";

export interface FolderFilesSettings {
  /** Created by `check` and by the first put. It may be a symbolic link; nothing below it is followed. */
  readonly folder: string;
  /** Milliseconds since 1970; `Date.now` outside tests. */
  readonly now?: () => number;
}

/** In the same file system, so that renaming is one step; no name can begin with its dot. */
const incomingFolder = ".incoming";
/** A put that is still written is younger: other processes may share the folder. */
const leftOverMs = 24 * 3_600_000;
/** Each time, a remove of the last neighbour has taken the folder away again. */
const mostMoves = 20;
/** The last segment is not followed, and a pipe in place of a file does not hang. Windows knows neither. */
const readOnly =
  constants.O_RDONLY |
  (constants.O_NOFOLLOW ?? 0) |
  (process.platform === "win32" ? 0 : constants.O_NONBLOCK);

/** Files in a folder of this machine. */
export function createFolderFiles({ folder, now = Date.now }: FolderFilesSettings): Files {
  const root = resolve(folder);
  const incoming = join(root, incomingFolder);
  const closing = new AbortController();

  const until = (signal: AbortSignal | undefined) =>
    signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;

  async function openIncoming(path: string): Promise<FileHandle> {
    try {
      return await open(path, "wx");
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
      await mkdir(incoming, { recursive: true });
      return await open(path, "wx");
    }
  }

  /** The bytes are on the disk before they get a name: a rename may outlive a power cut that they do not. */
  async function write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<StoredFile> {
    const file = await openIncoming(path).catch(rethrow);
    const hash = createHash("sha256");
    let size = 0;
    try {
      for await (const piece of bytes) {
        hash.update(piece);
        size += piece.length;
        await file.writeFile(piece).catch(rethrow);
      }
      await file.sync().catch(rethrow);
    } finally {
      await file.close();
    }
    return { sha256: hash.digest("hex"), size };
  }

  async function move(from: string, name: string): Promise<void> {
    const to = join(root, name);
    for (let moves = 1; ; moves += 1) {
      try {
        await makeFolders(root, name);
        await rename(from, to);
        break;
      } catch (error) {
        if (systemCode(error) !== "ENOENT" || moves === mostMoves) throw error;
      }
    }
    await syncIfThere(dirname(to));
  }

  async function removeLeftOvers(): Promise<void> {
    for (const name of await readdir(incoming)) {
      const path = join(incoming, name);
      const facts = await factsOf(path);
      if (facts && facts.mtimeMs < now() - leftOverMs) await rm(path, { force: true });
    }
  }

  return {
    async put(name, bytes, { signal }) {
      checkFileName(name);
      const wanted = until(signal);
      const path = join(incoming, randomUUID());
      try {
        const stored = await write(path, incomingBytes(bytes, wanted));
        wanted.throwIfAborted();
        await move(path, name).catch(rethrow);
        return stored;
      } catch (error) {
        await rm(path, { force: true }).catch(() => {});
        throw error;
      }
    },

    async read(name, { range, signal } = {}) {
      checkFileName(name);
      const wanted = until(signal);
      wanted.throwIfAborted();
      const file = await openFile(root, name).catch(rethrow);
      if (file === null) return null;
      try {
        const facts = await file.stat();
        if (!facts.isFile()) {
          await file.close();
          return null;
        }
        const { start, length } = bytesToRead(range, facts.size);
        return { size: facts.size, bytes: new FileStream(file, start, length, wanted) };
      } catch (error) {
        await file.close();
        return rethrow(error);
      }
    },

    async stat(name) {
      checkFileName(name);
      try {
        const facts = (await isReachable(root, name)) ? await factsOf(join(root, name)) : null;
        return facts?.isFile() ? { size: facts.size, modifiedAt: facts.mtime } : null;
      } catch (error) {
        return rethrow(error);
      }
    },

    async remove(name) {
      checkFileName(name);
      const path = join(root, name);
      try {
        if (!(await isReachable(root, name)) || !(await factsOf(path))?.isFile()) return;
        await unlink(path);
        await syncIfThere(dirname(path));
        await pruneFolders(root, name);
      } catch (error) {
        // Somebody else has removed it.
        if (systemCode(error) !== "ENOENT") rethrow(error);
      }
    },

    async *list(prefix) {
      if (!isNameBeginning(prefix)) return;
      try {
        yield* filesBelow(root, prefix);
      } catch (error) {
        rethrow(error);
      }
    },

    async check() {
      const probe = `.probe-${randomUUID()}`;
      try {
        await mkdir(incoming, { recursive: true });
        await removeLeftOvers();
        const path = join(incoming, probe);
        await write(path, incomingBytes(Buffer.from("fovea"), undefined));
        await rename(path, join(root, probe));
        await unlink(join(root, probe));
        await syncFolder(root);
      } catch (error) {
        throw storageMisconfigured(root, folderFailure(error));
      }
    },

    async close() {
      closing.abort(storageUnavailable("It is closed."));
    },
  };
}

function rethrow(error: unknown): never {
  throw folderFailure(error);
}

async function openFile(root: string, name: string): Promise<FileHandle | null> {
  if (!(await isReachable(root, name))) return null;
  try {
    return await open(join(root, name), readOnly);
  } catch (error) {
    const code = systemCode(error);
    // ELOOP is a symbolic link. EISDIR is what Windows says of a folder.
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "EISDIR") return null;
    throw error;
  }
}

/** It may have been removed with the file by now. */
async function syncIfThere(folder: string): Promise<void> {
  await syncFolder(folder).catch((error: unknown) => {
    if (systemCode(error) !== "ENOENT") throw error;
  });
}
