import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { onTestFinished } from "vitest";
import { isWireFault, sendFault, startLoopback, type WireFault } from "../simulators/loopback.ts";

interface StatusAnswer {
  readonly kind: "status";
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What a receiver does with a webhook. */
export type ReceiverAnswer = StatusAnswer | WireFault;

export const status = (
  code: number,
  headers: Readonly<Record<string, string>> = {},
  body?: string | Buffer,
) => ({ kind: "status", status: code, headers, ...(body === undefined ? {} : { body }) }) as const;

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  /** A path of its own, so that nothing of an earlier test counts whose port it has. */
  readonly url: string;
  readonly received: readonly Received[];
  /** Resolves when so many have come. */
  receivedAtLeast(count: number): Promise<readonly Received[]>;
}

/** Somebody's server for webhooks, until the test ends; `answer` is given how many came before. */
export async function receiverUnderTest(
  answer: (before: number, received: Received) => ReceiverAnswer | Promise<ReceiverAnswer> = () =>
    status(200),
): Promise<Receiver> {
  const path = `/${randomUUID()}`;
  const received: Received[] = [];
  const came = new EventEmitter();
  const server = await startLoopback(async (request, bytes, response) => {
    const { method = "", url = "", headers } = request;
    if (!url.startsWith(path)) {
      response.writeHead(404).end();
      return;
    }
    const one = { method, path: url, headers, body: bytes.toString() };
    received.push(one);
    came.emit("came");
    const answered = await answer(received.length - 1, one);
    if (isWireFault(answered)) sendFault(response, answered, { ok: true });
    else response.writeHead(answered.status, answered.headers).end(answered.body);
  });
  onTestFinished(() => server.close());
  return {
    url: server.origin + path,
    received,
    async receivedAtLeast(count) {
      while (received.length < count) await once(came, "came");
      return received;
    },
  };
}
