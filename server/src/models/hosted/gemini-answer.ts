import { z } from "zod";
import { cutOff, refused, type Said, strangeAnswer } from "./dialect.ts";
import type { HttpAnswer } from "./exchange.ts";
import { readBody } from "./json-body.ts";
import { ProviderError, type Usage } from "./provider.ts";

const tokens = z.int().nonnegative().catch(0);
const name = z.string().min(1).nullable().catch(null);

const part = z.object({ text: z.string().catch(""), thought: z.boolean().catch(false) });

/** What is read of GenerateContentResponse; what of it is missing or strange is left out rather than refused. */
const answerSchema = z.object({
  modelVersion: name,
  responseId: name,
  candidates: z
    .array(
      z.object({
        finishReason: name,
        content: z.object({ parts: z.array(part).catch([]) }).catch({ parts: [] }),
      }),
    )
    .catch([]),
  promptFeedback: z.object({ blockReason: z.string() }).nullable().catch(null),
  usageMetadata: z
    .object({
      promptTokenCount: tokens,
      toolUsePromptTokenCount: tokens,
      candidatesTokenCount: tokens,
      thoughtsTokenCount: tokens,
    })
    .nullable()
    .catch(null),
});

type Candidate = z.infer<typeof answerSchema>["candidates"][number];

/** @throws {ProviderError} for a 200 without an answer in it */
export function readGeminiAnswer({ body }: HttpAnswer): Said {
  const answer = readBody(answerSchema, body);
  if (answer === null) throw strangeAnswer("Gemini");
  const { modelVersion, responseId, candidates, promptFeedback, usageMetadata } = answer;
  const usage = usageMetadata && {
    inputTokens: usageMetadata.promptTokenCount + usageMetadata.toolUsePromptTokenCount,
    outputTokens: usageMetadata.candidatesTokenCount + usageMetadata.thoughtsTokenCount,
  };
  if (promptFeedback) throw blocked("the question", promptFeedback.blockReason, usage);
  const text = textOf(candidates[0], usage);
  return { text, model: modelVersion, usage, responseId };
}

function textOf(candidate: Candidate | undefined, usage: Usage | null): string {
  if (!candidate) {
    const reason = "Gemini sent no answer and no reason.";
    throw new ProviderError({ kind: "invalid_output", reason, usage });
  }
  switch (candidate.finishReason) {
    case "SAFETY":
    case "RECITATION":
    case "BLOCKLIST":
    case "PROHIBITED_CONTENT":
    case "SPII":
    case "IMAGE_SAFETY":
      throw blocked("its answer", candidate.finishReason, usage);
    case "MAX_TOKENS":
    case "CONTINUATION":
      throw cutOff(usage);
  }
  return candidate.content.parts.map(({ text, thought }) => (thought ? "" : text)).join("");
}

function blocked(what: string, word: string, usage: Usage | null): ProviderError {
  const name = /^[A-Z_]{1,40}$/.test(word) ? ` (${word})` : "";
  return refused(`Gemini blocked ${what}${name}.`, usage);
}
