import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { blank } from "./origin.ts";

/** Pictures on loopback, and the say over when a process gets them: what it is doing when it is killed is chosen. */
export interface PatientOrigin {
  /** Addresses of pictures, `perContent` neighbours with the same bytes. */
  addresses(count: number, perContent: number): readonly string[];
  /** SHA-256 of what is at an address. */
  contentHash(address: string): string;
  /** Answers so many further requests; later ones wait. */
  answer(count: number): void;
  /** Resolves once an address was answered. */
  answered(address: string): Promise<void>;
  /** Addresses whose requests wait. */
  waiting(): readonly string[];
  /** Addresses whose requests were given up while they waited: their process is gone. */
  givenUp(): readonly string[];
  /** Requests for an address so far. */
  requests(address: string): number;
}

const shades = ["#402020", "#204020", "#202040", "#c0a0a0", "#a0c0a0", "#a0a0c0", "#808020", "#208080"];

export async function startPatientOrigin(): Promise<PatientOrigin> {
  const contents = await Promise.all(shades.map(blank));
  const requests = new Map<string, number>();
  const waiting = new Map<object, { readonly address: string; answer(): void }>();
  const givenUp: string[] = [];
  const done = new Set<string>();
  const listeners = new Set<() => void>();
  let allowed = 0;
  let origin = "";

  const bytesAt = (address: string) => {
    const bytes = contents[Number(new URL(address).pathname.split("/")[1])];
    if (!bytes) throw new Error(`there is no picture at ${address}`);
    return bytes;
  };
  const pass = () => {
    for (const [request, { answer }] of waiting) {
      if (allowed === 0) return;
      allowed -= 1;
      waiting.delete(request);
      answer();
    }
  };

  const server = createServer((request, response) => {
    const address = origin + request.url;
    requests.set(address, (requests.get(address) ?? 0) + 1);
    waiting.set(request, {
      address,
      answer() {
        response.writeHead(200, { "content-type": "image/png" }).end(bytesAt(address));
        done.add(address);
        for (const listener of listeners) listener();
      },
    });
    response.once("close", () => {
      if (waiting.delete(request)) givenUp.push(address);
    });
    pass();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });

  return {
    addresses: (count, perContent) =>
      Array.from({ length: count }, (_, n) => `${origin}/${Math.floor(n / perContent)}/${n}.png`),
    contentHash: (address) => createHash("sha256").update(bytesAt(address)).digest("hex"),
    answer(count) {
      allowed += count;
      pass();
    },
    answered: (address) =>
      new Promise((resolve) => {
        const look = () => {
          if (!done.has(address)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
    waiting: () => [...waiting.values()].map(({ address }) => address),
    givenUp: () => givenUp,
    requests: (address) => requests.get(address) ?? 0,
  };
}
