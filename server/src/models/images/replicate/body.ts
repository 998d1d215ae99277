import { createHash } from "node:crypto";
import { z } from "zod";
import { ProviderError } from "../../hosted/provider.ts";
import type { Checked, ImageRequest, Json, JsonObject, Prepared, StartCall } from "../contract.ts";
import { fitRequest } from "./fit-request.ts";
import type { ModelRules } from "./model-rules.ts";

const bodySchema = z.object({
  version: z.string().nullable(),
  input: z.record(z.string(), z.json()),
  seed: z.object({ name: z.string(), most: z.number().nonnegative() }).nullable(),
  micros_per_image: z.number().nonnegative().nullable(),
});

/** What is prepared for a start, besides how many pictures it asks for. */
type PreparedBody = z.infer<typeof bodySchema>;
type SeedPlace = NonNullable<PreparedBody["seed"]>;

/** @throws {ZodError} for what was not prepared here */
export const readPrepared = ({ body }: Prepared): PreparedBody => bodySchema.parse(body);

/** @throws {ProviderError} `rejected` where the model needs what the request does not have */
export function prepare(rules: ModelRules, request: ImageRequest): Checked {
  const { warnings, input, count, seed } = fitRequest(rules, request);
  const most = count?.most ?? 1;
  const starts: Prepared[] = [];
  for (let left = request.count; left > 0; left -= most) {
    const asked = Math.min(left, most);
    const own = seed === null ? {} : nextSeed(input, seed, starts.length);
    const body: JsonObject = {
      version: rules.version,
      input: { ...input, ...own, ...(count && { [count.name]: asked }) },
      seed,
      micros_per_image: rules.microsPerImage,
    };
    starts.push({ count: asked, body });
  }
  if (starts.length === 0) throw new ProviderError({ kind: "rejected", reason: "No picture was asked for." });
  return { warnings, starts };
}

function nextSeed(input: JsonObject, { name, most }: SeedPlace, at: number): JsonObject {
  const first = input[name];
  return typeof first === "number" ? { [name]: (first + at) % (most + 1) } : {};
}

/**
 * The input as it is sent. Where nobody chose a seed it is derived from the start's name: so the seed is known that made a
 * picture, and two starts of the same words can be told apart when Replicate lists what it was asked.
 */
export function inputOf(body: PreparedBody, { startId }: Pick<StartCall, "startId">): Record<string, Json> {
  const { input, seed } = body;
  if (seed === null || typeof input[seed.name] === "number") return input;
  const chosen = createHash("sha256").update(startId).digest().readUInt32BE(0) % (seed.most + 1);
  return { ...input, [seed.name]: chosen };
}
