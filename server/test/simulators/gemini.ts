import type { ServerResponse } from "node:http";
import { type BookEntry, createBooks } from "./books.ts";
import { type BatchSettings, createBatchApi, type SimulatedBatches } from "./gemini-batches.ts";
import {
  continuationForm,
  errorForm,
  type GeminiForm,
  geminiForm,
  geminiRefusals,
  invalidKeyForm,
  usualUsage,
  violationForm,
} from "./gemini-forms.ts";
import { geminiMediaTypes, readGeminiRequest } from "./gemini-request.ts";
import { isWireFault, sendFault, sendJson, startLoopback } from "./loopback.ts";
import { createQuota, type QuotaLimits } from "./quota.ts";
import type { Json, SeenCall, SimulatedAnswer, SpokenAnswer, VisionSimulator } from "./vision-simulator.ts";

export interface GeminiSettings {
  /** Which project each key belongs to: limits are the project's, for each model apart. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly models?: readonly string[];
  /** Of every project; null and absent for none. */
  readonly limits?: QuotaLimits | null;
  /** How long an answer takes, in milliseconds of the simulator's clock; absent for none at all. */
  readonly latency?: { readonly fromMs: number; readonly toMs: number; readonly seed: number };
  /** How many times faster than real time the simulator's clock goes: 60 makes a minute's window of a second. */
  readonly timeScale?: number;
  /** Real milliseconds that never go back; to be passed by tests that move the time. */
  readonly now?: () => number;
  readonly batch?: BatchSettings;
}

export interface GeminiSimulator extends VisionSimulator {
  readonly books: Pick<ReturnType<typeof createBooks>, "entries" | "violations" | "billed">;
  /** What each well-formed request said of thinking. */
  readonly thinking: readonly Json[];
  /** The Batch API: the same keys, answers and books. Its jobs take nothing of the limits. */
  readonly batches: SimulatedBatches;
  revoke(key: string): void;
  /** Answers 503 to a key for so many milliseconds of the simulator's clock. */
  failFor(key: string, milliseconds: number): void;
  /** What is cut off may be continued by a request with a token, as Gemini 4 does it. */
  offerContinuation(): void;
  /** Has another model answer under a retired name. */
  reroute(model: string, to: string): void;
  /** Midnight in California. */
  startDay(): void;
}

/** As long as Google's. */
const defaultKey = "AIzaSimulatedKey-0123456789abcdefghijkl";
const defaultModels = [
  "gemini-3.8-flash",
  "gemini-3.5-flash-lite",
  "gemini-3.1-pro-preview",
  "gemini-2.5-flash-lite",
];

/**
 * Gemini's `generateContent` over HTTP: requests are read as strictly as Google reads them, and answered as the test
 * says, by default with a JSON that names the picture. With `limits` it holds every project to them and keeps books.
 */
export async function startGemini(settings: GeminiSettings = {}): Promise<GeminiSimulator> {
  const {
    keys = { [defaultKey]: "project" },
    models = defaultModels,
    limits = null,
    timeScale = 1,
  } = settings;
  const realNow = settings.now ?? (() => performance.now());
  const now = () => realNow() * timeScale;
  const random = seededRandom(settings.latency?.seed ?? 0);
  const books = createBooks();
  const quotas = new Map<string, ReturnType<typeof createQuota>>();
  const revoked = new Set<string>();
  const failing = new Map<string, number>();
  const rerouted = new Map<string, string>();
  const calls: (SeenCall | null)[] = [];
  const thinking: Json[] = [];
  const waiting = new Set<{ count: number; resolve: () => void }>();
  let continues = false;
  let next: Parameters<VisionSimulator["answer"]>[0] = (call) => ({
    kind: "output",
    output: { image: call.image.sha256 },
  });

  const quotaOf = (project: string, model: string) => {
    const name = `${project}/${model}`;
    const quota = quotas.get(name) ?? createQuota(limits ?? unlimited);
    quotas.set(name, quota);
    return quota;
  };
  const modelList = { status: 200, body: { models: models.map((name) => ({ name: `models/${name}` })) } };
  const noteArrival = (call: SeenCall | null) => {
    calls.push(call);
    for (const waiter of waiting) if (calls.length >= waiter.count) waiter.resolve();
  };

  /** What is refused before any model is asked; null for what is admitted. */
  const refuse = (key: string, project: string | null, model: string | null): GeminiForm | null => {
    if (key === "") {
      return errorForm(
        403,
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
      );
    }
    if (project === null || revoked.has(key)) return invalidKeyForm();
    if (model !== null && !models.includes(model)) {
      return errorForm(
        404,
        `models/${model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
      );
    }
    return now() < (failing.get(key) ?? 0) ? errorForm(503) : null;
  };

  const server = await startLoopback(async (request, body, response) => {
    if (batchApi.handle(request, body, response)) return;
    if (request.method === "GET" && /^\/v1beta\/models(?:\?|$)/.test(request.url ?? "")) {
      const key = String(request.headers["x-goog-api-key"] ?? "");
      const { status, body: told } = refuse(key, keys[key] ?? null, null) ?? modelList;
      sendJson(response, status, told);
      return;
    }
    const [, model = ""] = /^\/v1beta\/models\/([\w.-]+):generateContent$/.exec(request.url ?? "") ?? [];
    if (request.method !== "POST" || model === "") {
      noteArrival(null);
      sendFault(response, { kind: "page", status: 404 }, null);
      return;
    }
    const key = String(request.headers["x-goog-api-key"] ?? "");
    const project = keys[key] ?? null;
    const read = readGeminiRequest(body, model);
    const call = "call" in read ? { key, model, ...read.call } : null;
    const refusal = refuse(key, project, model);
    const admitted = refusal === null && call !== null && project !== null;
    const violation = admitted ? quotaOf(project, model).take(now(), usualUsage.inputTokens) : null;
    const entry = books.open({
      at: now(),
      key,
      project,
      model,
      image: call?.image.sha256 ?? null,
      violation: violation?.limit ?? null,
    });
    if ("thinking" in read) thinking.push(read.thinking);
    noteArrival(call);

    if (refusal) send(response, entry, refusal);
    else if (call === null) send(response, entry, errorForm(400, "problem" in read ? read.problem : ""));
    else if (violation) {
      send(response, entry, violationForm(violation, (limits ?? unlimited)[violation.limit] ?? 0, model));
    } else await answerCall(response, entry, call);
  });

  const modelOf = (answer: SimulatedAnswer, call: SeenCall) =>
    (answer.kind === "output" ? answer.model : undefined) ?? rerouted.get(call.model) ?? call.model;

  const answerCall = async (response: ServerResponse, entry: BookEntry, call: SeenCall) => {
    const answer = typeof next === "function" ? await next(call) : next;
    await latency(settings.latency, random, timeScale);
    const model = modelOf(answer, call);
    const responseId = `response-${calls.length}`;
    const whole: SpokenAnswer = { kind: "output", output: { image: call.image.sha256 } };
    if (isWireFault(answer)) sendFault(response, answer, geminiForm(whole, model, responseId).body);
    else if (answer.kind === "truncated" && continues) {
      send(response, entry, continuationForm(answer, model, responseId));
    } else send(response, entry, geminiForm(answer, model, responseId));
  };

  let inBatches = 0;
  const batchApi = createBatchApi(
    {
      ...{ books, now, refuse },
      projectOf: (key) => keys[key] ?? null,
      async answer(call) {
        const answer = typeof next === "function" ? await next(call) : next;
        inBatches += 1;
        return isWireFault(answer)
          ? null
          : geminiForm(answer, modelOf(answer, call), `batched-response-${inBatches}`);
      },
    },
    settings.batch,
  );

  return {
    url: `${server.origin}/v1beta`,
    key: Object.keys(keys)[0] ?? defaultKey,
    model: models[0] ?? "",
    mediaTypes: geminiMediaTypes,
    refusals: geminiRefusals,
    limits: [
      { scope: "minute", retryAfterMs: 7_500 },
      { scope: "minute", retryAfterMs: null },
      { scope: "day", retryAfterMs: 34_400 },
      { scope: "unknown", retryAfterMs: null },
    ],
    calls,
    books,
    thinking,
    batches: batchApi.batches,
    answer(given) {
      next = given;
    },
    arrived(count) {
      if (calls.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.add({ count, resolve }));
    },
    revoke: (key) => void revoked.add(key),
    failFor: (key, milliseconds) => void failing.set(key, now() + milliseconds),
    offerContinuation() {
      continues = true;
    },
    reroute: (model, to) => void rerouted.set(model, to),
    startDay() {
      for (const quota of quotas.values()) quota.startDay();
    },
    idle: server.idle,
    close: server.close,
  };
}

const unlimited: QuotaLimits = { requestsPerMinute: null, requestsPerDay: null, inputTokensPerMinute: null };

/** Writes the answer into the books with what it costs: a provider bills what it has done, taken or not. */
function send(response: ServerResponse, entry: BookEntry, { status, body }: GeminiForm): void {
  entry.status = status;
  const { usageMetadata } = body as { usageMetadata?: { promptTokenCount: number; totalTokenCount: number } };
  entry.inputTokens = usageMetadata?.promptTokenCount ?? 0;
  entry.outputTokens = (usageMetadata?.totalTokenCount ?? 0) - entry.inputTokens;
  response.on("finish", () => {
    entry.delivered = true;
  });
  sendJson(response, status, body);
}

async function latency(
  given: GeminiSettings["latency"],
  random: () => number,
  timeScale: number,
): Promise<void> {
  if (!given) return;
  const milliseconds = given.fromMs + random() * (given.toMs - given.fromMs);
  await new Promise((resolve) => setTimeout(resolve, milliseconds / timeScale));
}

/** Mulberry32: numbers from 0 to 1, the same ones for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
