import { createHash, randomUUID } from "node:crypto";
import { storageMisconfigured, storageUnavailable } from "./errors.ts";
import { checkFileName, isFileName, isNameBeginning } from "./file-name.ts";
import type { Files, ListedFile, PutOptions } from "./files.ts";
import { incomingBytes } from "./incoming-bytes.ts";
import { createS3Client, type S3ClientSettings } from "./s3-client.ts";
import { isMissingObject } from "./s3-failures.ts";
import { inParts } from "./s3-parts.ts";
import { objectFacts, openObject } from "./s3-read.ts";
import { beginUpload, type S3Upload } from "./s3-upload.ts";
import { elements, elementText } from "./s3-xml.ts";

export interface S3FilesSettings extends S3ClientSettings {
  /** Begins every key, without slashes around it; empty for the whole bucket. */
  readonly prefix: string;
}

/** A stream is held up to here, and sent in parts of this size beyond: at most two of them are in memory. */
const partBytes = 8 * 1024 * 1024;
const probe = Buffer.from("fovea");

/**
 * Files in an S3 bucket. A process that is killed while it sends a stream of more than 8 MB leaves parts behind that
 * nobody sees; the bucket's rule `AbortIncompleteMultipartUpload` removes them.
 *
 * @throws TypeError for an endpoint or a bucket that is none
 */
export function createS3Files(settings: S3FilesSettings): Files {
  const client = createS3Client(settings);
  const begin = settings.prefix === "" ? "" : `${settings.prefix}/`;

  async function putWhole(key: string, body: Buffer, { contentType, signal }: PutOptions): Promise<void> {
    await client.send({ method: "PUT", key, headers: { "content-type": contentType }, body, signal });
  }

  async function putStream(key: string, bytes: AsyncIterable<Uint8Array>, about: PutOptions): Promise<void> {
    let held: Buffer | null = null;
    let upload: S3Upload | null = null;
    try {
      for await (const part of inParts(bytes, partBytes)) {
        if (held) {
          upload ??= await beginUpload(client, key, about);
          await upload.add(held);
        }
        held = part;
      }
      const last = held ?? Buffer.alloc(0);
      if (upload === null) {
        await putWhole(key, last, about);
      } else {
        await upload.add(last);
        await upload.complete();
      }
    } catch (error) {
      await upload?.abort();
      throw error;
    }
  }

  async function* list(prefix: string): AsyncGenerator<ListedFile> {
    if (!isNameBeginning(prefix)) return;
    let token: string | null = null;
    do {
      const query = { "list-type": "2", prefix: begin + prefix, "max-keys": "1000" };
      const page = await client.send({
        method: "GET",
        key: null,
        query: token === null ? query : { ...query, "continuation-token": token },
      });
      const xml = page.bytes.toString();
      for (const entry of elements(xml, "Contents")) {
        const name = elementText(entry, "Key")?.slice(begin.length) ?? "";
        const size = Number(elementText(entry, "Size") ?? Number.NaN);
        const modifiedAt = new Date(elementText(entry, "LastModified") ?? "");
        // Others may keep objects in the same bucket.
        if (isFileName(name) && Number.isSafeInteger(size)) yield { name, size, modifiedAt };
      }
      token = elementText(xml, "IsTruncated") === "true" ? elementText(xml, "NextContinuationToken") : null;
    } while (token !== null);
  }

  async function readProbe(key: string): Promise<void> {
    const file = await openObject(client, key, {});
    const read = file && Buffer.concat(await file.bytes.toArray());
    if (!read?.equals(probe)) throw storageUnavailable("It did not give back what was written.");
  }

  return {
    async put(name, bytes, about) {
      checkFileName(name);
      const key = begin + name;
      const hash = createHash("sha256");
      let size = 0;
      async function* counted() {
        for await (const piece of incomingBytes(bytes, about.signal)) {
          hash.update(piece);
          size += piece.length;
          yield piece;
        }
      }
      if (Buffer.isBuffer(bytes)) {
        about.signal?.throwIfAborted();
        await putWhole(key, bytes, about);
        return { sha256: hash.update(bytes).digest("hex"), size: bytes.length };
      }
      await putStream(key, counted(), about);
      return { sha256: hash.digest("hex"), size };
    },

    async read(name, options = {}) {
      checkFileName(name);
      return await openObject(client, begin + name, options);
    },

    async stat(name) {
      checkFileName(name);
      return await objectFacts(client, begin + name);
    },

    async remove(name) {
      checkFileName(name);
      await client.send({ method: "DELETE", key: begin + name }).catch((error: unknown) => {
        if (!isMissingObject(error)) throw error;
      });
    },

    list,

    async check() {
      // No name of ours, so nobody lists it.
      const key = `${begin}.probe-${randomUUID()}`;
      const steps: readonly (readonly [what: string, step: () => Promise<unknown>])[] = [
        ["Listing", () => list("").next()],
        ["Writing", () => putWhole(key, probe, { contentType: "text/plain" })],
        ["Reading", () => readProbe(key)],
        ["Removing", () => client.send({ method: "DELETE", key })],
      ];
      for (const [what, step] of steps) {
        try {
          await step();
        } catch (error) {
          throw storageMisconfigured(`s3://${settings.bucket}/${settings.prefix}`, error, what);
        }
      }
    },

    close: () => client.close(),
  };
}
