/**
 * Serves a catalog's pictures, each after a delay as of a server that is far away.
 *
 *     catalog-origin-process.ts <pictures> [<milliseconds of delay, 50>] [<seed, 1>]
 *
 * Prints a line of JSON once all are made: {@link OriginStarted}. `/counts` tells how often pictures were asked for since
 * it was asked last.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type CatalogPicture, catalogPictures } from "./catalog-pictures.ts";

export interface OriginStarted {
  readonly port: number;
  /** Paths of the pictures, in the order of the catalog. */
  readonly paths: readonly string[];
  readonly bytes: number;
}

/** Answer of `/counts`. */
export interface CatalogCounts {
  readonly pictures: number;
  readonly requests: number;
}

const [count = 0, delayMs = 50, seed = 1] = process.argv.slice(2).map(Number);
const pictures = new Map<string, CatalogPicture>();
for await (const picture of catalogPictures(count, seed)) pictures.set(`/${picture.name}`, picture);

const asked = new Map<string, number>();
const server = createServer(async (request, response) => {
  const path = request.url ?? "";
  if (path === "/counts") {
    const requests = [...asked.values()].reduce((sum, times) => sum + times, 0);
    response.end(JSON.stringify({ pictures: asked.size, requests } satisfies CatalogCounts));
    asked.clear();
    return;
  }
  asked.set(path, (asked.get(path) ?? 0) + 1);
  await delay(delayMs);
  const picture = pictures.get(path);
  if (!picture) return void response.writeHead(404).end();
  const { contentType, bytes } = picture;
  response.writeHead(200, { "content-type": contentType, "content-length": bytes.length }).end(bytes);
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const bytes = [...pictures.values()].reduce((sum, picture) => sum + picture.bytes.length, 0);
  const port = (server.address() as AddressInfo).port;
  console.log(JSON.stringify({ port, paths: [...pictures.keys()], bytes } satisfies OriginStarted));
});
