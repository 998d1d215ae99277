import { crc32 } from "node:zlib";

/** Builders of image parts for the tests: hand-made splices that no encoder writes. */

export function jpegSegment(marker: number, payload: Buffer | string): Buffer {
  const bytes = Buffer.from(payload);
  const prefix = Buffer.from([0xff, marker, 0, 0]);
  prefix.writeUInt16BE(bytes.length + 2, 2);
  return Buffer.concat([prefix, bytes]);
}

/** Puts parts behind the first `offset` bytes; behind SOI by default. */
export function splice(file: Buffer, parts: readonly Buffer[], offset = 2): Buffer {
  return Buffer.concat([file.subarray(0, offset), ...parts, file.subarray(offset)]);
}

export function pngChunk(type: string, data: Buffer | string = ""): Buffer {
  const typed = Buffer.concat([Buffer.from(type), Buffer.from(data)]);
  const bytes = Buffer.alloc(typed.length + 8);
  bytes.writeUInt32BE(typed.length - 4, 0);
  typed.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(typed), typed.length + 4);
  return bytes;
}

/** Where the first chunk of a type begins; its type may also occur in data, so the chunks are walked. */
export function pngChunkOffset(file: Buffer, type: string): number {
  let offset = 8;
  while (offset < file.length && file.toString("latin1", offset + 4, offset + 8) !== type) {
    offset += 12 + file.readUInt32BE(offset);
  }
  return offset;
}

/** A copy in which every chunk that the walk reaches has the checksum of its bytes. */
export function withPngChecksums(file: Buffer): Buffer {
  const bytes = Buffer.from(file);
  if (!bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return bytes;
  let offset = 8;
  while (offset + 12 <= bytes.length) {
    const end = offset + 8 + bytes.readUInt32BE(offset);
    if (end + 4 > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(offset + 4, end)), end);
    offset = end + 4;
  }
  return bytes;
}

export const PNG_SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

export function pngHeader(width: number, height: number, bitDepth: number, colourType: number): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([bitDepth, colourType], 8);
  return pngChunk("IHDR", data);
}

export function riffChunk(type: string, data: Buffer | string): Buffer {
  const bytes = Buffer.from(data);
  const prefix = Buffer.alloc(8);
  prefix.write(type, "latin1");
  prefix.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([prefix, bytes, Buffer.alloc(bytes.length & 1)]);
}

export function webp(...chunks: readonly Buffer[]): Buffer {
  return riffChunk("RIFF", Buffer.concat([Buffer.from("WEBP"), ...chunks]));
}

/** The chunks of a WebP or, from another offset, of one of its frames. */
export function riffChunks(file: Buffer, from = 12): { type: string; bytes: Buffer }[] {
  const chunks: { type: string; bytes: Buffer }[] = [];
  let offset = from;
  while (offset < file.length) {
    const length = file.readUInt32LE(offset + 4);
    const end = offset + 8 + length + (length & 1);
    chunks.push({ type: file.toString("latin1", offset, offset + 4), bytes: file.subarray(offset, end) });
    offset = end;
  }
  return chunks;
}

export function canvas(width: number, height: number, flags: number): Buffer {
  const data = Buffer.alloc(10);
  data.writeUInt32LE(flags, 0);
  data.writeUIntLE(width - 1, 4, 3);
  data.writeUIntLE(height - 1, 7, 3);
  return riffChunk("VP8X", data);
}

/** An EXIF block without the `Exif\0\0` prefix: an orientation and, behind the directory, free text. */
export function exifBlock(orientation: number, byteOrder: "II" | "MM" = "II", text = ""): Buffer {
  const little = byteOrder === "II";
  const bytes = Buffer.alloc(26);
  const write16 = (value: number, offset: number) =>
    little ? bytes.writeUInt16LE(value, offset) : bytes.writeUInt16BE(value, offset);
  bytes.write(byteOrder, "latin1");
  write16(42, 2);
  write16(little ? 8 : 0, 4);
  write16(little ? 0 : 8, 6);
  write16(1, 8);
  write16(0x0112, 10);
  write16(3, 12);
  write16(little ? 1 : 0, 14);
  write16(little ? 0 : 1, 16);
  write16(orientation, 18);
  return Buffer.concat([bytes, Buffer.from(text)]);
}

/** A GIF of red frames, each `size` pixels square, on a screen of `screen` pixels square. */
export function gif(options: {
  screen: number;
  size: number;
  frames?: number;
  beforeFrame?: readonly Buffer[];
}): Buffer {
  const head = Buffer.alloc(19);
  head.write("GIF89a", "latin1");
  head.writeUInt16LE(options.screen, 6);
  head.writeUInt16LE(options.screen, 8);
  head[10] = 0x80;
  head.set([255, 0, 0, 0, 255, 0], 13);
  const frame = [...(options.beforeFrame ?? []), gifImage(options.size)];
  const frames = Array.from({ length: options.frames ?? 1 }, () => frame).flat();
  return Buffer.concat([head, ...frames, Buffer.from([0x3b])]);
}

/** Codes of three bits, reset after every pixel, so that they never grow. */
function gifImage(size: number): Buffer {
  const descriptor = Buffer.alloc(11);
  descriptor[0] = 0x2c;
  descriptor.writeUInt16LE(size, 5);
  descriptor.writeUInt16LE(size, 7);
  descriptor[10] = 2;
  const codes = [...Array.from({ length: size * size }, () => [4, 0]).flat(), 5];
  const data = Buffer.alloc(Math.ceil((codes.length * 3) / 8));
  codes.forEach((code, index) => {
    for (let bit = 0; bit < 3; bit++) {
      const position = index * 3 + bit;
      data[position >> 3] = (data[position >> 3] ?? 0) | (((code >> bit) & 1) << (position & 7));
    }
  });
  return Buffer.concat([descriptor, gifSubBlocks(data)]);
}

function gifSubBlocks(data: Buffer | string): Buffer {
  const bytes = Buffer.from(data);
  const parts: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; offset += 255) {
    const part = bytes.subarray(offset, offset + 255);
    parts.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}

export const gifControl = (flags = 0, delay = 0, transparent = 0): Buffer =>
  Buffer.from([0x21, 0xf9, 4, flags, delay & 255, delay >> 8, transparent, 0]);

export const gifExtension = (label: number, data: Buffer | string): Buffer =>
  Buffer.concat([Buffer.from([0x21, label]), gifSubBlocks(data)]);

/** An extension whose first sub-block is an application's eleven letters. */
export const gifApplication = (name: string, data: Buffer | string): Buffer =>
  Buffer.concat([Buffer.from([0x21, 0xff, 11]), Buffer.from(name), gifSubBlocks(data)]);
