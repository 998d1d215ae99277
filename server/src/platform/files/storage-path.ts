import { isFileName } from "./file-name.ts";

export type StoragePath =
  | { readonly kind: "folder"; readonly folder: string }
  | {
      readonly kind: "s3";
      readonly bucket: string;
      /** Without slashes around it; empty for the whole bucket. */
      readonly prefix: string;
    };

/** Today's rule; the buckets of before 2018 that break it cannot be written to by host name. */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * Reads a place for files: a folder, or `s3://bucket/prefix`.
 *
 * @throws TypeError that says what is wrong, for text that is neither
 */
export function parseStoragePath(text: string): StoragePath {
  const path = text.trim();
  if (path === "" || path.includes("\0"))
    throw new TypeError("A storage path is a folder or s3://bucket/prefix.");
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(path) ?? [];
  // A single letter is a drive of Windows.
  if (scheme === undefined) return { kind: "folder", folder: path };
  if (scheme.toLowerCase() !== "s3") {
    throw new TypeError(`Files are stored in a folder or in s3://bucket/prefix; ${scheme}:// is neither.`);
  }
  const slash = rest.indexOf("/");
  const bucket = slash === -1 ? rest : rest.slice(0, slash);
  const prefix = slash === -1 ? "" : rest.slice(slash).replaceAll(/^\/+|\/+$/g, "");
  if (!bucketName.test(bucket) || bucket.includes("..")) {
    throw new TypeError(`“${bucket}” is not a name that an S3 bucket can have.`);
  }
  // The rule for names, in either case: it leaves nothing that a proxy or another client could read otherwise.
  if (prefix !== "" && !isFileName(prefix.toLowerCase())) {
    throw new TypeError(
      "The prefix in an S3 bucket has letters, digits, “-”, “_”, “.” and single slashes only.",
    );
  }
  return { kind: "s3", bucket, prefix };
}
