import { bytesToRead, isByteRange } from "./byte-range.ts";
import { rangeNotSatisfiable, storageUnavailable } from "./errors.ts";
import type { ByteRange, FileFacts, OpenFile, ReadOptions } from "./files.ts";
import type { S3Client, S3Opened } from "./s3-client.ts";
import { isMissingObject, S3Failure } from "./s3-failures.ts";

/** @returns null where there is no such object */
export async function objectFacts(client: S3Client, key: string): Promise<FileFacts | null> {
  // The answer to a HEAD has no body, which alone tells a missing bucket from a missing object.
  const { status, headers } = await client.send({ method: "HEAD", key, accept: [404] });
  if (status === 404) return null;
  return { size: lengthOf(headers), modifiedAt: new Date(headers["last-modified"] ?? "") };
}

/** @returns null where there is no such object */
export async function openObject(
  client: S3Client,
  key: string,
  { range, signal }: ReadOptions,
): Promise<OpenFile | null> {
  if (range && !isByteRange(range)) return await refuseRange(client, key);
  const headers: Record<string, string> = range ? { range: `bytes=${range.start}-${range.end}` } : {};
  let answer: S3Opened;
  try {
    answer = await client.open({ method: "GET", key, headers, signal });
  } catch (error) {
    if (isMissingObject(error)) return null;
    const unsatisfiable = range && error instanceof S3Failure && error.httpStatus === 416;
    if (!unsatisfiable) throw error;
    return await refuseRange(client, key);
  }
  try {
    return { size: sizeOf(answer, range), bytes: answer.body };
  } catch (error) {
    answer.body.destroy();
    throw error;
  }
}

/** Not every server says in its refusal how long the file is. */
async function refuseRange(client: S3Client, key: string): Promise<null> {
  const facts = await objectFacts(client, key);
  if (facts === null) return null;
  throw rangeNotSatisfiable(facts.size);
}

/** Of the whole object. Bytes that begin elsewhere would be taken for those that were asked for. */
function sizeOf({ status, headers }: S3Opened, range: ByteRange | undefined): number {
  const length = lengthOf(headers);
  if (range === undefined) {
    if (status !== 200) throw storageUnavailable("The S3 server answers with a part of a file.");
    return length;
  }
  const [, start, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers["content-range"] ?? "") ?? [];
  const whole = Number(size ?? Number.NaN);
  const asked = Number.isSafeInteger(whole) ? bytesToRead(range, whole) : null;
  if (status !== 206 || asked === null || Number(start) !== asked.start || length !== asked.length) {
    throw storageUnavailable("The S3 server does not answer with the range it is asked for.");
  }
  return whole;
}

/** A body without a length could end anywhere. */
function lengthOf(headers: Readonly<Record<string, string>>): number {
  const length = headers["content-length"];
  if (!length || !/^\d+$/.test(length))
    throw storageUnavailable("The S3 server does not say how long a file is.");
  return Number(length);
}
