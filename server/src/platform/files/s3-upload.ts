import { randomUUID } from "node:crypto";
import { storageUnavailable } from "./errors.ts";
import type { PutOptions } from "./files.ts";
import type { S3Client } from "./s3-client.ts";
import { S3Failure } from "./s3-failures.ts";
import { elementText, escapeXml } from "./s3-xml.ts";

/** An object that is sent in parts, and is there only once it is complete. */
export interface S3Upload {
  add(part: Buffer): Promise<void>;
  complete(): Promise<void>;
  /** S3 keeps, and charges for, the parts of what is neither completed nor aborted. Never rejects. */
  abort(): Promise<void>;
}

/** S3 takes no more parts; of 8 MB they are 80 GB. */
const mostParts = 10_000;
/** Of ours, to tell our object from one that was there before. */
const uploadHeader = "x-amz-meta-upload";

export async function beginUpload(client: S3Client, key: string, about: PutOptions): Promise<S3Upload> {
  const { contentType, signal } = about;
  const mark = randomUUID();
  const begun = await client.send({
    method: "POST",
    key,
    query: { uploads: "" },
    headers: { "content-type": contentType, [uploadHeader]: mark },
    signal,
  });
  const uploadId = elementText(begun.bytes.toString(), "UploadId");
  if (uploadId === null) throw storageUnavailable("S3 began an upload without giving it an id.");
  const etags: string[] = [];

  /** After an answer that was lost S3 no longer knows an upload that it has completed. */
  async function isOurs(): Promise<boolean> {
    const { status, headers } = await client.send({ method: "HEAD", key, accept: [404], signal });
    return status === 200 && headers[uploadHeader] === mark;
  }

  return {
    async add(part) {
      const partNumber = etags.length + 1;
      if (partNumber > mostParts) throw storageUnavailable("The file is too large for S3.");
      const query = { partNumber: String(partNumber), uploadId };
      const { headers } = await client.send({ method: "PUT", key, query, body: part, signal });
      const etag = headers["etag"];
      if (!etag) throw storageUnavailable("S3 took a part without an ETag.");
      etags.push(etag);
    },

    async complete() {
      const parts = etags.map(
        (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
      );
      const body = Buffer.from(`<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`);
      const headers = { "content-type": "application/xml" };
      try {
        await client.send({
          method: "POST",
          key,
          query: { uploadId },
          headers,
          body,
          mayFailLate: true,
          signal,
        });
      } catch (error) {
        const unknown = error instanceof S3Failure && error.s3Code === "NoSuchUpload";
        if (!unknown || !(await isOurs())) throw error;
      }
    },

    async abort() {
      // Without the caller's signal, which may be why.
      await client.send({ method: "DELETE", key, query: { uploadId }, accept: [404] }).catch(() => undefined);
    },
  };
}
