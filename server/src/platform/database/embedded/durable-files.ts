import { fsyncSync } from "node:fs";
import type { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";

type EmscriptenOptions = Awaited<ReturnType<NodeFS["init"]>>["emscriptenOpts"];

/** What is used of Emscripten's files in a folder of the machine; PGlite's types do not describe them. */
interface NodeFiles {
  readonly stream_ops: {
    fsync?: (stream: OpenFile) => number;
    write(stream: OpenFile, buffer: Uint8Array, offset: number, length: number, position: number): number;
  };
  /** Makes an error of Node's one that PostgreSQL understands. */
  tryFSOperation<T>(operation: () => T): T;
}

interface OpenFile {
  /** Node's file descriptor; directories have one too. */
  readonly nfd: number;
  readonly node: { readonly name: string; readonly parent: { readonly name: string } };
}

/**
 * PostgreSQL's files in a folder, with an fsync that reaches the disk. PGlite's own does nothing, so that a power cut
 * can take acknowledged commits and the consistency of the folder with them. It is in place before recovery begins.
 * PostgreSQL also calls it for directories, when it has created or renamed files.
 */
export class DurableFiles extends NodeFS {
  readonly #onWalWrite: (bytes: number) => void;
  readonly #sync: (file: number) => void;

  /**
   * @param onWalWrite is told how much was written to the write-ahead log
   * @param sync Node's, but for a test that counts
   */
  constructor(folder: string, onWalWrite: (bytes: number) => void, sync: (file: number) => void = fsyncSync) {
    super(folder);
    this.#onWalWrite = onWalWrite;
    this.#sync = sync;
  }

  override async init(lite: PGlite, options: EmscriptenOptions) {
    const amended = await super.init(lite, options);
    amended.emscriptenOpts.preRun?.push((module) => {
      // The type says what all of Emscripten's file systems have in common.
      const files = module.NODEFS as unknown as NodeFiles;
      const { write } = files.stream_ops;
      files.stream_ops.fsync = (file) => {
        files.tryFSOperation(() => this.#sync(file.nfd));
        return 0;
      };
      files.stream_ops.write = (file, ...rest) => {
        const written = write(file, ...rest);
        // A new segment is filled with zeros under another name first; that is no log yet.
        if (file.node.parent.name === "pg_wal" && !file.node.name.startsWith("xlogtemp"))
          this.#onWalWrite(written);
        return written;
      };
    });
    return amended;
  }
}
