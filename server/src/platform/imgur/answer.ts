import { z } from "zod";
import { type AnswerHeaders, exhaustedUntil, limitedUntil } from "./allowance.ts";

/** How an upload ended. */
export type UploadEnd =
  /** Before `resumeAt` the next upload would be refused; null where nothing says so. */
  | {
      readonly as: "stored";
      readonly url: string;
      readonly deleteHash: string;
      readonly resumeAt: Date | null;
    }
  | { readonly as: "limited"; readonly retryAt: Date }
  /** `reason` is a public sentence; `transient` says whether the same upload may succeed later. */
  | { readonly as: "failed"; readonly reason: string; readonly transient: boolean };

interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly bytes: Buffer;
}

const storedSchema = z.object({
  data: z.object({ link: z.url({ protocol: /^https?$/ }), deletehash: z.string().min(1) }),
});

/** Imgur's own errors, those with an object in place of the sentence, and those of the gateway before it. */
const errorSchema = z.union([
  z.object({ data: z.object({ error: z.string() }) }).transform(({ data }) => data.error),
  z
    .object({ data: z.object({ error: z.object({ message: z.string() }) }) })
    .transform(({ data }) => data.error.message),
  z
    .object({ errors: z.tuple([z.object({ detail: z.string() })]).rest(z.unknown()) })
    .transform(({ errors }) => errors[0].detail),
]);

/** @param now milliseconds since 1970 */
export function endOf({ status, headers, bytes }: Answer, now: number): UploadEnd {
  const body = jsonIn(bytes);
  if (status >= 200 && status < 300) {
    const { data: stored } = storedSchema.safeParse(body);
    if (!stored)
      return { as: "failed", reason: "Imgur's answer names no link to the picture.", transient: true };
    const { link, deletehash } = stored.data;
    return { as: "stored", url: link, deleteHash: deletehash, resumeAt: exhaustedUntil(headers, now) };
  }
  const message = errorSchema.safeParse(body).data ?? "";
  // It has been a 400, too.
  if (status === 429 || /\buploading (?:\w+ )?too fast\b/i.test(message))
    return { as: "limited", retryAt: limitedUntil(headers, message, now) };
  const said = sentence(message);
  // A 403 says so when Imgur is busy as well as when the Client-ID is no good.
  const busy = status >= 500 || status === 408 || /\bover capacity\b/i.test(message);
  return { as: "failed", reason: `Imgur answered ${status}${said && `: ${said}`}.`, transient: busy };
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}

const sentence = (message: string) =>
  message
    .replace(/\p{C}/gu, " ")
    .trim()
    .slice(0, 200)
    .replace(/[.\s]+$/, "");
