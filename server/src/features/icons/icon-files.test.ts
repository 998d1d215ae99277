import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { createSizes } from "../../assets/testing.ts";
import { createLocalIcons } from "../../models/icons/local/local-icons.ts";
import { createRasterizer } from "../../models/icons/local/rasterizer.ts";
import { largestInIco } from "./ico.ts";
import { canMake, type IconPicture, makeIconFiles } from "./icon-files.ts";
import type { IconOutput } from "./requests.ts";

const rasterizer = createRasterizer();
afterAll(() => rasterizer.close());
const deps = { rasterize: rasterizer.rasterize, square: createSizes().square };
const { signal } = new AbortController();

const { svg } = createLocalIcons().draw({
  ...{ category: "tools", customElements: [], seed: "a set" },
  ...{ style: "flat", colorScheme: "brand_colors" },
});
const drawing: IconPicture = { as: "drawing", svg };
const made = (picture: IconPicture, output: Partial<IconOutput>) =>
  makeIconFiles(picture, { format: "png", sizes: [], ...output }, deps, signal);

/** Twice as wide as it is high, all of it orange. */
const wide = (format: "png" | "jpeg" | "webp", width = 400) =>
  sharp({ create: { width, height: width / 2, channels: 3, background: "#ff8000" } })
    [format]()
    .toBuffer();
const square = (side: number) =>
  sharp({ create: { width: side, height: side, channels: 4, background: "#ff8000" } })
    .png()
    .toBuffer();
const pixels = async (bytes: Buffer): Promise<IconPicture> => ({ as: "pixels", bytes });

const at = async (bytes: Buffer, left: number, top: number) => [
  ...(await sharp(bytes).ensureAlpha().extract({ left, top, width: 1, height: 1 }).raw().toBuffer()),
];

describe("the files of a drawing", () => {
  it("are one PNG of 1024 pixels where nothing is said", async () => {
    const files = await made(drawing, {});
    expect(files).toMatchObject([
      { format: "png", size: null, contentType: "image/png", width: 1024, height: 1024 },
    ]);
    expect(files[0]?.bytes.equals(await deps.rasterize(svg, 1024, signal))).toBe(true);
  });

  it("are one for each size, the largest first, each rendered as sharp as it can be", async () => {
    const files = await made(drawing, { sizes: [16, 48, 180] });
    expect(files.map(({ size, width }) => [size, width])).toEqual([
      [180, 180],
      [48, 48],
      [16, 16],
    ]);
    expect(files[2]?.bytes.equals(await deps.rasterize(svg, 16, signal))).toBe(true);
  });

  it("are the SVG as it was drawn", async () => {
    expect(await made(drawing, { format: "svg" })).toEqual([
      {
        ...{ format: "svg", size: null, bytes: Buffer.from(svg), contentType: "image/svg+xml" },
        ...{ width: 1024, height: 1024 },
      },
    ]);
  });

  it("are never an SVG that was not drawn here, nor pixels of one", async () => {
    const foreign = svg.replace("</svg>", "<script>alert(1)</script></svg>");
    for (const format of ["svg", "png", "webp", "ico"] as const)
      await expect(made({ as: "drawing", svg: foreign }, { format, sizes: [] }), format).rejects.toThrow();
  });

  it("have the very same pixels in WebP", async () => {
    const [webp] = await made(drawing, { format: "webp" });
    const [png] = await made(drawing, {});
    const raw = (bytes: Buffer | undefined) => sharp(bytes).ensureAlpha().raw().toBuffer();
    expect(webp).toMatchObject({ contentType: "image/webp", width: 1024 });
    const [one, other] = [await raw(webp?.bytes), await raw(png?.bytes)];
    // What is clear has no colour that anybody sees, and WebP keeps none.
    for (let index = 0; index < one.length; index += 4)
      if (one[index + 3] !== 0 || other[index + 3] !== 0)
        if (!one.subarray(index, index + 4).equals(other.subarray(index, index + 4)))
          expect.fail(`pixel ${index / 4}`);
    expect(webp?.bytes.length).toBeLessThan((png?.bytes.length ?? 0) * 0.7);
  });

  it("are one ICO with a picture for each size", async () => {
    const [ico, ...others] = await made(drawing, { format: "ico", sizes: [16, 32, 256] });
    expect(others).toEqual([]);
    expect(ico).toMatchObject({ size: null, width: 256, contentType: "image/vnd.microsoft.icon" });
    expect(ico?.bytes.readUInt16LE(4)).toBe(3);
    const largest = largestInIco(ico?.bytes ?? Buffer.alloc(0));
    expect(largest?.equals(await deps.rasterize(svg, 256, signal))).toBe(true);
  });
});

describe("the files of a model's picture", () => {
  it("are its very bytes where they are a square PNG, and a PNG of it where they are not", async () => {
    const png = await square(64);
    const [same] = await made(await pixels(png), {});
    expect(same).toMatchObject({ size: null, width: 64 });
    expect(same?.bytes).toBe(png);
    for (const format of ["jpeg", "webp"] as const) {
      const [file] = await made(await pixels(await wide(format)), {});
      expect(file).toMatchObject({ contentType: "image/png", width: 400, height: 400 });
      expect(await sharp(file?.bytes).metadata()).toMatchObject({ format: "png", width: 400, height: 400 });
    }
  });

  it("show all of it in the middle of what is clear, where it is no square", async () => {
    const [file] = await made(await pixels(await wide("png")), { sizes: [100] });
    const bytes = file?.bytes ?? Buffer.alloc(0);
    expect(await at(bytes, 50, 20)).toEqual([0, 0, 0, 0]);
    expect(await at(bytes, 50, 80)).toEqual([0, 0, 0, 0]);
    for (const left of [0, 50, 99]) expect(await at(bytes, left, 50)).toEqual([255, 128, 0, 255]);
  });

  it("are never larger than it: what is asked for beyond comes once, as large as it is", async () => {
    const output = { format: "webp", sizes: [64, 300, 500, 1000] } as const;
    const files = await made(await pixels(await square(300)), output);
    expect(files.map(({ size, width }) => [size, width])).toEqual([
      [300, 300],
      [64, 64],
    ]);
    const beyond = { format: "ico", sizes: [32, 48, 256] } as const;
    const ico = await made(await pixels(await square(40)), beyond);
    expect(ico).toMatchObject([{ width: 40 }]);
    expect(ico[0]?.bytes.readUInt16LE(4)).toBe(2);
  });

  it("are no SVG, which is known before anything is made", async () => {
    const output = { format: "svg", sizes: [] } as const;
    expect(["local", "openai", "gemini"].map((provider) => canMake(output, provider))).toEqual([
      true,
      false,
      false,
    ]);
    expect(canMake({ format: "ico", sizes: [16] }, "openai")).toBe(true);
    await expect(made(await pixels(await square(40)), output)).rejects.toMatchObject({
      code: "icon_svg_unavailable",
      status: 400,
    });
  });

  it("are refused where it cannot be read", async () => {
    const png = await square(300);
    for (const bytes of [Buffer.from(svg), Buffer.alloc(0), png.subarray(0, png.length / 2)])
      await expect(made(await pixels(bytes), {})).rejects.toMatchObject({ code: "picture_unreadable" });
  });
});
