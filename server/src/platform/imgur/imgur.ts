import { OutboundError, outboundFailures } from "../outbound/errors.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { endOf, type UploadEnd } from "./answer.ts";

export interface ImgurSettings {
  readonly clientId: string;
  /** With the version, such as `https://api.imgur.com/3`. */
  readonly baseUrl: string;
  readonly outbound: Outbound;
  /** For the whole of an upload. */
  readonly timeoutMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Picture {
  readonly contentType: string;
  /** Of the file, such as `lamp.jpg`. */
  readonly name: string;
  readonly signal: AbortSignal;
}

export interface Imgur {
  /**
   * Sends the picture once, and says how that ended: whether and when it is sent again is the caller's to decide. An
   * upload whose answer is lost may have been stored, and is stored twice when it is repeated.
   *
   * @throws the signal's reason when that is aborted
   */
  upload(bytes: Uint8Array<ArrayBuffer>, picture: Picture): Promise<UploadEnd>;
}

/** Larger ones that do not move are not worth the way. Where Imgur's own limit is lower, it answers so. */
const mostBytes = 20_000_000;
/** Of GIFs, which become films there. */
const mostMovingBytes = 200_000_000;
/** The description of one picture. */
const mostAnswerBytes = 64 * 1_024;
const longestConnectMs = 10_000;

/** Imgur as a place for pictures, which belong to nobody's account there. */
export function createImgur({ clientId, baseUrl, outbound, timeoutMs, now }: ImgurSettings): Imgur {
  return {
    async upload(bytes, { contentType, name, signal }) {
      signal.throwIfAborted();
      const most = contentType === "image/gif" ? mostMovingBytes : mostBytes;
      if (bytes.length > most) {
        const reason = `The picture is ${bytes.length} bytes; Imgur takes up to ${most}.`;
        return { as: "failed", reason, transient: false };
      }
      const form = await encodeForm(bytes, contentType, name);
      try {
        const answer = await outbound.fetch(`${baseUrl}/image`, {
          method: "POST",
          headers: { ...form.headers, authorization: `Client-ID ${clientId}`, accept: "application/json" },
          body: form.body,
          limits: {
            maxBytes: mostAnswerBytes,
            connectMs: Math.min(timeoutMs, longestConnectMs),
            totalMs: timeoutMs,
            // The Client-ID is no other host's business.
            maxRedirects: 0,
          },
          signal,
        });
        return endOf(answer, now());
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof OutboundError)) throw error;
        const transient = outboundFailures.find(({ code }) => code === error.code)?.transient ?? false;
        return { as: "failed", reason: `Imgur could not be asked: ${error.message}`, transient };
      }
    },
  };
}

async function encodeForm(bytes: Uint8Array<ArrayBuffer>, contentType: string, name: string) {
  const form = new FormData();
  form.set("type", "file");
  form.set("image", new Blob([bytes], { type: contentType }), name);
  // The platform's own encoder escapes the name and chooses a boundary that the picture does not hold.
  const encoded = new Response(form);
  return {
    headers: { "content-type": encoded.headers.get("content-type") ?? "" },
    body: Buffer.from(await encoded.arrayBuffer()),
  };
}
