import { createHmac, randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type RunningSimulator,
  type SeenStart,
  type SimulatedPictures,
  simulatedPiece,
} from "./image-simulator.ts";
import { isWireFault, sendFault, sendJson, startLoopback } from "./loopback.ts";
import {
  endingOf,
  limitForm,
  predictionForm,
  replicateError,
  type SimulatedPrediction,
} from "./replicate-forms.ts";
import {
  describeModel,
  describeVersion,
  fluxSchnell,
  idOf,
  type SimulatedModel,
  sdxl,
  woodcut,
} from "./replicate-models.ts";
import { readStart } from "./replicate-request.ts";

export interface ReplicateSettings {
  /** Predictions on a page of the list. */
  readonly perPage: number;
  /** Of which the first is what the conformance suite asks. */
  readonly models: readonly SimulatedModel[];
}

export interface ReplicateSimulator extends RunningSimulator {
  /** All requests, in order of arrival: `GET /v1/predictions`. */
  readonly requests: readonly {
    readonly line: string;
    readonly body: unknown;
    readonly headers: IncomingMessage["headers"];
  }[];
  /** The newest last. */
  readonly predictions: readonly SimulatedPrediction[];
  /** What it signs callbacks with. */
  readonly secret: string;
  /** A callback about a prediction, as it would be sent. @param at seconds since 1970 */
  callback(prediction: SimulatedPrediction, at: number): { headers: Record<string, string>; body: Buffer };
}

/** Replicate's HTTP API, with models that make pictures at once unless they are held. */
export async function startReplicate(settings: Partial<ReplicateSettings> = {}): Promise<ReplicateSimulator> {
  const { perPage = 100, models = [fluxSchnell, sdxl, woodcut] } = settings;
  const key = "r8_Simulated0123456789abcdefghijklmnop";
  const secret = `whsec_${randomBytes(24).toString("base64")}`;
  const starts: (SeenStart | null)[] = [];
  const requests: ReplicateSimulator["requests"][number][] = [];
  const predictions: SimulatedPrediction[] = [];
  /** How those end that are held. */
  const endings = new Map<SimulatedPrediction, SimulatedPictures>();
  const files = new Map<string, { bytes: Buffer; format: string }>();
  const arrivals = new EventEmitter().setMaxListeners(0);
  let isHolding = false;
  let cancelled = 0;
  let disturbance: Parameters<RunningSimulator["disturb"]>[0] = null;
  let next: Parameters<RunningSimulator["answer"]>[0] | null = null;

  const usual = (start: SeenStart): SimulatedPictures => ({
    kind: "pictures",
    pieces: Array.from({ length: start.count }, (_, at) => simulatedPiece(start.prompt, at)),
  });
  const formOf = (prediction: SimulatedPrediction) => predictionForm(prediction, `${server.origin}/v1`);
  const end = (prediction: SimulatedPrediction, how: SimulatedPictures) => {
    endings.delete(prediction);
    if (isWireFault(how) || how.kind === "error" || how.kind === "limited") return;
    const store = (bytes: Buffer, format: string) => {
      const path = `/files/${files.size}.${format}`;
      files.set(path, { bytes, format });
      return `${server.origin}${path}`;
    };
    Object.assign(prediction, endingOf(how, store));
  };

  const server = await startLoopback(async (request, bytes, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://replicate.test");
    const body = jsonOf(bytes);
    const file = files.get(pathname);
    if (file) {
      response.writeHead(200, { "content-type": `image/${file.format}` }).end(file.bytes);
      return;
    }
    requests.push({ line: `${request.method} ${request.url}`, body, headers: request.headers });
    const isStart = request.method === "POST" && pathname.endsWith("/predictions");
    if (!isStart && disturbance !== null) {
      if (isWireFault(disturbance)) sendFault(response, disturbance, {});
      else sendForm(response, replicateError(disturbance.status));
    } else if (request.headers.authorization !== `Bearer ${key}`) {
      if (isStart) noteStart(null);
      sendForm(response, replicateError(401));
    } else if (isStart) await start(request, pathname, body, response);
    else if (request.method === "GET") read(pathname, searchParams, response);
    else cancel(pathname, response);
  });

  const noteStart = (start: SeenStart | null) => {
    starts.push(start);
    arrivals.emit("start");
  };

  const start = async (request: IncomingMessage, path: string, body: unknown, response: ServerResponse) => {
    const asked = readStart(models, path, body, request.headers);
    if ("status" in asked) {
      noteStart(null);
      sendForm(response, asked);
      return;
    }
    const { model, input, webhook } = asked;
    const seen: SeenStart = {
      key,
      model: idOf(model),
      prompt: String(input["prompt"]),
      count: typeof input["num_outputs"] === "number" ? input["num_outputs"] : 1,
      seed: typeof input["seed"] === "number" ? input["seed"] : null,
      callback: webhook,
    };
    noteStart(seen);
    const answer = typeof next === "function" ? await next(seen) : (next ?? usual(seen));
    if (answer.kind === "error") return sendForm(response, replicateError(answer.status, answer.message));
    if (answer.kind === "limited") return sendForm(response, limitForm(answer));
    if (answer.kind === "page" || answer.kind === "redirect") return sendFault(response, answer, {});
    const prediction: SimulatedPrediction = {
      id: `p${randomBytes(12).toString("hex")}`,
      model: idOf(model),
      version: model.official ? "hidden" : model.version,
      ...{ input, webhook, count: seen.count, createdAt: new Date() },
      ...{ status: "starting", progress: 0, changes: {} },
    };
    predictions.push(prediction);
    const form = formOf(prediction);
    const how = isWireFault(answer) ? usual(seen) : answer;
    if (isHolding) endings.set(prediction, how);
    else end(prediction, how);
    if (isWireFault(answer)) sendFault(response, answer, form);
    else sendJson(response, 201, form);
  };

  const read = (path: string, query: URLSearchParams, response: ServerResponse) => {
    if (path === "/v1/webhooks/default/secret") return sendJson(response, 200, { key: secret });
    if (path === "/v1/account") return sendJson(response, 200, { type: "user", username: "simulated" });
    if (path === "/v1/predictions") return sendJson(response, 200, list(query));
    const [, id] = /^\/v1\/predictions\/(\w+)$/.exec(path) ?? [];
    const prediction = predictions.find((each) => each.id === id);
    if (prediction) return sendJson(response, 200, formOf(prediction));
    const [, name, version] = /^\/v1\/models\/([^/]+\/[^/]+)(?:\/versions\/(\w+))?$/.exec(path) ?? [];
    const model = models.find((each) => idOf(each) === name);
    if (model && version === undefined) return sendJson(response, 200, describeModel(model));
    if (model?.version === version && model) return sendJson(response, 200, describeVersion(model));
    sendForm(response, replicateError(404));
  };

  const list = (query: URLSearchParams) => {
    const after = Date.parse(query.get("created_after") ?? "") || 0;
    const from = Number(query.get("cursor") ?? 0);
    const all = predictions.filter(({ createdAt }) => createdAt.getTime() >= after).reverse();
    // Less than what the prediction itself says: who is listed is not told with its logs or its webhook.
    const results = all.slice(from, from + perPage).map((each) => {
      const { logs: _logs, ...listed } = formOf({ ...each, webhook: null });
      return listed;
    });
    const following = new URLSearchParams(query);
    following.set("cursor", String(from + perPage));
    const hasMore = from + perPage < all.length;
    return {
      next: hasMore ? `https://api.replicate.com/v1/predictions?${following}` : null,
      previous: null,
      results,
    };
  };

  const cancel = (path: string, response: ServerResponse) => {
    const [, id] = /^\/v1\/predictions\/(\w+)\/cancel$/.exec(path) ?? [];
    const prediction = predictions.find((each) => each.id === id);
    if (!prediction) return sendForm(response, replicateError(404));
    if (prediction.status === "starting" || prediction.status === "processing") {
      endings.delete(prediction);
      prediction.status = "canceled";
      cancelled += 1;
    }
    sendJson(response, 200, formOf(prediction));
  };

  return {
    url: `${server.origin}/v1`,
    key,
    model: models[0] ? idOf(models[0]) : "",
    starts,
    requests,
    predictions,
    secret,
    get cancelled() {
      return cancelled;
    },
    answer(given) {
      next = given;
    },
    hold() {
      isHolding = true;
    },
    advance(progress) {
      for (const prediction of endings.keys()) Object.assign(prediction, { status: "processing", progress });
    },
    release() {
      isHolding = false;
      for (const [prediction, how] of endings) end(prediction, how);
    },
    disturb(fault) {
      disturbance = fault;
    },
    callback(prediction, at) {
      const id = `msg_${prediction.id}`;
      const body = Buffer.from(JSON.stringify(formOf(prediction)));
      const signed = createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64"))
        .update(Buffer.concat([Buffer.from(`${id}.${at}.`), body]))
        .digest("base64");
      const headers = {
        "webhook-id": id,
        "webhook-timestamp": String(at),
        "webhook-signature": `v1,${signed}`,
      };
      return { headers, body };
    },
    async arrived(count) {
      while (starts.length < count) await once(arrivals, "start");
    },
    idle: server.idle,
    close: server.close,
  };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}

const sendForm = (response: ServerResponse, { status, body }: { status: number; body: object }) =>
  sendJson(response, status, body);
