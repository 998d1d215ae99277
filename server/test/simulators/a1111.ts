import { EventEmitter, once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type A1111Form,
  type A1111Kind,
  a1111Error,
  picturesForm,
  samplersOf,
  spokenForm,
} from "./a1111-forms.ts";
import { readA1111Request } from "./a1111-request.ts";
import { type ImageSimulator, type SeenStart, simulatedPiece } from "./image-simulator.ts";
import { isWireFault, sendFault, sendJson, startLoopback, type WireFault } from "./loopback.ts";

export interface A1111Settings {
  readonly kind: A1111Kind;
  /** `name:password`; null where the server asks for none. */
  readonly key?: string | null;
}

interface A1111Simulator extends ImageSimulator {
  /** All requests, in order of arrival: `POST /sdapi/v1/txt2img`. */
  readonly requests: readonly { readonly line: string; readonly body: unknown }[];
  /** How often it was told to stop what it makes. */
  readonly interrupted: number;
  /** Of what it makes; 0 where it makes nothing. */
  progress: number;
  /** How every request is answered from now on. */
  answerWith(answer: { readonly form: A1111Form } | { readonly fault: WireFault }): void;
}

/** The checkpoint that the server has loaded when nobody asks for another one. */
export const loadedCheckpoint = "sd_xl_base_1.0";

/** `/sdapi/v1` as Forge, SD.Next or stable-diffusion.cpp's server have it. */
export async function startA1111({ kind, key = null }: A1111Settings): Promise<A1111Simulator> {
  const starts: (SeenStart | null)[] = [];
  const requests: A1111Simulator["requests"][number][] = [];
  const arrivals = new EventEmitter().setMaxListeners(0);
  const state = { progress: 0, interrupted: 0 };
  let ready: Parameters<A1111Simulator["answerWith"]>[0] | null = null;
  let next: Parameters<ImageSimulator["answer"]>[0] = ({ prompt }) => ({
    kind: "pictures",
    pieces: [simulatedPiece(prompt, 0)],
  });

  const noteStart = (start: SeenStart | null) => {
    starts.push(start);
    arrivals.emit("start");
  };

  const server = await startLoopback(async (request, bytes, response) => {
    const body = jsonOf(bytes);
    const line = `${request.method} ${request.url}`;
    requests.push({ line, body });
    const isStart = line === "POST /sdapi/v1/txt2img";
    const refused = isAllowed(request) ? null : a1111Error(kind, 401);
    if (ready && "fault" in ready) sendFault(response, ready.fault, {});
    else if (ready) send(response, ready.form);
    else if (isStart) await start(request, body, refused, response);
    else send(response, refused ?? free(line));
  });

  const isAllowed = ({ headers }: IncomingMessage) =>
    key === null || headers.authorization === `Basic ${Buffer.from(key).toString("base64")}`;

  const free = (line: string): A1111Form => {
    const samplers = samplersOf[kind].map((name) => ({ name, aliases: [], options: {} }));
    if (line === "GET /sdapi/v1/samplers") return { status: 200, body: samplers };
    if (kind === "sdcpp") return { status: 404, body: "" };
    if (line === "GET /sdapi/v1/progress?skip_current_image=true") {
      const { progress } = state;
      return { status: 200, body: { progress, eta_relative: 0, state: {}, current_image: null } };
    }
    if (line !== "POST /sdapi/v1/interrupt") return a1111Error(kind, 404);
    state.interrupted += 1;
    return kind === "sdnext" ? { status: 204, body: null } : { status: 200, body: {} };
  };

  const start = async (
    request: IncomingMessage,
    body: unknown,
    refused: A1111Form | null,
    response: ServerResponse,
  ) => {
    const read = readA1111Request(kind, body);
    if (refused || "refused" in read || request.headers["content-type"] !== "application/json") {
      noteStart(null);
      send(response, refused ?? ("refused" in read ? read.refused : a1111Error(kind, 422)));
      return;
    }
    const { prompt, seed = null, override_settings } = read;
    const model = override_settings?.sd_model_checkpoint ?? "default";
    const seen: SeenStart = { key: key ?? "", model, prompt, count: 1, seed, callback: null };
    noteStart(seen);
    const answer = typeof next === "function" ? await next(seen) : next;
    const made = { kind, prompt, seed: seed ?? 4_000_000_000, model: checkpointFor(model) };
    const whole = picturesForm({ ...made, pieces: [simulatedPiece(prompt, 0)] });
    if (isWireFault(answer)) sendFault(response, answer, whole.body);
    else if (answer.kind === "pictures")
      send(response, picturesForm({ ...made, pieces: answer.pieces, model: answer.model ?? made.model }));
    else send(response, spokenForm(kind, answer));
  };

  /** One that it does not know changes nothing. */
  const checkpointFor = (model: string) =>
    kind === "sdcpp" || !model.startsWith("known/") ? loadedCheckpoint : model;

  return {
    url: `${server.origin}/sdapi/v1`,
    key: key ?? "",
    model: kind === "sdcpp" ? "default" : "known/dreamshaper 8.safetensors [879db523c3]",
    starts,
    requests,
    get interrupted() {
      return state.interrupted;
    },
    get progress() {
      return state.progress;
    },
    set progress(share) {
      state.progress = share;
    },
    answer(given) {
      next = given;
    },
    answerWith(answer) {
      ready = answer;
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

function send(response: ServerResponse, { status, body }: A1111Form): void {
  // stable-diffusion.cpp says nothing of a page that it does not have.
  if (status === 204 || body === "") response.writeHead(status).end();
  else sendJson(response, status, body);
}
