import { invalidFileName } from "./errors.ts";

/** S3 takes 1,024 bytes with the prefix. */
const longestName = 512;
/** File systems take 255 bytes. */
const longestSegment = 128;
/**
 * No segment begins with a dot, so none is `.`, `..` or one of the storage's own; none ends with one, which Windows
 * would cut off and so give two names to one file. One case only: some file systems do not tell cases apart.
 */
const segment = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?$/;

/** Whether a name can be stored. It is an allow-list: nothing is decoded, resolved or cleaned. */
export const isFileName = (name: string): boolean =>
  name.length <= longestName &&
  name.split("/").every((part) => part.length <= longestSegment && segment.test(part));

/** Whether any name can begin so; one with other characters is not worth asking a storage for. */
export const isNameBeginning = (prefix: string): boolean => /^[a-z0-9._/-]*$/.test(prefix);

/** @throws {AppError} `invalid_file_name` */
export function checkFileName(name: string): void {
  if (!isFileName(name)) throw invalidFileName(name);
}
