import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import {
  type ImageSimulator,
  type SeenStart,
  type SimulatedPictures,
  type SpokenPictures,
  simulatedPiece,
} from "./image-simulator.ts";
import { isWireFault, sendFault, startLoopback } from "./loopback.ts";
import { openAiError } from "./openai-forms.ts";
import { errorForm, generationForm } from "./openai-images-forms.ts";
import { type ImagesDialect, readGeneration } from "./openai-images-request.ts";
import type { WireForm } from "./scripted-server.ts";

interface OpenaiImagesSettings {
  readonly dialect: ImagesDialect;
  /** Of which the first is what the conformance suite asks. */
  readonly models: readonly string[];
  /** Empty for a server that asks for none. */
  readonly key: string;
}

export interface OpenaiImagesSimulator extends ImageSimulator {
  /** The bodies and keys of all requests, in order of arrival; a key is null where there was no such header. */
  readonly requests: readonly { readonly body: unknown; readonly authorization: string | null }[];
  /** Has starts end with this from now on. */
  answerWith(form: WireForm): void;
}

/** OpenAI's `images/generations`. */
export const startOpenaiImages = (models = ["gpt-image-2"]): Promise<OpenaiImagesSimulator> =>
  startImages({ dialect: "openai", models, key: "sk-proj-simulated-0123456789abcdef" });

/** The same on a server of one's own, with models that OpenAI has never heard of. */
export const startCompatibleImages = (models = ["flux.1-dev-ggml"]): Promise<OpenaiImagesSimulator> =>
  startImages({ dialect: "compatible", models, key: "" });

async function startImages({ dialect, models, key }: OpenaiImagesSettings): Promise<OpenaiImagesSimulator> {
  const starts: (SeenStart | null)[] = [];
  const requests: OpenaiImagesSimulator["requests"][number][] = [];
  const arrivals = new EventEmitter().setMaxListeners(0);
  let ready: WireForm | null = null;
  let next: Parameters<ImageSimulator["answer"]>[0] | null = null;

  const usual = ({ prompt, count }: SeenStart): SpokenPictures => ({
    kind: "pictures",
    pieces: Array.from({ length: count }, (_, at) => simulatedPiece(prompt, at)),
  });
  const noteStart = (start: SeenStart | null) => {
    starts.push(start);
    arrivals.emit("start");
  };

  const server = await startLoopback(async (request, bytes, response) => {
    const { authorization = null, "content-type": type } = request.headers;
    const body = jsonOf(bytes);
    requests.push({ body, authorization });
    const read =
      request.url === "/v1/images/generations" && request.method === "POST" && type === "application/json"
        ? readGeneration(dialect, body)
        : { problem: "Invalid URL, method or type." };
    const isKnown = key === "" ? authorization === null : authorization === `Bearer ${key}`;
    if (!isKnown || "problem" in read) {
      noteStart(null);
      const problem = "problem" in read ? read.problem : "";
      send(response, isKnown ? errorForm(dialect, 400, problem) : unknownKey);
      return;
    }
    const { model, prompt, count, format } = read;
    const start = { key, model, prompt, count, seed: null, callback: null };
    noteStart(start);
    if (!models.includes(model))
      return send(response, errorForm(dialect, 404, `There is no model “${model}”.`));
    if (ready) return send(response, ready);
    const answer: SimulatedPictures = typeof next === "function" ? await next(start) : (next ?? usual(start));
    const form = (spoken: SpokenPictures) => generationForm(dialect, spoken, { model, format });
    if (isWireFault(answer)) sendFault(response, answer, form(usual(start)).body);
    else send(response, form(answer));
  });

  return {
    url: `${server.origin}/v1`,
    key,
    model: models[0] ?? "",
    starts,
    requests,
    answer(given) {
      ready = null;
      next = given;
    },
    answerWith(form) {
      ready = form;
    },
    async arrived(count) {
      while (starts.length < count) await once(arrivals, "start");
    },
    idle: server.idle,
    close: server.close,
  };
}

const unknownKey = openAiError(401, { message: "Incorrect API key provided.", code: "invalid_api_key" });

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}

function send(response: ServerResponse, { status, headers, body }: WireForm): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
