import type { JsonObject } from "../../models/images/contract.ts";
import { type Parameters, readParameters } from "./generate-request-parameters.ts";
import {
  dictionary,
  model,
  nullable,
  type Problem,
  problem,
  Refusal,
  type Rule,
  refined,
  text,
  validationFailed,
  valueError,
} from "./pydantic.ts";
import { fieldsOf } from "./pydantic-fields.ts";
import { boolean } from "./pydantic-numbers.ts";
import { unstorable } from "./validate-storable.ts";

/** A picture, or several, that somebody wants. */
export interface GenerateRequest {
  /** Without the space around it, and never empty. */
  readonly prompt: string;
  /** Null where there were none. */
  readonly parameters: Parameters | null;
  /** The parameters exactly as they were supplied; null where there were none. */
  readonly echoed: JsonObject | null;
  readonly webhookUrl: string | null;
  readonly metadata: JsonObject | null;
  /** Whether a parameter that the model does not follow is an error instead of a warning. */
  readonly strict: boolean;
  /** The model to ask; null for the configured one. */
  readonly model: string | null;
}

const prompt: Rule<string> = refined(text({ min: 1, max: 1_000 }), (given) => {
  const trimmed = given.trim();
  return trimmed === "" ? valueError("Prompt cannot be empty") : trimmed;
});

const webhookUrl: Rule<string> = refined(text({ max: 500 }), (url) =>
  /^https?:\/\//i.test(url) && URL.canParse(url)
    ? url
    : valueError("Webhook URL must be an http:// or https:// URL"),
);

const metadata: Rule<JsonObject> = refined(dictionary, (value) => unstorable(value) ?? value);

/**
 * Reads the body of `POST /api/v1/jobs/generate` as the original of that API does: FastAPI with pydantic in its lax mode.
 *
 * @param body parsed JSON; null or undefined where there was none, and the text of a body that is no JSON
 * @throws {AppError} 422 with all problems in the order in which the fields are declared
 */
export function readGenerateRequest(body: unknown): GenerateRequest {
  if (body === null || body === undefined)
    throw validationFailed([{ type: "missing", loc: ["body"], msg: "Field required", input: null }]);
  const source = model(body);
  if (source instanceof Refusal) throw validationFailed([problem(source, ["body"], body)]);
  const problems: Problem[] = [];
  const fields = fieldsOf(source, ["body"], problems);
  const parameters: Rule<Pick<GenerateRequest, "parameters" | "echoed">> = refined(model, (echoed) => ({
    parameters: readParameters(echoed, ["body", "parameters"], problems),
    echoed,
  }));
  // The order is that of the declaration, in which the problems are told.
  const request: GenerateRequest = {
    prompt: fields.required("prompt", prompt, ""),
    ...(fields.optional("parameters", nullable(parameters), null) ?? { parameters: null, echoed: null }),
    webhookUrl: fields.optional("webhook_url", nullable(webhookUrl), null),
    metadata: fields.optional("metadata", nullable(metadata), null),
    strict: fields.optional("strict", nullable(boolean), null) ?? false,
    model: fields.optional("model", nullable(text({ min: 1, max: 200 })), null),
  };
  if (problems.length > 0) throw validationFailed(problems);
  return request;
}
