import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { readBody } from "../../hosted/json-body.ts";
import type { Callbacks, Delivery, ImageProviderSettings } from "../contract.ts";
import { freeFailure, isGood, sendFree, strangeAnswer } from "./wire.ts";

/** Standard Webhooks: an old delivery is a repeated one. */
const toleranceMs = 5 * 60_000;
/** One for each secret that is valid at a time; each costs an HMAC's comparison. */
const mostSignatures = 10;

const secretSchema = z.object({ key: z.string().regex(/^whsec_[A-Za-z0-9+/=]+$/) });

/** Replicate signs as Standard Webhooks says, with one secret for each account. */
export function createCallbacks(settings: ImageProviderSettings): Callbacks {
  return {
    async secret(call) {
      const answer = await sendFree(settings, call, { method: "GET", path: "webhooks/default/secret" });
      if (!isGood(answer)) throw freeFailure(answer, { apiKey: call.apiKey, instruction: "" });
      const read = readBody(secretSchema, answer.body);
      if (read === null) throw strangeAnswer("secret for webhooks", false);
      return read.key;
    },
    verify,
  };
}

function verify({ headers, body, secret, now }: Delivery): boolean {
  const id = headers["webhook-id"];
  const timestamp = headers["webhook-timestamp"];
  const signatures = headers["webhook-signature"];
  if (typeof id !== "string" || typeof timestamp !== "string" || typeof signatures !== "string") return false;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(Number(timestamp) * 1_000 - now) > toleranceMs) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  // With an empty key anybody can sign.
  if (key.length === 0) return false;
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures
    .split(" ")
    .slice(0, mostSignatures)
    .some((each) => {
      const [version, signature = ""] = each.split(",", 2);
      const given = Buffer.from(signature, "base64");
      return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
    });
}
