/** ICC profiles for the tests, made from numbers: published primaries, adapted to D50, and tone curves. */

export type Primaries = readonly [r: readonly number[], g: readonly number[], b: readonly number[]];

export const PRIMARIES = {
  srgb: [
    [0.4361, 0.2225, 0.0139],
    [0.3851, 0.7169, 0.0971],
    [0.1431, 0.0606, 0.7141],
  ],
  displayP3: [
    [0.5151, 0.2412, -0.0011],
    [0.292, 0.6922, 0.0419],
    [0.1571, 0.0666, 0.7841],
  ],
  adobeRgb: [
    [0.6097, 0.3111, 0.0195],
    [0.2053, 0.6257, 0.0609],
    [0.1492, 0.0632, 0.7446],
  ],
  proPhoto: [
    [0.7977, 0.288, 0],
    [0.1352, 0.7119, 0],
    [0.0313, 0.0001, 0.8249],
  ],
} as const satisfies Readonly<Record<string, Primaries>>;

export const linearOfSrgb = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

export function sampledCurve(points: number, curve: (value: number) => number): Buffer {
  const bytes = Buffer.alloc(12 + points * 2);
  bytes.write("curv", "latin1");
  bytes.writeUInt32BE(points, 8);
  for (let index = 0; index < points; index++) {
    bytes.writeUInt16BE(Math.round(curve(index / (points - 1)) * 65_535), 12 + index * 2);
  }
  return bytes;
}

export function gammaCurve(gamma: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.write("curv", "latin1");
  bytes.writeUInt32BE(1, 8);
  bytes.writeUInt16BE(Math.round(gamma * 256), 12);
  return bytes;
}

export function parametricCurve(type: number, ...parameters: readonly number[]): Buffer {
  const bytes = Buffer.alloc(12 + parameters.length * 4);
  bytes.write("para", "latin1");
  bytes.writeUInt16BE(type, 8);
  parameters.forEach((value, index) => {
    bytes.writeInt32BE(Math.round(value * 65_536), 12 + index * 4);
  });
  return bytes;
}

/** Type 3 with the constants of IEC 61966-2-1, as newer vendors store it. */
export const srgbParametricCurve = parametricCurve(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045);

export function matrixProfile(primaries: Primaries, curve: Buffer, name = "c2"): Buffer {
  return profile("RGB ", {
    desc: description(name),
    rXYZ: xyz(primaries[0]),
    gXYZ: xyz(primaries[1]),
    bXYZ: xyz(primaries[2]),
    rTRC: curve,
    gTRC: curve,
    bTRC: curve,
  });
}

export const greyProfile = (curve: Buffer): Buffer =>
  profile("GRAY", { desc: description("grey"), kTRC: curve });

/** A profile that converts by a table, of which the tests need no more than its being there. */
export const tableProfile = (name: Buffer): Buffer => profile("RGB ", { desc: name, A2B0: Buffer.alloc(32) });

export function profile(space: string, tags: Readonly<Record<string, Buffer>>): Buffer {
  const entries = Object.entries(tags);
  const table = Buffer.alloc(4 + entries.length * 12);
  table.writeUInt32BE(entries.length, 0);
  const bodies: Buffer[] = [];
  let offset = 128 + table.length;
  entries.forEach(([name, body], index) => {
    const entry = 4 + index * 12;
    table.write(name, entry, "latin1");
    table.writeUInt32BE(offset, entry + 4);
    table.writeUInt32BE(body.length, entry + 8);
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    bodies.push(padded);
    offset += padded.length;
  });
  const header = Buffer.alloc(128);
  header.writeUInt32BE(offset, 0);
  header.writeUInt32BE(0x02100000, 8);
  header.write(`mntr${space}XYZ `, 12, "latin1");
  header.write("acsp", 36, "latin1");
  // The D50 white of the connection space.
  header.writeInt32BE(0xf6d6, 68);
  header.writeInt32BE(0x10000, 72);
  header.writeInt32BE(0xd32d, 76);
  return Buffer.concat([header, table, ...bodies]);
}

function xyz(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.write("XYZ ", "latin1");
  values.forEach((value, index) => {
    bytes.writeInt32BE(Math.round(value * 65_536), 8 + index * 4);
  });
  return bytes;
}

/** Version 2's `desc`: the ASCII text alone is filled in. */
export function description(name: string): Buffer {
  const bytes = Buffer.alloc(12 + name.length + 1 + 78);
  bytes.write("desc", "latin1");
  bytes.writeUInt32BE(name.length + 1, 8);
  bytes.write(name, 12, "latin1");
  return bytes;
}

/** Version 4's `mluc` with one text. */
export function localisedDescription(name: string): Buffer {
  const text = Buffer.from(name, "utf16le").swap16();
  const bytes = Buffer.alloc(28);
  bytes.write("mluc", "latin1");
  bytes.writeUInt32BE(1, 8);
  bytes.writeUInt32BE(12, 12);
  bytes.write("enUS", 16, "latin1");
  bytes.writeUInt32BE(text.length, 20);
  bytes.writeUInt32BE(28, 24);
  return Buffer.concat([bytes, text]);
}
