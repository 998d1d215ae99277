import { z } from "zod";
import type { HttpAnswer } from "../../hosted/exchange.ts";
import { httpFailure } from "../../hosted/http-failure.ts";
import { readBody } from "../../hosted/json-body.ts";
import { scopeIn } from "../../hosted/limit-words.ts";
import type { ProviderFailure } from "../../hosted/provider.ts";
import { attributed, plainReason, type Secrets } from "../../hosted/reason.ts";

const text = z.string().catch("");

/** What servers say of an error. */
const errorForms = z.union([
  // FastAPI's own, of a member that it does not take: Forge.
  z
    .object({ detail: z.array(z.object({ msg: z.string() })).min(1) })
    .transform(({ detail }) => detail.map(({ msg }) => msg).join("; ")),
  // A1111 and SD.Next have the exception's name as `error`, and its words in one of two places; Forge has `detail` alone.
  z
    .object({ detail: z.string(), errors: text, error: text })
    .transform(({ detail, errors, error }) => detail || errors || error),
  // stable-diffusion.cpp: `server_error` with a message, or a sentence.
  z.object({ error: z.string(), message: text }).transform(({ error, message }) => message || error),
  // SD.Next, of a TypeError.
  z.string(),
]);

/** Null for an answer in no form of these servers'. */
const errorIn = ({ body }: HttpAnswer): string | null => readBody(errorForms, body);

/** An answer that is no good one → how the call failed. */
export function a1111Failure(answer: HttpAnswer, secrets: Secrets): ProviderFailure {
  const said = errorIn(answer);
  const otherwise = `The server answered with status ${answer.status}.`;
  if (said === null) return httpFailure(answer, otherwise, false);
  const reason = plainReason(attributed("The server", said), otherwise, secrets);
  if (answer.status === 404) return notFound(said, reason);
  const failure = httpFailure(answer, reason, true);
  return failure.kind === "rate_limited" ? { ...failure, scope: scopeIn(said) } : failure;
}

/** SD.Next has the status of a missing page for a sampler that it does not have. */
function notFound(said: string, reason: string): ProviderFailure {
  if (/sampler/i.test(said)) return { kind: "rejected", reason };
  if (said !== "Not Found") return { kind: "model_unknown", reason };
  const unopened = "The server has no such API: A1111 and Forge have it when they are started with --api.";
  return { kind: "model_unknown", reason: unopened };
}
