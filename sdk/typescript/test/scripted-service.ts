import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import {
  isWireFault,
  sendFault,
  startLoopback,
  type WireFault,
} from "../../../server/test/simulators/loopback.ts";

/** What comes back: JSON unless it is said otherwise, with 200; a fault of the wire; or whatever a function does. */
export type ScriptedAnswer =
  | {
      readonly kind?: undefined;
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
    }
  | WireFault
  | ((response: ServerResponse, request: SeenRequest) => void | Promise<void>);

interface SeenRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ScriptedService {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** When every request was answered, or dropped by who sent it. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const isFault = (answer: Exclude<ScriptedAnswer, (...all: never[]) => unknown>): answer is WireFault =>
  answer.kind !== undefined && isWireFault(answer);

/** Says what a Fovea service never says, one answer after the other, the last one for good. Gone after the test. */
export async function scriptedService(...answers: readonly ScriptedAnswer[]): Promise<ScriptedService> {
  const seen: SeenRequest[] = [];
  const server = await startLoopback(async (request, bytes, response) => {
    const { method = "", url = "", headers } = request;
    const one = { method, url, headers, body: bytes.toString() };
    const answer = answers[Math.min(seen.push(one), answers.length) - 1] ?? {};
    if (typeof answer === "function") return await answer(response, one);
    if (isFault(answer)) return sendFault(response, answer, { data: {} });
    const { status = 200, headers: more = {}, body = {} } = answer;
    const isJson = typeof body !== "string" && !Buffer.isBuffer(body);
    const type = isJson ? "application/json" : "text/plain";
    response.writeHead(status, { "content-type": type, ...more }).end(isJson ? JSON.stringify(body) : body);
  });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= server.close();
    return closing;
  };
  onTestFinished(close);
  return { url: server.origin, seen, idle: server.idle, close };
}
