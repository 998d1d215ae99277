import { z } from "zod";
import { cutOff, refused, type Said, strangeAnswer } from "./dialect.ts";
import type { HttpAnswer } from "./exchange.ts";
import { readBody } from "./json-body.ts";

const name = z.string().min(1).nullable().catch(null);
const count = z.int().nonnegative();
const ofCache = count.catch(0);

/** What is read of a Message; what of it is missing or strange is left out rather than refused. */
const answerSchema = z.object({
  type: z.literal("message"),
  id: name,
  model: name,
  stop_reason: name,
  content: z.array(z.object({ type: z.string(), text: z.string().catch("") })).catch([]),
  usage: z
    .object({
      input_tokens: count,
      cache_creation_input_tokens: ofCache,
      cache_read_input_tokens: ofCache,
      output_tokens: count,
    })
    .nullable()
    .catch(null),
});

/** @throws {ProviderError} for a 200 without an answer in it */
export function readAnthropicAnswer({ body }: HttpAnswer): Said {
  const answer = readBody(answerSchema, body);
  if (answer === null) throw strangeAnswer("Anthropic");
  const { usage: counts } = answer;
  // Here the counts of the cache are apart from `input_tokens`, unlike at the others.
  const usage = counts && {
    inputTokens: counts.input_tokens + counts.cache_creation_input_tokens + counts.cache_read_input_tokens,
    outputTokens: counts.output_tokens,
  };
  switch (answer.stop_reason) {
    case "refusal":
      throw refused("The model refused to answer.", usage);
    case "max_tokens":
    case "model_context_window_exceeded":
      throw cutOff(usage);
  }
  return {
    text: answer.content.map((part) => (part.type === "text" ? part.text : "")).join(""),
    model: answer.model,
    usage,
    responseId: answer.id,
  };
}
