import { z } from "zod";
import type { HttpAnswer } from "../../hosted/exchange.ts";
import { readBody } from "../../hosted/json-body.ts";
import { ProviderError, type Usage } from "../../hosted/provider.ts";
import { plainReason, type Secrets } from "../../hosted/reason.ts";
import type { Output, Succeeded } from "../contract.ts";
import { type ModelTable, priceOf } from "./model-table.ts";
import { readPicture } from "./picture.ts";
import { type Counts, countsSchema, priced, usageOf } from "./usage.ts";

const word = z.string().min(1).nullable().catch(null);

const partSchema = z.object({
  text: z.string().catch(""),
  /** Also of pictures: sketches that a model makes before the one it gives. */
  thought: z.boolean().catch(false),
  inlineData: z
    .object({ mimeType: z.string().catch(""), data: z.string().catch("") })
    .nullable()
    .catch(null),
});

/** What is read of GenerateContentResponse; what of it is missing or strange is left out rather than refused. */
const answerSchema = z.object({
  modelVersion: word,
  candidates: z
    .array(
      z.object({
        finishReason: word,
        content: z.object({ parts: z.array(partSchema).catch([]) }).catch({ parts: [] }),
      }),
    )
    .catch([]),
  promptFeedback: z.object({ blockReason: z.string() }).nullable().catch(null),
  usageMetadata: countsSchema.nullable().catch(null),
});

type Answer = z.infer<typeof answerSchema>;

interface Asked {
  readonly table: ModelTable;
  readonly model: string;
  readonly seed: number | null;
  readonly secrets: Secrets;
}

/** @throws {ProviderError} for a 200 without a picture in it */
export function readAnswer({ body }: HttpAnswer, { table, model, seed, secrets }: Asked): Succeeded {
  const answer = readBody(answerSchema, body);
  if (answer === null) {
    const reason = "Gemini's answer is not in its documented form.";
    throw new ProviderError({ kind: "unavailable", reason, sent: true });
  }
  const given = answer.candidates.flatMap(({ content }) => content.parts).filter(({ thought }) => !thought);
  const outputs: Output[] = [];
  let unreadable = 0;
  for (const { inlineData } of given) {
    if (inlineData === null) continue;
    const picture = readPicture(inlineData);
    if (picture) outputs.push({ ...picture, seed });
    else unreadable += 1;
  }
  const counts: Counts | null = answer.usageMetadata;
  const usage = counts && usageOf(counts);
  if (outputs.length === 0) throw pictureless(answer, usage, secrets);
  const made = plainName(answer.modelVersion) ?? model;
  const price = priceOf(table, [made, model]);
  return {
    as: "succeeded",
    outputs,
    dropped: 0,
    unreadable,
    model: made,
    seconds: null,
    usage,
    costMicros: counts && price && priced(counts, price),
  };
}

const plainName = (name: string | null) => (name !== null && /^[\w./-]{1,200}$/.test(name) ? name : null);

const blocks = new Set([
  "SAFETY",
  "RECITATION",
  "BLOCKLIST",
  "PROHIBITED_CONTENT",
  "SPII",
  "IMAGE_SAFETY",
  "IMAGE_PROHIBITED_CONTENT",
  "IMAGE_RECITATION",
]);

function pictureless(
  { promptFeedback, candidates }: Answer,
  usage: Usage | null,
  secrets: Secrets,
): ProviderError {
  if (promptFeedback)
    return refused(`Gemini blocked the prompt${inBrackets(promptFeedback.blockReason)}.`, usage);
  const [candidate] = candidates;
  const word = candidate?.finishReason ?? null;
  if (word !== null && blocks.has(word))
    return refused(`Gemini blocked the picture${inBrackets(word)}.`, usage);
  const said = candidate?.content.parts.map(({ text, thought }) => (thought ? "" : text)).join("") ?? "";
  const otherwise = `Gemini made no picture${word === "STOP" ? "" : inBrackets(word)}.`;
  const quoted = said.trim() === "" ? null : `Gemini made no picture, and says: ${said}`;
  return new ProviderError({
    kind: "invalid_output",
    reason: plainReason(quoted, otherwise, secrets),
    usage,
  });
}

const inBrackets = (word: string | null) => (/^[A-Z_]{1,40}$/.test(word ?? "") ? ` (${word})` : "");

const refused = (reason: string, usage: Usage | null) =>
  new ProviderError({ kind: "refused", reason, usage });
