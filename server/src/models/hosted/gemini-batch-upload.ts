import { type FileHandle, open } from "node:fs/promises";
import { z } from "zod";
import type { HttpAnswer } from "./exchange.ts";
import { freeFailure, type GeminiBatchCall, sendFree, strangeBatchAnswer } from "./gemini-batch-wire.ts";
import { readBody } from "./json-body.ts";
import { type HostedProviderSettings, ProviderError } from "./provider.ts";

export interface UploadedFile {
  readonly path: string;
  /** Its length: what is in the file beyond them is not sent. */
  readonly bytes: number;
  readonly displayName: string;
  /** In hex: where Google says what it has, that is compared. */
  readonly sha256?: string;
}

/** As large as Google's own clients send them; a deadline is for one part. */
const usualPart = 8 * 2 ** 20;
/** A server that names more wants to see how much memory there is. */
const largestPart = 64 * 2 ** 20;
/** Of the same upload, after parts that did not arrive whole. */
const mostResumptions = 5;

const uploaded = z.object({
  file: z.object({
    name: z.string().regex(/^files\/[\w.-]+$/),
    sizeBytes: z
      .string()
      .regex(/^\d{1,15}$/)
      .optional()
      .catch(undefined),
    sha256Hash: z.string().optional().catch(undefined),
  }),
});

/**
 * Sends a file by Google's resumable protocol. After a part that did not arrive whole Google is asked how much it has,
 * and the upload goes on from there: at once, for whoever wants to wait a while begins again, and then from the start.
 *
 * @param collection address of the collection of files
 * @returns the file's name, `files/…`
 */
export async function uploadFile(
  settings: HostedProviderSettings,
  collection: string,
  file: UploadedFile,
  call: GeminiBatchCall,
): Promise<string> {
  const handle = await open(file.path, "r");
  try {
    const session = await startSession(settings, collection, file, call);
    const buffer = Buffer.alloc(Math.min(session.part, file.bytes));
    let offset = 0;
    let resumptions = 0;
    for (;;) {
      const part = await readPart(handle, buffer, offset, file.bytes);
      try {
        const answer = await sendPart(settings, session.url, { part, offset, of: file.bytes }, call);
        if (uploadStatus(answer) === "final") return nameIn(answer, file);
        offset += part.length;
        if (offset >= file.bytes) throw strangeBatchAnswer("file", false);
      } catch (error) {
        if (!(error instanceof ProviderError) || error.failure.kind !== "unavailable") throw error;
        if (resumptions === mostResumptions) throw error;
        resumptions += 1;
        // Whoever cannot be asked is away: the first failure says more about it than the second one.
        const answer = await query(settings, session.url, call).catch((again: unknown) => {
          throw again instanceof ProviderError ? error : again;
        });
        if (uploadStatus(answer) === "final") return nameIn(answer, file);
        offset = receivedBytes(answer, file.bytes);
      }
    }
  } finally {
    await handle.close();
  }
}

async function startSession(
  settings: HostedProviderSettings,
  collection: string,
  { bytes, displayName }: UploadedFile,
  call: GeminiBatchCall,
): Promise<{ url: string; part: number }> {
  const answer = await sendFree(settings, call, {
    method: "POST",
    url: collection,
    headers: {
      "content-type": "application/json",
      "x-goog-upload-protocol": "resumable",
      "x-goog-upload-command": "start",
      "x-goog-upload-header-content-length": String(bytes),
      "x-goog-upload-header-content-type": "application/jsonl",
    },
    body: JSON.stringify({ file: { displayName } }),
  });
  if (answer.status !== 200) throw freeFailure(answer, call);
  const named = answer.headers.get("x-goog-upload-url") ?? "";
  if (!URL.canParse(named)) throw strangeBatchAnswer("address for the file", false);
  const { pathname, search } = new URL(named);
  return {
    // Google names its own host, also to a proxy's client; and the key goes nowhere but where it was meant for.
    url: new URL(pathname + search, collection).href,
    part: partSize(Number(answer.headers.get("x-goog-upload-chunk-granularity") ?? 1)),
  };
}

/** All parts but the last one have to be a multiple of what the server counts in. */
function partSize(granularity: number): number {
  if (!Number.isSafeInteger(granularity) || granularity < 1 || granularity > largestPart) return usualPart;
  return Math.ceil(usualPart / granularity) * granularity;
}

async function readPart(handle: FileHandle, buffer: Buffer<ArrayBuffer>, offset: number, end: number) {
  const length = Math.min(buffer.length, end - offset);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw new Error(`The file ends at ${offset + filled} bytes, before ${end}.`);
    filled += bytesRead;
  }
  return buffer.subarray(0, length);
}

async function sendPart(
  settings: HostedProviderSettings,
  url: string,
  { part, offset, of }: { part: Buffer<ArrayBuffer>; offset: number; of: number },
  call: GeminiBatchCall,
): Promise<HttpAnswer> {
  const last = part.length > 0 ? "upload, finalize" : "finalize";
  return await command(settings, url, call, {
    headers: {
      "x-goog-upload-command": offset + part.length === of ? last : "upload",
      "x-goog-upload-offset": String(offset),
    },
    body: part,
  });
}

const query = (settings: HostedProviderSettings, url: string, call: GeminiBatchCall) =>
  command(settings, url, call, { headers: { "x-goog-upload-command": "query" } });

async function command(
  settings: HostedProviderSettings,
  url: string,
  call: GeminiBatchCall,
  request: { readonly headers: Record<string, string>; readonly body?: Buffer<ArrayBuffer> },
): Promise<HttpAnswer> {
  const answer = await sendFree(settings, call, { method: "POST", url, ...request });
  if (answer.status !== 200) throw freeFailure(answer, call);
  return answer;
}

const uploadStatus = ({ headers }: HttpAnswer) => headers.get("x-goog-upload-status");

function receivedBytes(answer: HttpAnswer, most: number): number {
  const said = answer.headers.get("x-goog-upload-size-received") ?? "";
  const received = /^\d{1,15}$/.test(said) ? Number(said) : Number.NaN;
  if (uploadStatus(answer) !== "active" || !(received <= most)) throw strangeBatchAnswer("offset", false);
  return received;
}

function nameIn({ body }: HttpAnswer, sent: UploadedFile): string {
  const file = readBody(uploaded, body)?.file;
  if (file === undefined) throw strangeBatchAnswer("file", false);
  const sameSize = file.sizeBytes === undefined || Number(file.sizeBytes) === sent.bytes;
  if (!sameSize || !isHashOf(file.sha256Hash, sent.sha256)) {
    const reason = "What Gemini stored is not the file that was sent.";
    throw new ProviderError({ kind: "unavailable", reason, sent: false });
  }
  return file.name;
}

/** Google writes the 32 bytes in Base64, or their 64 hex digits in Base64; anything else says nothing. */
function isHashOf(said: string | undefined, sha256: string | undefined): boolean {
  if (said === undefined || sha256 === undefined) return true;
  const bytes = Buffer.from(said, "base64");
  if (bytes.length === 32) return bytes.toString("hex") === sha256;
  const text = bytes.toString("latin1").toLowerCase();
  return !/^[\da-f]{64}$/.test(text) || text === sha256;
}
