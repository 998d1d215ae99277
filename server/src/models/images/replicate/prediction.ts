import { z } from "zod";
import { attributed, plainReason, type Secrets } from "../../hosted/reason.ts";
import type { GenerationFailure, Status } from "../contract.ts";
import { type PredictionOperation, predictionId } from "./operation.ts";
import { readOutputs } from "./outputs.ts";
import { progressIn } from "./progress.ts";

const text = z.string().nullable().catch(null);
const amount = z.number().nonnegative().nullable().catch(null);

/** What of a prediction is read; only what is always needed must be there. */
export const predictionSchema = z.object({
  id: predictionId,
  status: z.string(),
  model: text,
  input: z.record(z.string(), z.unknown()).catch({}),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  logs: z.string().catch(""),
  metrics: z
    .object({ predict_time: amount, image_count: amount })
    .catch({ predict_time: null, image_count: null }),
  data_removed: z.boolean().catch(false),
  webhook: text,
  created_at: text,
  started_at: text,
});

export type Prediction = z.infer<typeof predictionSchema>;

/** How a prediction is, or how it ended. */
export function statusOf(
  prediction: Prediction,
  operation: PredictionOperation,
  apiKey: string | null,
): Status {
  switch (prediction.status) {
    case "starting":
    case "queued":
      return { as: "waiting" };
    case "succeeded":
      return madeBy(prediction, operation);
    case "failed":
      return { as: "failed", failure: failureOf(prediction, apiKey), costMicros: null };
    case "canceled":
      // By us, or at its deadline: what was begun is paid for.
      return {
        as: "cancelled",
        billed: prediction.started_at !== null || (prediction.metrics.predict_time ?? 0) > 0,
      };
    case "aborted":
      return { as: "cancelled", billed: false };
    // "processing", and what Replicate may come to call it.
    default:
      return { as: "running", ...progressIn(prediction.logs) };
  }
}

function madeBy(prediction: Prediction, operation: PredictionOperation): Status {
  const { output, metrics, data_removed, model } = prediction;
  const { outputs, empty, unreadable } = readOutputs(output, operation.seed ?? seedIn(prediction.logs));
  const isEmpty = output === null || output === undefined;
  if (data_removed && outputs.length === 0)
    return { as: "gone", reason: "Replicate has removed the pictures: it keeps them for an hour." };
  // Models leave out of their list what their safety checker does not let through, or write null for it.
  const missing = isEmpty ? 0 : Math.max(empty, operation.count - outputs.length - unreadable);
  const made = metrics.image_count ?? outputs.length + unreadable + missing;
  const costMicros =
    operation.micros_per_image === null ? null : Math.round(made * operation.micros_per_image);
  if (outputs.length === 0) {
    const failure: GenerationFailure =
      missing > 0 && unreadable === 0
        ? { kind: "refused", reason: "The model's safety checker let no picture through.", usage: null }
        : { kind: "invalid_output", reason: "The model's output holds no picture.", usage: null };
    return { as: "failed", failure, costMicros: isEmpty ? null : costMicros };
  }
  return {
    as: "succeeded",
    outputs,
    dropped: missing,
    unreadable,
    model: model !== null && /^[\w./:-]{1,200}$/.test(model) ? model : operation.model,
    seconds: metrics.predict_time,
    usage: null,
    costMicros,
  };
}

/** What a model wrote that chose one by itself. */
function seedIn(logs: string): number | null {
  const [, seed] = /\bseed\s*[:=]?\s*(\d{1,15})\b/i.exec(logs) ?? [];
  return seed === undefined ? null : Number(seed);
}

const policy = /nsfw|sensitive|safety|moderat|flagged|content policy|prohibited/i;
/** The same request cannot but end the same way. */
const ofRequest =
  /\b(?:ValueError|ValidationError|invalid (?:input|value|argument|image)|must be (?:a|one of|less|greater|divisible|between))\b/i;

function failureOf({ error, input }: Prediction, apiKey: string | null): GenerationFailure {
  const said = typeof error === "string" && error.trim() !== "" ? attributed("The model", error) : null;
  const reason = plainReason(said, "The model failed, and did not say why.", {
    apiKey,
    instruction: spokenIn(input),
  });
  if (policy.test(said ?? "")) return { kind: "refused", reason, usage: null };
  if (ofRequest.test(said ?? "")) return { kind: "rejected", reason };
  // It has worked, which may be billed.
  return { kind: "unavailable", reason, sent: true };
}

/** All that a request says in words, none of which is to be read in a reason. */
export const spokenIn = (input: Readonly<Record<string, unknown>>): Secrets["instruction"] =>
  Object.values(input)
    .filter((value) => typeof value === "string")
    .join("\n");
