import { z } from "zod";
import { compatibleFailure } from "./compatible-failure.ts";
import { cutOff, refused, type Said, strangeAnswer } from "./dialect.ts";
import type { HttpAnswer } from "./exchange.ts";
import { readBody } from "./json-body.ts";
import { ProviderError } from "./provider.ts";
import type { Secrets } from "./reason.ts";

const name = z.string().min(1).nullable().catch(null);
const count = z.int().nonnegative();
const part = z.object({ text: z.string().catch("") });
const joined = (parts: readonly z.infer<typeof part>[]) => parts.map(({ text }) => text).join("");

const answerSchema = z.object({
  id: name,
  model: name,
  choices: z.array(
    z.object({
      finish_reason: name,
      message: z.object({
        content: z.union([z.string(), z.array(part).transform(joined)]).catch(""),
        refusal: name,
      }),
    }),
  ),
  // Of half a count nothing is believed.
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullable().catch(null),
});

/** Gateways send a vendor's error with status 200, and its own status in it. */
const errorIn200 = z.object({ error: z.object({ code: z.int().min(400).max(599).catch(502) }) });

/** @throws {ProviderError} for a 200 without an answer in it */
export function readCompatibleAnswer(http: HttpAnswer, secrets: Secrets): Said {
  const answer = readBody(answerSchema, http.body);
  if (answer === null) {
    const status = readBody(errorIn200, http.body)?.error.code;
    if (status === undefined) throw strangeAnswer("The server");
    throw new ProviderError(compatibleFailure({ ...http, status }, secrets));
  }
  const usage = answer.usage && {
    inputTokens: answer.usage.prompt_tokens,
    outputTokens: answer.usage.completion_tokens,
  };
  const [choice] = answer.choices;
  if (choice?.message.refusal) throw refused("The model refused to answer.", usage);
  switch (choice?.finish_reason) {
    case "content_filter":
      throw refused("A content filter blocked the answer.", usage);
    case "length":
      throw cutOff(usage);
    case "error": {
      const reason = "The server did not finish the answer.";
      throw new ProviderError({ kind: "unavailable", reason, sent: true });
    }
  }
  return {
    text: choice?.message.content ?? "",
    model: answer.model,
    usage,
    responseId: answer.id,
  };
}
