import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import { errorForm, type GeminiForm, geminiForm, geminiRefusals, invalidKeyForm } from "./gemini-forms.ts";
import { isImageModel, readImageRequest } from "./gemini-images-request.ts";
import {
  type ImageSimulator,
  type Piece,
  type SeenStart,
  type SimulatedPictures,
  type SpokenPictures,
  simulatedPiece,
} from "./image-simulator.ts";
import { isWireFault, sendFault, sendJson, startLoopback } from "./loopback.ts";
import type { LimitForm } from "./vision-simulator.ts";

export const geminiImageRefusals: readonly string[] = [
  ...geminiRefusals,
  "IMAGE_PROHIBITED_CONTENT",
  "IMAGE_RECITATION",
];

export const geminiImageLimits: readonly LimitForm[] = [
  { scope: "minute", retryAfterMs: 7_500 },
  { scope: "day", retryAfterMs: 34_400 },
  { scope: "unknown", retryAfterMs: null },
];

interface GeminiImagesSimulator extends ImageSimulator {
  /** What each well-formed request said of the picture's shape. */
  readonly shapes: readonly { readonly aspectRatio: string | null; readonly imageSize: string | null }[];
  /** A status and a body for every well-formed request from now on. */
  answerWith(form: GeminiForm): void;
}

/** Gemini's `generateContent` over HTTP, of models that make pictures. */
export async function startGeminiImages(): Promise<GeminiImagesSimulator> {
  const key = "AIzaSimulatedKey-0123456789abcdefghijkl";
  const starts: (SeenStart | null)[] = [];
  const shapes: GeminiImagesSimulator["shapes"][number][] = [];
  const arrivals = new EventEmitter().setMaxListeners(0);
  let ready: GeminiForm | null = null;
  let next: Parameters<ImageSimulator["answer"]>[0] = ({ prompt }) => ({
    kind: "pictures",
    pieces: [simulatedPiece(prompt, 0)],
  });

  const noteStart = (start: SeenStart | null) => {
    starts.push(start);
    arrivals.emit("start");
  };

  const server = await startLoopback(async (request, body, response) => {
    const [, model = ""] = /^\/v1beta\/models\/([\w.-]+):generateContent$/.exec(request.url ?? "") ?? [];
    const read = readImageRequest(body, model);
    const isJson = request.headers["content-type"] === "application/json";
    const isAllowed = request.headers["x-goog-api-key"] === key;
    if (request.method !== "POST" || model === "" || "problem" in read || !isAllowed || !isJson) {
      noteStart(null);
      if (!isAllowed) send(response, invalidKeyForm());
      else send(response, errorForm(400, "problem" in read ? read.problem : undefined));
      return;
    }
    const { prompt, seed, aspectRatio, imageSize } = read;
    const start: SeenStart = { key, model, prompt, count: 1, seed, callback: null };
    shapes.push({ aspectRatio, imageSize });
    noteStart(start);
    if (!isImageModel(model)) send(response, errorForm(404));
    else if (ready) send(response, ready);
    else await answer(response, start);
  });

  const answer = async (response: ServerResponse, start: SeenStart) => {
    const given: SimulatedPictures = typeof next === "function" ? await next(start) : next;
    const whole = { kind: "pictures", pieces: [simulatedPiece(start.prompt, 0)] } as const;
    if (isWireFault(given)) sendFault(response, given, formOf(whole, start.model).body);
    else send(response, formOf(given, start.model));
  };

  return {
    url: `${server.origin}/v1beta`,
    key,
    model: "gemini-nano-banana-2.1",
    starts,
    shapes,
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

/** Of a picture at 1K. */
const pictureTokens = 1_120;
const promptTokens = 20;
const thoughtTokens = 300;

function formOf(answer: SpokenPictures, model: string): GeminiForm {
  if (answer.kind === "nothing") return geminiForm({ kind: "empty" }, model, "response");
  if (answer.kind !== "pictures") return geminiForm(answer, model, "response");
  const isBlocked = answer.pieces.includes("withheld");
  const parts = [{ text: "I sketch it first.", thought: true }, ...answer.pieces.flatMap(partsOf)];
  return imageForm(
    { content: { role: "model", parts }, finishReason: isBlocked ? "IMAGE_SAFETY" : "STOP" },
    answer.model ?? model,
    answer.usage === undefined ? { inputTokens: promptTokens, outputTokens: pictureTokens } : answer.usage,
  );
}

/** An answer of a model that makes pictures. */
export const imageForm = (
  candidate: object,
  modelVersion: string,
  usage: { readonly inputTokens: number; readonly outputTokens: number } | null,
): GeminiForm => ({
  status: 200,
  body: {
    candidates: [{ index: 0, ...candidate }],
    ...(usage && {
      usageMetadata: {
        promptTokenCount: usage.inputTokens,
        candidatesTokenCount: usage.outputTokens,
        thoughtsTokenCount: thoughtTokens,
        totalTokenCount: usage.inputTokens + usage.outputTokens + thoughtTokens,
        promptTokensDetails: [{ modality: "TEXT", tokenCount: usage.inputTokens }],
        candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: usage.outputTokens }],
      },
    }),
    modelVersion,
    responseId: "response",
  },
});

function partsOf(piece: Piece): object[] {
  if (piece === "withheld") return [];
  if (piece === "unreadable") return [{ inlineData: { mimeType: "image/png", data: "a lighthouse" } }];
  const data = piece.bytes.toString("base64");
  return [{ inlineData: { mimeType: `image/${piece.format}`, data }, thoughtSignature: "b3BhcXVl" }];
}

const send = (response: ServerResponse, { status, body }: GeminiForm) => sendJson(response, status, body);
