import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";

/** What an origin does with one request. */
type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

/** A web server on loopback that has pictures, and troubles, as its test says. What is not there is a 404. */
export interface Origin {
  /** Says what a path does from now on, and returns its address. */
  serve(path: string, behaviour: Behaviour): string;
  /** Address of a path. */
  at(path: string): string;
  /** Headers of the requests for a path, in their order. */
  requests(path: string): readonly IncomingHttpHeaders[];
  close(): Promise<void>;
}

export async function startOrigin(): Promise<Origin> {
  const behaviours = new Map<string, Behaviour>();
  const seen = new Map<string, IncomingHttpHeaders[]>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    seen.set(path, [...(seen.get(path) ?? []), request.headers]);
    const behaviour = behaviours.get(path) ?? status(404);
    behaviour(response, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const at = (path: string) => `http://127.0.0.1:${port}${path}`;
  return {
    serve(path, behaviour) {
      behaviours.set(path, behaviour);
      return at(path);
    },
    at,
    requests: (path) => seen.get(path) ?? [],
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (response) =>
    void response.writeHead(code, headers).end();

export const bytes =
  (content: Buffer, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (response) =>
    void response.writeHead(200, { "content-type": "image/png", ...headers }).end(content);

/** One after the other; the last one for good. */
export function inTurn(...behaviours: readonly Behaviour[]): Behaviour {
  let next = 0;
  return (response, request) => {
    const behaviour = behaviours[Math.min(next, behaviours.length - 1)];
    next += 1;
    behaviour?.(response, request);
  };
}

/** Answers 304 to who has it already. */
export const withEtag =
  (content: Buffer, etag: string): Behaviour =>
  (response, request) => {
    const behaviour =
      request.headers["if-none-match"] === etag ? status(304, { etag }) : bytes(content, { etag });
    behaviour(response, request);
  };

/** Never answers. */
export const hang: Behaviour = () => {};

/** Waits until so many requests may pass, then does what was asked. Who has gone meanwhile is passed over. */
export function gated(behaviour: Behaviour) {
  const waiting: { readonly response: ServerResponse; readonly go: () => void }[] = [];
  let allowed = 0;
  const pass = () => {
    while (allowed > 0) {
      const next = waiting.shift();
      if (!next) return;
      if (next.response.destroyed) continue;
      allowed -= 1;
      next.go();
    }
  };
  const gate: Behaviour = (response, request) => {
    waiting.push({ response, go: () => behaviour(response, request) });
    pass();
  };
  return {
    gate,
    open(count = Number.POSITIVE_INFINITY) {
      allowed += count;
      pass();
    },
  };
}

/** A small blank picture; another colour is another content. */
export const blank = (colour = "#808080"): Promise<Buffer> =>
  sharp({ create: { width: 16, height: 16, channels: 3, background: colour } })
    .png()
    .toBuffer();
