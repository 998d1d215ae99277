import sharp from "sharp";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createRasterizer, type Rasterizer } from "./rasterizer.ts";
import { documentOf, tag } from "./svg.ts";

// As in the server, where SVG cannot be read.
beforeAll(() => {
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({ operation: ["VipsForeignLoadPngBuffer"] });
});

const nobody = new AbortController().signal;
const opened: Rasterizer[] = [];
const rasterizerWith = (...limits: Parameters<typeof createRasterizer>) => {
  const rasterizer = createRasterizer(...limits);
  opened.push(rasterizer);
  return rasterizer;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((rasterizer) => rasterizer.close()));
});

/** The right half of it is red. */
const half = documentOf([tag("rect", { x: 512, y: 0, width: 512, height: 1024, fill: "#ff0000" })]);

async function pixelsOf(png: Buffer) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4),
  ];
  return { info, at };
}

describe("a drawing made into pixels", () => {
  it("is a PNG of just that size, with nothing where nothing is drawn", async () => {
    const { rasterize } = rasterizerWith();
    for (const size of [16, 33, 180, 1_024]) {
      const { info, at } = await pixelsOf(await rasterize(half, size, nobody));
      expect(info).toMatchObject({ width: size, height: size, channels: 4 });
      expect(at(Math.floor(size / 4), Math.floor(size / 2))[3]).toBe(0);
      expect(at(size - 1, size - 1)).toEqual([255, 0, 0, 255]);
    }
  });

  it("is refused when it was not drawn here, or has no size that icons have", async () => {
    const { rasterize } = rasterizerWith();
    const foreign = half.replace("<rect", '<image href="file:///etc/passwd"/><rect');
    await expect(rasterize(foreign, 64, nobody)).rejects.toThrow(TypeError);
    for (const size of [0, 15, 2_049, 64.5, Number.NaN])
      await expect(rasterize(half, size, nobody), `${size}`).rejects.toThrow(RangeError);
  });

  it("fails with what is wrong with it, and the next one does not", async () => {
    const { rasterize } = rasterizerWith();
    await expect(rasterize(half.replace("</svg>", ""), 64, nobody)).rejects.toThrow("could not be rendered");
    await expect(rasterize(half, 64, nobody)).resolves.toBeInstanceOf(Buffer);
  });

  it("that is not wanted any more ends at once, those that wait for it do not", async () => {
    const { rasterize } = rasterizerWith();
    const controller = new AbortController();
    const unwanted = rasterize(half, 2_048, controller.signal);
    const [other, late] = [rasterize(half, 64, nobody), rasterize(half, 64, controller.signal)];
    controller.abort(new Error("cancelled"));
    await expect(unwanted).rejects.toThrow("cancelled");
    await expect(late).rejects.toThrow("cancelled");
    await expect(other).resolves.toBeInstanceOf(Buffer);
  });

  it("is never that of another order which was stopped in the middle", async () => {
    const { rasterize } = rasterizerWith();
    await rasterize(half, 16, nobody);
    const controller = new AbortController();
    const unwanted = rasterize(half, 1_024, controller.signal);
    // By then the order is with the process.
    await new Promise(setImmediate);
    controller.abort(new Error("cancelled"));
    await expect(unwanted).rejects.toThrow("cancelled");
    const { at } = await pixelsOf(await rasterize(half.replace("#ff0000", "#0000ff"), 1_024, nobody));
    expect(at(1_000, 10)).toEqual([0, 0, 255, 255]);
  });

  it("that takes too long is given up", async () => {
    const { rasterize } = rasterizerWith({ limitMs: 1 });
    await expect(rasterize(half, 2_048, nobody)).rejects.toThrow(/too long/);
  });

  it("is made again by a new process after the old one was closed, or had nothing to do", async () => {
    const rasterizer = rasterizerWith({ idleMs: 0 });
    const first = await rasterizer.rasterize(half, 64, nobody);
    await rasterizer.close();
    await rasterizer.close();
    expect(await rasterizer.rasterize(half, 64, nobody)).toEqual(first);
  });
});
