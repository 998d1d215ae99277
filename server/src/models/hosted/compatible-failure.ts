import { z } from "zod";
import type { HttpAnswer } from "./exchange.ts";
import { httpFailure } from "./http-failure.ts";
import { readBody } from "./json-body.ts";
import { type ErrorDetails, errorDetails, failureFrom } from "./openai-failure.ts";
import type { ProviderFailure } from "./provider.ts";
import { attributed, plainReason, type Secrets } from "./reason.ts";

const said = (message: string): ErrorDetails => ({ message, code: "", type: "" });

/** The forms of errors that servers have which call themselves compatible. */
const errorForms = z.union([
  // OpenAI's: also Ollama's, and llama.cpp's and newer vLLM's with a number for a code.
  z.object({ error: errorDetails }).transform(({ error }) => error),
  // Ollama's own API and LM Studio.
  z.object({ error: z.string() }).transform(({ error }) => said(error)),
  // Older vLLM.
  errorDetails.extend({ object: z.literal("error") }),
  // What FastAPI says by itself, of a path or a member that it does not know.
  z.object({ detail: z.string() }).transform(({ detail }) => said(detail)),
  z
    .object({ detail: z.array(z.object({ msg: z.string() })) })
    .transform(({ detail }) => said(detail.map(({ msg }) => msg).join("; "))),
  z.string().transform(said),
]);

const isOfKey = ({ status }: HttpAnswer) => status >= 401 && status <= 403;

/** An answer that is no 200 → how the call failed. */
export function compatibleFailure(answer: HttpAnswer, secrets: Secrets): ProviderFailure {
  const details = readBody(errorForms, answer.body);
  const otherwise = `The server answered with status ${answer.status}.`;
  // A body that is no JSON may be a sentence all the same, or a page, which is not shown.
  const reason = plainReason(attributed("The server", details?.message ?? answer.body), otherwise, secrets);
  // llama.cpp has status 500 for a model without eyes.
  if (answer.status === 500 && /\bimage input is not supported\b/i.test(details?.message ?? "")) {
    return { kind: "rejected", reason };
  }
  // A server may check keys with a word, or with none; a page is what some gateway before it has.
  if (details === null && !/^\s*</.test(answer.body)) return httpFailure(answer, reason, isOfKey(answer));
  return failureFrom(answer, details, reason);
}
