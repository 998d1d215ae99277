/**
 * Serves the sample pictures, signs and photos, in turn: each address another content, by a comment that names it.
 * Prints its port; `/counts` tells how often addresses were asked for since it was asked last.
 */
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

/** Answer of `/counts`. */
export interface OriginCounts {
  readonly addresses: number;
  readonly requests: number;
  /** Most requests for one address. */
  readonly most: number;
}

const folder = fileURLToPath(new URL("../server/samples/", import.meta.url));
const pictures = await Promise.all(
  readdirSync(folder).map((name) =>
    sharp(folder + name)
      .flatten()
      .jpeg({ quality: 85 })
      .toBuffer(),
  ),
);
const counts = new Map<string, number>();

/** A comment segment behind the start of the image (ITU-T T.81, B.2.4.5). */
function withComment(jpeg: Buffer, text: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(0xfffe);
  head.writeUInt16BE(text.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, text, jpeg.subarray(2)]);
}

const server = createServer((request, response) => {
  const path = request.url ?? "";
  if (path === "/counts") {
    const all = [...counts.values()];
    const requests = all.reduce((sum, count) => sum + count, 0);
    response.end(
      JSON.stringify({ addresses: all.length, requests, most: Math.max(0, ...all) } satisfies OriginCounts),
    );
    counts.clear();
    return;
  }
  counts.set(path, (counts.get(path) ?? 0) + 1);
  const picture = pictures[Number(/(\d+)\.jpg$/.exec(path)?.[1]) % pictures.length];
  if (!picture) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": "image/jpeg" }).end(withComment(picture, Buffer.from(path)));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
