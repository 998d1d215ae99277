import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { isWireFault, sendFault, startLoopback } from "./loopback.ts";
import type { Json, SeenCall, SpokenAnswer, VisionSimulator } from "./vision-simulator.ts";

/** An answer over HTTP in a provider's own form; a `text` in place of a `body` is sent as it is. */
export interface WireForm {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
}

/** A question that was found well formed, or what is wrong with it. */
export type ReadQuestion = { readonly call: Omit<SeenCall, "key"> } | { readonly problem: string };

/** How one provider's API looks from outside. */
export interface WireProtocol extends Pick<VisionSimulator, "mediaTypes" | "refusals" | "limits"> {
  /** Of the only request there is; begins with the API's version. */
  readonly path: string;
  /** Empty where the request brings none. */
  keyOf(headers: IncomingHttpHeaders): string;
  /** @param body JSON, of any shape */
  read(body: Json, headers: IncomingHttpHeaders): ReadQuestion;
  formOf(answer: SpokenAnswer, model: string, id: string): WireForm;
  unknownKey(key: string): WireForm;
  unknownModel(model: string): WireForm;
  malformed(problem: string): WireForm;
}

export interface ScriptedSettings {
  /** Empty for a server that asks for none. */
  readonly keys: readonly string[];
  readonly models: readonly string[];
}

export interface ScriptedServer extends VisionSimulator {
  /** The bodies and headers of all questions, in order of arrival. */
  readonly requests: readonly { readonly body: Json; readonly headers: IncomingHttpHeaders }[];
  /** Has calls end with this from now on. */
  answerWith(form: WireForm): void;
}

/**
 * A provider's API over HTTP: questions are read as strictly as the protocol says, and answered as the test says, by
 * default with a JSON that names the picture. Its list of models is for everybody with a key.
 */
export async function startScripted(
  protocol: WireProtocol,
  { keys, models }: ScriptedSettings,
): Promise<ScriptedServer> {
  const calls: (SeenCall | null)[] = [];
  const requests: ScriptedServer["requests"][number][] = [];
  const waiting = new Set<{ count: number; resolve: () => void }>();
  let ready: WireForm | null = null;
  let next: Parameters<VisionSimulator["answer"]>[0] = (call) => ({
    kind: "output",
    output: { image: call.image.sha256 },
  });

  const noteArrival = (call: SeenCall | null) => {
    calls.push(call);
    for (const waiter of waiting) if (calls.length >= waiter.count) waiter.resolve();
  };

  const base = protocol.path.split("/").slice(0, 2).join("/");
  const server = await startLoopback(async (request, bytes, response) => {
    if (request.method === "GET" && request.url?.split("?")[0] === `${base}/models`) {
      const key = protocol.keyOf(request.headers);
      if (ready) send(response, ready);
      else if (keys.length > 0 && !keys.includes(key)) send(response, protocol.unknownKey(key));
      else send(response, { status: 200, body: { data: models.map((id) => ({ id })), has_more: false } });
      return;
    }
    if (request.method !== "POST" || request.url !== protocol.path) {
      noteArrival(null);
      sendFault(response, { kind: "page", status: 404 }, null);
      return;
    }
    const body = jsonOf(bytes);
    const key = protocol.keyOf(request.headers);
    const read: ReadQuestion =
      body === null ? { problem: "Invalid JSON." } : protocol.read(body, request.headers);
    requests.push({ body, headers: request.headers });
    noteArrival("call" in read ? { key, ...read.call } : null);
    if (keys.length > 0 && !keys.includes(key)) send(response, protocol.unknownKey(key));
    else if ("problem" in read) send(response, protocol.malformed(read.problem));
    else if (!models.includes(read.call.model)) send(response, protocol.unknownModel(read.call.model));
    else await answerCall(response, { key, ...read.call });
  });

  const answerCall = async (response: ServerResponse, call: SeenCall) => {
    if (ready) return send(response, ready);
    const answer = typeof next === "function" ? await next(call) : next;
    const model = answer.kind === "output" && answer.model !== undefined ? answer.model : call.model;
    const id = `response-${calls.length}`;
    if (!isWireFault(answer)) return send(response, protocol.formOf(answer, model, id));
    const whole: SpokenAnswer = { kind: "output", output: { image: call.image.sha256 } };
    sendFault(response, answer, protocol.formOf(whole, model, id).body);
  };

  return {
    url: `${server.origin}${base}`,
    key: keys[0] ?? "",
    model: models[0] ?? "",
    mediaTypes: protocol.mediaTypes,
    refusals: protocol.refusals,
    limits: protocol.limits,
    calls,
    requests,
    answer(given) {
      ready = null;
      next = given;
    },
    answerWith(form) {
      ready = form;
    },
    arrived(count) {
      if (calls.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.add({ count, resolve }));
    },
    idle: server.idle,
    close: server.close,
  };
}

function jsonOf(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}

function send(response: ServerResponse, { status, headers, body, text }: WireForm): void {
  const type = text === undefined ? "application/json" : "text/plain; charset=utf-8";
  response.writeHead(status, { "content-type": type, ...headers }).end(text ?? JSON.stringify(body));
}
