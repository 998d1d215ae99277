import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { attachment } from "./attachment.ts";

interface Download {
  /** Under which it is saved; null for what is no file, but long. */
  readonly fileName: string | null;
  readonly mimeType: string;
  readonly content: AsyncIterable<string | Buffer>;
  /** The client left. */
  readonly signal: AbortSignal;
  /** Told when the last byte is on its way, and not of a download that broke off. */
  readonly onComplete: (bytes: number) => Promise<void>;
}

/** Downloads under way in this process. */
export interface Downloads {
  readonly active: () => number;
  send(reply: FastifyReply, download: Download): Promise<FastifyReply>;
}

/** What is smaller is sent as a whole: with its length, and as a proper error where it cannot be made. */
const wholeBytes = 512 * 1024;
/** Between two layers of the stream. */
const bufferedBytes = 256 * 1024;
/** A client that takes nothing for so long is taken for gone. */
const stalledMs = 300_000;

export function createDownloads(): Downloads {
  let active = 0;

  /** As bytes, and counted: to the end, or until the reader leaves. */
  async function* counted({ content, signal, onComplete }: Download): AsyncGenerator<Buffer> {
    let bytes = 0;
    active += 1;
    try {
      for await (const piece of content) {
        const buffer = typeof piece === "string" ? Buffer.from(piece) : piece;
        bytes += buffer.length;
        signal.throwIfAborted();
        yield buffer;
      }
      signal.throwIfAborted();
      await onComplete(bytes);
    } finally {
      active -= 1;
    }
  }

  return {
    active: () => active,
    async send(reply, download) {
      const pieces = counted(download);
      const begun: Buffer[] = [];
      let size = 0;
      let ended = false;
      while (!ended && size <= wholeBytes) {
        const { done, value } = await pieces.next();
        if (value) begun.push(value);
        size += value?.length ?? 0;
        ended = done === true;
      }
      const { fileName, mimeType } = download;
      reply.type(mimeType);
      if (fileName !== null) reply.header("content-disposition", attachment(fileName));
      if (ended) return reply.send(Buffer.concat(begun, size));
      reply.raw.setTimeout(stalledMs, () => reply.raw.destroy());
      const stream = Readable.from(following(begun, pieces), {
        objectMode: false,
        highWaterMark: bufferedBytes,
      });
      // A generator that was never begun does not hear that it is over.
      stream.once("close", () => void pieces.return(undefined));
      return reply.send(stream);
    },
  };
}

/** What was made already, then the rest. */
async function* following(begun: readonly Buffer[], rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield* begun;
  yield* rest;
}
