import type { Readable } from "node:stream";

export interface StoredFile {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export interface FileFacts {
  /** Bytes. */
  readonly size: number;
  readonly modifiedAt: Date;
}

export interface ListedFile extends FileFacts {
  readonly name: string;
}

/** Positions of bytes, both ends included. An end beyond the last byte means the last byte. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface PutOptions {
  /** Kept where the storage keeps one; who needs it again remembers it. */
  readonly contentType: string;
  readonly signal?: AbortSignal | undefined;
}

export interface ReadOptions {
  readonly range?: ByteRange | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface OpenFile {
  /** Bytes of the whole file, whatever range was asked for. */
  readonly size: number;
  /**
   * To be read or destroyed: until then it holds a file or a connection. Ends with an error, and never early, when the
   * storage gives fewer bytes than it announced.
   */
  readonly bytes: Readable;
}

/**
 * Stored bytes by name. A name is lower-case letters, digits, `-`, `_`, `.`, with `/` between segments that begin with a
 * letter or digit (`isFileName`). No name is the beginning of another one up to a slash: `a` and `a/b` exclude each
 * other.
 *
 * Everything rejects with the reason of its signal once that is aborted, and else with an {AppError}:
 * `invalid_file_name` (400), `storage_full` (507), `storage_unavailable` (503).
 */
export interface Files {
  /**
   * Whole or not at all, also through a kill or a power cut; bytes under an existing name are replaced in one step, and
   * who is reading them reads the old ones to their end. What the iterable throws comes back as it is.
   *
   * @returns what was stored
   */
  put(name: string, bytes: Buffer | AsyncIterable<Uint8Array>, about: PutOptions): Promise<StoredFile>;
  /**
   * @returns null where there is no such file
   * @throws {AppError} `range_not_satisfiable` (416) for a range that begins beyond the last byte
   */
  read(name: string, options?: ReadOptions): Promise<OpenFile | null>;
  /** @returns null where there is no such file */
  stat(name: string): Promise<FileFacts | null>;
  /** Does nothing where there is no such file. */
  remove(name: string): Promise<void>;
  /**
   * Files whose name begins with this text, in the order of their names; `""` for all. What is put or removed meanwhile
   * may be listed or not.
   */
  list(prefix: string): AsyncIterable<ListedFile>;
  /**
   * Writes, reads and removes a file of its own.
   *
   * @throws {AppError} `storage_misconfigured`, whose message tells an operator what is wrong and where
   */
  check(): Promise<void>;
  /** Ends what is under way. */
  close(): Promise<void>;
}
