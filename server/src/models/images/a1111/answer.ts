import { z } from "zod";
import type { HttpAnswer } from "../../hosted/exchange.ts";
import { readBody } from "../../hosted/json-body.ts";
import { ProviderError } from "../../hosted/provider.ts";
import { decodeBase64 } from "../base64.ts";
import type { Output, Succeeded } from "../contract.ts";
import { strangeAnswer } from "./wire.ts";

/** A picture that is none, among those that are, takes none of them with it. */
const answerSchema = z.object({
  images: z.array(z.string().catch("")).nullable(),
  info: z.string().catch(""),
});

/** `info` is JSON within the JSON. What of it is missing or strange is left out. */
const infoSchema = z.object({
  seed: z.int().nonnegative().nullable().catch(null),
  all_seeds: z.array(z.int().nonnegative().nullable().catch(null)).catch([]),
  /** After a grid of all of them, where the server is set to send one. */
  index_of_first_image: z.int().nonnegative().catch(0),
  sd_model_name: z
    .string()
    .regex(/^\P{C}{1,200}$/u)
    .nullable()
    .catch(null),
});

interface Asked {
  readonly model: string;
  readonly seed: number | null;
}

/** @throws {ProviderError} for a 200 without a picture in it */
export function readAnswer({ body }: HttpAnswer, { model, seed }: Asked): Succeeded {
  const answer = readBody(answerSchema, body);
  if (answer === null) throw strangeAnswer("pictures", true);
  const info = readBody(infoSchema, answer.info);
  const outputs: Output[] = [];
  let unreadable = 0;
  for (const [at, image] of (answer.images ?? []).slice(info?.index_of_first_image ?? 0).entries()) {
    const bytes = decodeBase64(bareBase64(image));
    if (bytes) outputs.push({ bytes, format: null, seed: info?.all_seeds[at] ?? info?.seed ?? seed });
    else unreadable += 1;
  }
  if (outputs.length === 0) {
    const reason = "The server's answer holds no picture.";
    throw new ProviderError({ kind: "invalid_output", reason, usage: null });
  }
  return {
    as: "succeeded",
    outputs,
    dropped: 0,
    unreadable,
    // A1111 and Forge work with what is loaded where they know no checkpoint of the name that they are asked for.
    model: info?.sd_model_name ?? model,
    seconds: null,
    usage: null,
    costMicros: 0,
  };
}

/** Some servers send data URLs. */
const bareBase64 = (image: string) =>
  image.slice(/^data:[\w/.+-]{1,60};base64,/.exec(image.slice(0, 100))?.[0].length ?? 0);
