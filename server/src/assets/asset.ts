import type { StoredFile } from "../platform/files/files.ts";

/** A stored picture. */
export interface Asset {
  /** A UUID in lower case. */
  readonly id: string;
  readonly owner: string;
  /** Which part of the service made it, such as `media`. */
  readonly feature: string;
  /** In the storage of files, such as `generated/<id>.png`. */
  readonly name: string;
  readonly contentType: string;
  /** Pixels, as it is shown. */
  readonly width: number;
  readonly height: number;
  /** Bytes. */
  readonly size: number;
  /** Of its bytes, hexadecimal. */
  readonly sha256: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** Of one that has expired, the bytes are gone or soon will be. */
  readonly state: "kept" | "expired";
}

export interface NewAsset extends Omit<Asset, "size" | "sha256" | "state"> {
  /** What `put` has said of its bytes. */
  readonly stored: StoredFile;
}
