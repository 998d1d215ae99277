import { pipeline, Readable } from "node:stream";
import { crc32, createDeflate } from "node:zlib";

/** Bytes of a pixel: red, green, blue. */
const channels = 3;

/**
 * A PNG without alpha, written while its rows come: of a picture of any height only what one of `bands` holds is in memory.
 *
 * @param bands whole rows of pixels, from the top, `height` of them together
 */
export async function* pngStream(
  { width, height }: { readonly width: number; readonly height: number },
  bands: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits of each of three colours; compression, filters and order have one value each.
  header.set([8, 2, 0, 0, 0], 8);
  yield Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  yield chunk("IHDR", header);
  const rows = Readable.from(filtered(width * channels, bands), { objectMode: false });
  // What fails destroys the last one with it, and that is read here.
  const compressed: AsyncIterable<Buffer> = pipeline(rows, createDeflate(), () => {});
  for await (const data of compressed) yield chunk("IDAT", data);
  yield chunk("IEND", Buffer.alloc(0));
}

/** Each byte less the one above it (filter 2): a ground of one colour is nothing but zeros. */
async function* filtered(rowBytes: number, bands: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const above = Buffer.alloc(rowBytes);
  for await (const band of bands) {
    const count = band.length / rowBytes;
    const lines = Buffer.alloc(band.length + count);
    for (let row = 0, source = 0, target = 0; row < count; row += 1) {
      lines[target] = 2;
      target += 1;
      for (let x = 0; x < rowBytes; x += 1, source += 1, target += 1) {
        const value = band[source] ?? 0;
        lines[target] = value - (above[x] ?? 0);
        above[x] = value;
      }
    }
    yield lines;
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const whole = Buffer.alloc(typed.length + 8);
  whole.writeUInt32BE(data.length, 0);
  whole.set(typed, 4);
  whole.writeUInt32BE(crc32(typed), typed.length + 4);
  return whole;
}
