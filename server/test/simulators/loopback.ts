import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";

/** What may go wrong on the wire whatever protocol is spoken on it. */
export type WireFault =
  /** Takes the request and never answers. */
  | { readonly kind: "hang" }
  | { readonly kind: "reset"; readonly when: "before_head" | "after_head" }
  /** Sends a byte at a time, and never the last one unless it `ends`. */
  | { readonly kind: "slow_body"; readonly ends: boolean }
  /** Sends white space, which JSON may begin with, without end. */
  | { readonly kind: "endless_body" }
  /** Some gateway's page. */
  | { readonly kind: "page"; readonly status: number }
  | { readonly kind: "redirect"; readonly to: string };

const faults: Readonly<Record<WireFault["kind"], true>> = {
  hang: true,
  reset: true,
  slow_body: true,
  endless_body: true,
  page: true,
  redirect: true,
};

export const isWireFault = <Other extends { readonly kind: string }>(
  answer: Other | WireFault,
): answer is WireFault => Object.hasOwn(faults, answer.kind);

type Handle = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void | Promise<void>;

const json = { "content-type": "application/json; charset=UTF-8" };

/**
 * An HTTP server on the loopback interface that knows which requests are under way.
 *
 * @param certificate with it the server speaks HTTPS
 */
export async function startLoopback(handle: Handle, certificate?: { cert: string; key: string }) {
  const sockets = new Set<Socket>();
  const underWay = new Set<ServerResponse>();
  const ends = new EventEmitter();

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    underWay.add(response);
    response.on("close", () => {
      underWay.delete(response);
      ends.emit("end");
    });
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // The client left in the middle of its request.
    }
    await handle(request, Buffer.concat(chunks), response);
  };
  const server = certificate ? createSecureServer(certificate, answer) : createServer(answer);
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    origin: `${certificate ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** When every request was answered, or dropped by who sent it. */
    async idle() {
      while (underWay.size > 0) await once(ends, "end");
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, json).end(JSON.stringify(body));
}

/** @param body what the answer would have been, for the faults that begin with one */
export function sendFault(response: ServerResponse, fault: WireFault, body: unknown): void {
  switch (fault.kind) {
    case "hang":
      return;
    case "page":
      response.writeHead(fault.status, { "content-type": "text/html" }).end(page(fault.status));
      return;
    case "redirect":
      response.writeHead(307, { location: fault.to }).end();
      return;
    case "reset":
      if (fault.when === "before_head") response.socket?.resetAndDestroy();
      else {
        response.writeHead(200, json).write("{", () => response.socket?.resetAndDestroy());
      }
      return;
    case "slow_body": {
      const bytes = Buffer.from(JSON.stringify(body));
      const last = fault.ends ? bytes.length : bytes.length - 1;
      response.writeHead(200, { ...json, "content-length": bytes.length });
      // From byte to byte at the speed at which the system takes them, and then silence.
      const drip = (at: number) => {
        if (at === bytes.length) response.end();
        else if (at < last) response.write(bytes.subarray(at, at + 1), () => setImmediate(drip, at + 1));
      };
      drip(0);
      return;
    }
    case "endless_body": {
      response.writeHead(200, json);
      const space = Buffer.alloc(64 * 1024, " ");
      const pour = () => {
        while (!response.destroyed && response.write(space));
      };
      response.on("drain", pour);
      pour();
    }
  }
}

const page = (status: number) =>
  `<!DOCTYPE html>\n<html lang=en><title>Error ${status}</title><p><b>${status}.</b> That is an error.\n${"<p>filler\n".repeat(300)}</html>`;
