/**
 * Serves pictures of about 20 KB, each address another one: the same pixels with a comment that names the address, so
 * that no two have the same content. Prints its port.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { photoPixels } from "../server/test/pictures.ts";

const [width, height] = [640, 480];
const picture = await sharp(await photoPixels(width, height), { raw: { width, height, channels: 3 } })
  .jpeg({ quality: 60 })
  .toBuffer();
const startOfImage = picture.subarray(0, 2);
const rest = picture.subarray(2);

const server = createServer((request, response) => {
  const text = Buffer.from(request.url ?? "");
  const comment = Buffer.alloc(4);
  comment.writeUInt16BE(0xfffe);
  comment.writeUInt16BE(text.length + 2, 2);
  response.writeHead(200, {
    "content-type": "image/jpeg",
    "content-length": picture.length + comment.length + text.length,
  });
  response.end(Buffer.concat([startOfImage, comment, text, rest]));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port, bytes: picture.length }));
});
