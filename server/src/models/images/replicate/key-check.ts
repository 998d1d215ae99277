import { z } from "zod";
import { readBody } from "../../hosted/json-body.ts";
import type { CheckKey } from "../../hosted/key-check.ts";
import type { ImageProviderSettings } from "../contract.ts";
import { freeFailure, isGood, sendFree, strangeAnswer } from "./wire.ts";

const account = z.object({ username: z.string() });

/** Whose token it is: Replicate's list of models is everybody's. */
export function createReplicateKeyCheck(settings: ImageProviderSettings): CheckKey {
  return async (apiKey, signal) => {
    const answer = await sendFree(settings, { apiKey, signal }, { method: "GET", path: "account" });
    if (!isGood(answer)) throw freeFailure(answer, { apiKey, instruction: "" });
    if (readBody(account, answer.body) === null) throw strangeAnswer("account", false);
    return { models: null };
  };
}
