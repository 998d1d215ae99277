import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { crc32, deflateSync } from "node:zlib";
import { onTestFinished } from "vitest";

/** Pictures on loopback, each address another one: what is known of one is not known of any other. */
export interface DistinctOrigin {
  addresses(count: number): readonly string[];
  /** SHA-256 of what is at an address. */
  contentHash(address: string): string;
}

/** @param finished is told what ends it; tests that run at the same time have one each */
export async function startDistinctOrigin(
  finished: (end: () => void) => void = onTestFinished,
): Promise<DistinctOrigin> {
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-type": "image/png" }).end(pictureAt(request.url ?? ""));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  finished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    addresses: (count) => Array.from({ length: count }, (_, number) => `${origin}/${number}.png`),
    contentHash: (address) => sha256(pictureAt(new URL(address).pathname)),
  };
}

const side = 16;

/** Written here and not by an encoder: a millisecond each would be seconds of a test. */
function pictureAt(path: string): Buffer {
  // In pixels, since metadata is taken off before a model gets the picture.
  const seed = createHash("sha256").update(path).digest();
  const lines = Array.from({ length: side }, (_, line) =>
    Buffer.alloc(1 + side, seed.subarray(line, line + 8)),
  );
  for (const line of lines) line[0] = 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 8;
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  const pixels = deflateSync(Buffer.concat(lines));
  return Buffer.concat([
    signature,
    part("IHDR", header),
    part("IDAT", pixels),
    part("IEND", Buffer.alloc(0)),
  ]);
}

function part(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
