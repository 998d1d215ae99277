import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { readBody } from "../../hosted/json-body.ts";
import type { FindCall, ImageProviderSettings, Json } from "../contract.ts";
import { type Prediction, predictionSchema } from "./prediction.ts";
import { freeFailure, isGood, sendFree, strangeAnswer } from "./wire.ts";

/** Replicate's clock and ours. */
const clocksApartMs = 10 * 60_000;
/** Of a hundred predictions each: more than an account may create in ten minutes, at 600 a minute. */
const mostPages = 100;

const listSchema = z.object({
  results: z.array(predictionSchema.nullable().catch(null)),
  next: z.string().nullable().catch(null),
});

/**
 * Looks through the account's predictions for one that was asked with this input, or that calls back to this address.
 * Replicate forgets the input of a prediction an hour after its end.
 */
export async function findPredictions(
  settings: ImageProviderSettings,
  call: FindCall,
  input: Readonly<Record<string, Json>>,
): Promise<Prediction[]> {
  const earliest = call.since.getTime() - clocksApartMs;
  let query = new URLSearchParams({ created_after: new Date(earliest).toISOString() });
  const found: Prediction[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const answer = await sendFree(settings, call, { method: "GET", path: `predictions?${query}` });
    if (!isGood(answer)) throw freeFailure(answer, { apiKey: call.apiKey, instruction: "" });
    const list = readBody(listSchema, answer.body);
    if (list === null) throw strangeAnswer("predictions", false);
    const predictions = list.results.filter((each) => each !== null);
    found.push(...predictions.filter((each) => isMeant(each, call, input)));
    // The newest come first.
    const isPast = predictions.length > 0 && predictions.every((each) => createdAt(each) < earliest);
    if (list.next === null || isPast) return found;
    // Only what is asked comes from the answer, and not whom to ask.
    const next = URL.parse(list.next, settings.baseUrl);
    if (next === null) throw strangeAnswer("next page", false);
    query = next.searchParams;
  }
  throw strangeAnswer("end of its predictions", false);
}

function isMeant(
  prediction: Prediction,
  { callback, model }: FindCall,
  input: Readonly<Record<string, Json>>,
): boolean {
  if (callback && prediction.webhook !== null) return prediction.webhook === callback.url;
  if (prediction.model !== null && prediction.model !== model.replace(/:.*/, "")) return false;
  return Object.entries(input).every(([name, value]) => isDeepStrictEqual(prediction.input[name], value));
}

/** One without a date is new, as far as anybody can tell. */
const createdAt = ({ created_at }: Prediction) => Date.parse(created_at ?? "") || Number.POSITIVE_INFINITY;
