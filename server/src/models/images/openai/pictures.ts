import { z } from "zod";
import type { HttpAnswer } from "../../hosted/exchange.ts";
import { readBody } from "../../hosted/json-body.ts";
import { ProviderError, type Usage } from "../../hosted/provider.ts";
import { decodeBase64 } from "../base64.ts";
import type { ImageFormat, Output, Succeeded } from "../contract.ts";
import type { TokenPrice } from "./model-table.ts";

const tokens = z.int().nonnegative();

/** Of a good answer, whoever's it is. */
const answerSchema = z.object({
  // Null is how Go says that there are none.
  data: z.array(z.unknown()).nullable(),
  output_format: z.string().nullable().catch(null),
  model: z.string().min(1).nullable().catch(null),
  usage: z.object({ input_tokens: tokens, output_tokens: tokens }).nullable().catch(null),
});

interface Asked {
  readonly model: string;
  readonly price: TokenPrice | null;
}

/**
 * A good answer → its pictures: as many as can be read, since all of them were paid for.
 *
 * @throws {ProviderError} `invalid_output` where there is none; `unavailable` for an answer that speaks of none
 */
export function readPictures({ body }: HttpAnswer, asked: Asked): Succeeded {
  const answer = readBody(answerSchema, body);
  if (answer === null) {
    const reason = "The answer speaks of no pictures.";
    throw new ProviderError({ kind: "unavailable", reason, sent: true });
  }
  const usage = answer.usage && {
    inputTokens: answer.usage.input_tokens,
    outputTokens: answer.usage.output_tokens,
  };
  const pieces = answer.data ?? [];
  const stated = formats[answer.output_format ?? ""] ?? null;
  const outputs = pieces.map((piece) => pictureIn(piece, stated)).filter((picture) => picture !== null);
  if (outputs.length === 0) {
    const reason =
      pieces.length === 0 ? "The answer holds no picture." : "No picture of the answer can be read.";
    throw new ProviderError({ kind: "invalid_output", reason, usage });
  }
  return {
    as: "succeeded",
    outputs,
    dropped: 0,
    unreadable: pieces.length - outputs.length,
    model: answer.model ?? asked.model,
    seconds: null,
    usage,
    costMicros: usage && asked.price && costMicros(usage, asked.price),
  };
}

/** Dollars per million tokens are millionths of a dollar per token. */
const costMicros = ({ inputTokens, outputTokens }: Usage, price: TokenPrice): number =>
  Math.round(inputTokens * price.input_usd_per_million + outputTokens * price.output_usd_per_million);

const pieceSchema = z.object({
  b64_json: z.string().min(1).nullable().catch(null),
  url: z.string().min(1).nullable().catch(null),
});

function pictureIn(piece: unknown, stated: ImageFormat | null): Output | null {
  const { data } = pieceSchema.safeParse(piece);
  if (!data) return null;
  const text = data.b64_json ?? data.url ?? "";
  const [head = "", type = ""] = /^data:image\/([\w.+-]+);base64,/.exec(text.slice(0, 100)) ?? [];
  if (data.b64_json !== null || head !== "") {
    const bytes = decodeBase64(text.slice(head.length));
    return bytes && { bytes, format: formats[type] ?? stated, seed: null };
  }
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? { url: text, seed: null } : null;
}

const formats: Readonly<Record<string, ImageFormat>> = {
  png: "png",
  jpeg: "jpeg",
  jpg: "jpeg",
  webp: "webp",
};
