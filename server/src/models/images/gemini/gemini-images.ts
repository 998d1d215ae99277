import { exchange } from "../../hosted/exchange.ts";
import { geminiFailure } from "../../hosted/gemini-failure.ts";
import { ProviderError } from "../../hosted/provider.ts";
import { usableKey } from "../../hosted/usable-key.ts";
import type { ImageProvider, ImageProviderSettings } from "../contract.ts";
import { readAnswer } from "./answer.ts";
import { prepare, readPrepared } from "./body.ts";
import { describeGemini } from "./describe.ts";
import { readModelTable, shapesOf } from "./model-table.ts";

/** A 4K picture without loss is some 25 MB, and comes as base64. */
const mostBytes = 64 * 2 ** 20;

/**
 * Gemini's `generateContent`, of models that make pictures.
 *
 * The request is written here: the SDK knows nothing of it but where it goes, and would make another one of what was
 * stored before it was sent.
 */
export function createGeminiImages({ baseUrl, deadlineMs }: ImageProviderSettings): ImageProvider {
  const table = readModelTable();
  return {
    name: "gemini",
    models: table.models.map(({ id }) => id),
    describe: (model) => describeGemini(table, model),

    check: (model, request) => prepare(shapesOf(table, checkedName(model)), request),

    async start({ model, prepared, signal, apiKey, onSent }) {
      const body = readPrepared(prepared);
      const name = checkedName(model);
      const key = usableKey(apiKey, "Gemini");
      const answer = await exchange({ signal, deadlineMs, onSent, mostBytes }, (fetch) =>
        fetch(`${baseUrl}/${name.includes("/") ? name : `models/${name}`}:generateContent`, {
          method: "POST",
          headers: { "content-type": "application/json", "x-goog-api-key": key },
          body: JSON.stringify(body),
        }),
      );
      const prompt = body.contents.flatMap(({ parts }) => parts.map(({ text }) => text)).join("\n");
      const secrets = { apiKey: key, instruction: prompt };
      if (answer.status !== 200) throw new ProviderError(geminiFailure(answer, secrets));
      const seed = body.generationConfig.seed ?? null;
      return { as: "finished", status: readAnswer(answer, { table, model, seed, secrets }) };
    },
  };
}

/**
 * The model becomes a part of the address.
 *
 * @throws {ProviderError} `model_unknown`
 */
function checkedName(model: string): string {
  if (/^(?:\w+\/)?[\w.-]+$/.test(model)) return model;
  throw new ProviderError({ kind: "model_unknown", reason: "Gemini has no model of this name." });
}
