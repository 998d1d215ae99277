import sharp from "sharp";

export const [width, height] = [60, 40];

/** Red on the left and seen through on the right, green from the left and blue from the top. */
function gradient(alpha = 255): Buffer {
  const pixels = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      pixels.set([200, x * 4, y * 6, x < width / 2 ? 255 : alpha], (y * width + x) * 4);
    }
  }
  return pixels;
}

export const through = () => sharp(gradient(100), { raw: { width, height, channels: 4 } });
export const whole = () => sharp(gradient(), { raw: { width, height, channels: 4 } }).removeAlpha();

interface Bmp {
  readonly bits: number;
  /** Rows from the top. */
  readonly rows: readonly (readonly number[])[];
  readonly palette?: readonly (readonly [red: number, green: number, blue: number])[];
  readonly masks?: readonly number[];
  readonly topDown?: boolean;
  readonly core?: boolean;
}

/** A BMP of these values of pixels. */
export function bmp({ bits, rows, palette = [], masks = [], topDown = false, core = false }: Bmp): Buffer {
  const header = Buffer.alloc(core ? 12 : 40);
  const colours = Buffer.from(
    palette.flatMap(([red, green, blue]) => [blue, green, red, ...(core ? [] : [0])]),
  );
  const maskBytes = Buffer.alloc(masks.length * 4);
  for (const [index, mask] of masks.entries()) maskBytes.writeUInt32LE(mask, index * 4);
  const [columns, lines] = [rows[0]?.length ?? 0, rows.length];
  header.writeUInt32LE(header.length, 0);
  if (core) {
    header.writeUInt16LE(columns, 4);
    header.writeUInt16LE(lines, 6);
    header.writeUInt16LE(1, 8);
    header.writeUInt16LE(bits, 10);
  } else {
    header.writeInt32LE(columns, 4);
    header.writeInt32LE(topDown ? -lines : lines, 8);
    header.writeUInt16LE(1, 12);
    header.writeUInt16LE(bits, 14);
    header.writeUInt32LE(masks.length === 0 ? 0 : masks.length === 4 ? 6 : 3, 16);
    header.writeUInt32LE(palette.length, 32);
  }
  const stored = (topDown ? rows : rows.toReversed()).map((row) => rowOf(row, bits));
  const file = Buffer.alloc(14);
  file.write("BM");
  file.writeUInt32LE(14 + header.length + maskBytes.length + colours.length, 10);
  return Buffer.concat([file, header, maskBytes, colours, ...stored]);
}

function rowOf(row: readonly number[], bits: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil((row.length * bits) / 32) * 4);
  for (const [x, value] of row.entries()) {
    if (bits >= 8) bytes.writeUIntLE(value, (x * bits) / 8, bits / 8);
    else {
      const at = Math.floor((x * bits) / 8);
      bytes.writeUInt8(bytes.readUInt8(at) | (value << (8 - bits - ((x * bits) % 8))), at);
    }
  }
  return bytes;
}

/** The gradient with 24 bits a pixel. */
export function gradientBmp(): Buffer {
  const pixels = gradient();
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => pixels.readUIntBE((y * width + x) * 4, 3)),
  );
  return bmp({ bits: 24, rows });
}

/** A little-endian TIFF whose directory says something else under a tag. */
export function withEntry(tiff: Buffer, tag: number, value: number): Buffer {
  const file = Buffer.from(tiff);
  const at = file.readUInt32LE(4);
  for (let entry = at + 2; entry < at + 2 + file.readUInt16LE(at) * 12; entry += 12) {
    if (file.readUInt16LE(entry) !== tag) continue;
    file.writeUInt16LE(4, entry + 2);
    file.writeUInt32LE(value, entry + 8);
  }
  return file;
}
