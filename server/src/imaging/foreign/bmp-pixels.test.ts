import { describe, expect, it } from "vitest";
import { ImagingError } from "../errors.ts";
import { readBmpPixels } from "./bmp-pixels.ts";
import { bmp, gradientBmp } from "./test-foreign.ts";

const red = [255, 0, 0] as const;
const green = [0, 255, 0] as const;
const blue = [0, 0, 255] as const;
const colours = [red, green, blue, [9, 9, 9]] as const;

/** What went wrong, or null. */
function codeOf(bytes: Buffer): string | null {
  try {
    readBmpPixels(bytes);
    return null;
  } catch (error) {
    if (error instanceof ImagingError) return error.code;
    throw error;
  }
}

describe("the pixels of a BMP", () => {
  const three = { width: 3, height: 2, channels: 3 } as const;
  /** Red, green and blue above blue, blue and red. */
  const expected = [...red, ...green, ...blue, ...blue, ...blue, ...red];
  const rows = [
    [0, 1, 2],
    [2, 2, 0],
  ];
  const values = (of: readonly [number, number, number]) =>
    rows.map((row) => row.map((index) => of[index] ?? 0));

  it.each([
    ["4 bits", bmp({ bits: 4, rows, palette: colours })],
    ["8 bits", bmp({ bits: 8, rows, palette: colours })],
    [
      "8 bits and few colours, in the oldest version",
      bmp({ bits: 8, rows, palette: [...colours, ...Array.from({ length: 252 }, () => red)], core: true }),
    ],
    ["16 bits", bmp({ bits: 16, rows: values([0x7c00, 0x03e0, 0x001f]) })],
    [
      "16 bits, of which green has six",
      bmp({ bits: 16, rows: values([0xf800, 0x07e0, 0x001f]), masks: [0xf800, 0x07e0, 0x001f] }),
    ],
    ["24 bits", bmp({ bits: 24, rows: values([0xff0000, 0x00ff00, 0x0000ff]) })],
    ["24 bits from the top", bmp({ bits: 24, rows: values([0xff0000, 0x00ff00, 0x0000ff]), topDown: true })],
    ["32 bits, of which eight say nothing", bmp({ bits: 32, rows: values([0xff0000, 0x00ff00, 0x0000ff]) })],
    [
      "32 bits the other way round",
      bmp({ bits: 32, rows: values([0xff, 0xff00, 0xff0000]), masks: [0xff, 0xff00, 0xff0000] }),
    ],
  ])("with %s are the same", (_, file) => {
    const { data, ...size } = readBmpPixels(file);
    expect(size).toEqual(three);
    expect([...data]).toEqual(expected);
  });

  it("are black and white with one bit, eight in a byte", () => {
    const row = [1, 0, 0, 1, 1, 1, 1, 0, 1, 1];
    const file = bmp({
      bits: 1,
      rows: [row],
      palette: [
        [0, 0, 0],
        [255, 255, 255],
      ],
    });
    const { data } = readBmpPixels(file);
    expect([...data]).toEqual(row.flatMap((bit) => [bit * 255, bit * 255, bit * 255]));
  });

  it("can be seen through where a mask says so", () => {
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    const { data, channels } = readBmpPixels(
      bmp({ bits: 32, rows: [[0x80_01_02_03, 0xff_04_05_06]], masks }),
    );
    expect(channels).toBe(4);
    expect([...data]).toEqual([1, 2, 3, 0x80, 4, 5, 6, 0xff]);
  });

  it("are black where they name a colour that there is not", () => {
    const { data } = readBmpPixels(bmp({ bits: 8, rows: [[0, 200]], palette: [red, green] }));
    expect([...data]).toEqual([...red, 0, 0, 0]);
  });
});

describe("a BMP that is none", () => {
  it("is damaged wherever it is cut off", () => {
    const file = bmp({ bits: 4, rows: [[0, 1, 2]], palette: colours });
    expect(codeOf(file)).toBeNull();
    for (let end = 0; end < file.length; end += 1)
      expect(codeOf(file.subarray(0, end)), `${end}`).toBe("corrupt");
  });

  it("is never believed: neither a size, nor where its pixels are, nor how they are coded", () => {
    const changed = (at: number, value: number) => {
      const file = gradientBmp();
      file.writeUInt32LE(value, at);
      return codeOf(file);
    };
    const extremes = [0, 0x7fffffff, 0x80000000, 0xffffffff];
    for (const value of extremes) {
      expect(changed(18, value), `width ${value}`).toBe("corrupt");
      expect(changed(22, value), `height ${value}`).toBe(value === 0xffffffff ? null : "corrupt");
    }
    for (const value of extremes.slice(1)) expect(changed(10, value), `pixels at ${value}`).toBe("corrupt");
    // Run lengths, JPEG and PNG within a BMP.
    for (const compression of [1, 2, 4, 5, 99]) expect(changed(30, compression)).toBe("unsupported_format");
    expect(changed(14, 64)).toBe("unsupported_format");
    expect(changed(28, 7)).toBe("corrupt");
    // More colours than there can be are none.
    const palette = bmp({ bits: 8, rows: [[0]], palette: colours });
    palette.writeUInt32LE(0xffffffff, 46);
    expect(codeOf(palette)).toBe("corrupt");
  });
});
