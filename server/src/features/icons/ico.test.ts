import sharp from "sharp";
import { expect, it } from "vitest";
import { icoOf, largestInIco } from "./ico.ts";

const pngOf = (side: number) =>
  sharp({ create: { width: side, height: side, channels: 4, background: "#c03060" } })
    .png()
    .toBuffer();

it("an ICO lists its pictures as Windows reads them, each in a place of its own", async () => {
  const sides = [16, 48, 256];
  const pictures = await Promise.all(sides.map(async (side) => ({ side, png: await pngOf(side) })));
  const ico = icoOf(pictures);
  expect(ico.subarray(0, 6).toString("hex")).toBe("000001000300");
  let end = 6 + 16 * 3;
  for (const [index, { side, png }] of pictures.entries()) {
    const entry = ico.subarray(6 + 16 * index, 22 + 16 * index);
    // Width, height, no table of colours, one plane, 32 bits.
    expect([...entry.subarray(0, 8)]).toEqual([side % 256, side % 256, 0, 0, 1, 0, 32, 0]);
    expect(entry.readUInt32LE(12)).toBe(end);
    end += entry.readUInt32LE(8);
    expect(ico.subarray(entry.readUInt32LE(12), end).equals(png)).toBe(true);
  }
  expect(ico.length).toBe(end);
  expect(largestInIco(ico)?.equals(pictures[2]?.png ?? Buffer.alloc(0))).toBe(true);
});

it("what is none has no largest picture", async () => {
  const png = await pngOf(16);
  const ico = icoOf([{ side: 16, png }]);
  for (const other of [png, Buffer.alloc(0), ico.subarray(0, 10), ico.subarray(0, -1), Buffer.alloc(40)])
    expect(largestInIco(other)).toBeNull();
});
