import { exchange } from "../../hosted/exchange.ts";
import { ProviderError } from "../../hosted/provider.ts";
import { usableKey } from "../../hosted/usable-key.ts";
import type { ImageProvider, ImageProviderSettings } from "../contract.ts";
import { describeOpenai } from "./describe.ts";
import { imageFailure } from "./failure.ts";
import { readModelTable } from "./model-table.ts";
import { readPictures } from "./pictures.ts";
import { mostAnswerBytes, prepare, readPrepared } from "./prepare.ts";

/**
 * OpenAI's Images API, and that of servers which call themselves compatible.
 *
 * Without its streamed previews, which would be the only progress there is: each is billed as a hundred tokens more, and
 * an answer that breaks off between two of them is no picture less paid for.
 */
export function createOpenaiImages({ baseUrl, deadlineMs }: ImageProviderSettings): ImageProvider {
  const { names, known } = readModelTable();
  return {
    name: "openai",
    models: names,
    describe: (model) => describeOpenai(known(model)),

    check: (model, request) => prepare(model, known(model), request),

    async start({ prepared, apiKey, signal, onSent }) {
      const { request, own, price } = readPrepared(prepared);
      const key = own || apiKey !== null ? usableKey(apiKey, own ? "OpenAI" : "The server") : null;
      const answer = await exchange({ signal, deadlineMs, onSent, mostBytes: mostAnswerBytes }, (fetch) =>
        fetch(`${baseUrl}/images/generations`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            ...(key !== null && { authorization: `Bearer ${key}` }),
          },
          body: JSON.stringify(request),
        }),
      );
      if (answer.status < 200 || answer.status >= 300)
        throw new ProviderError(imageFailure(answer, own, { apiKey, instruction: request.prompt }));
      return { as: "finished", status: readPictures(answer, { model: request.model, price }) };
    },
  };
}
