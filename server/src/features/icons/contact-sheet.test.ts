import sharp from "sharp";
import { afterAll, expect, it } from "vitest";
import { createSizes } from "../../assets/testing.ts";
import { createLocalIcons } from "../../models/icons/local/local-icons.ts";
import { createRasterizer } from "../../models/icons/local/rasterizer.ts";
import { contactSheet, thumbnailSide } from "./contact-sheet.ts";
import { makeIconFiles } from "./icon-files.ts";
import { iconThumbnail } from "./icon-thumbnail.ts";

const rasterizer = createRasterizer();
afterAll(() => rasterizer.close());
const sizes = createSizes();
const { signal } = new AbortController();

type Thumbnails = Parameters<typeof contactSheet>[1];
async function written(count: number, thumbnails: Thumbnails): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of contactSheet(count, thumbnails)) parts.push(part);
  return Buffer.concat(parts);
}

/** Opaque, of the one colour. */
const plain = (side: number, colour: readonly [number, number, number]) => ({
  data: Buffer.from(Array.from({ length: side * side }, () => [...colour, 255]).flat()),
  ...{ width: side, height: side, channels: 4 as const },
});
const white = [255, 255, 255];

it("each icon stands in its place, smaller ones in the middle of it, and places without one are white", async () => {
  const red = [200, 0, 10] as const;
  const blue = [0, 10, 200] as const;
  async function* five() {
    yield plain(thumbnailSide, red);
    yield null;
    yield plain(64, blue);
    yield plain(thumbnailSide, blue);
    yield plain(thumbnailSide, red);
  }
  const png = await written(5, five());
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  // Four beside each other, in cells of 144 with 16 around them.
  expect(info).toMatchObject({ width: 592, height: 304, channels: 3 });
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3),
  ];
  for (const [x, y] of [
    [16, 16],
    [143, 143],
    [16, 160],
    [143, 287],
  ] as const)
    expect(at(x, y)).toEqual([...red]);
  for (const [x, y] of [
    [15, 80],
    [144, 80],
    [80, 15],
    [80, 144],
    [200, 80],
    [330, 80],
    [200, 220],
    [360, 220],
    [80, 288],
  ] as const)
    expect(at(x, y), `${x} ${y}`).toEqual(white);
  expect(at(336, 48)).toEqual([...blue]);
  expect(at(335, 48)).toEqual(white);
  expect(at(448, 16)).toEqual([...blue]);
});

it("a sheet of five hundred icons asks for each when its row is written, and for none beyond", async () => {
  const one = plain(thumbnailSide, [9, 90, 160]);
  function endless() {
    const count = { asked: 0 };
    async function* thumbnails() {
      for (;;) {
        count.asked += 1;
        yield one;
      }
    }
    return { count, thumbnails: thumbnails() };
  }
  const first = endless();
  const sheet = contactSheet(500, first.thumbnails);
  // What comes before pixels, and then the first of them.
  for (let part = 0; part < 3; part += 1) await sheet.next();
  expect(first.count.asked).toBeGreaterThan(0);
  expect(first.count.asked).toBeLessThan(500);
  await sheet.return(undefined);
  const second = endless();
  const whole = await written(500, second.thumbnails);
  expect(await sharp(whole).metadata()).toMatchObject({ width: 27 * 144 + 16, height: 19 * 144 + 16 });
  expect(second.count.asked).toBe(500);
});

it("a sheet that fewer icons came for is whole, and one whose icons fail fails with it", async () => {
  const none = await written(9, (async function* () {})());
  expect((await sharp(none).stats()).channels.map(({ min }) => min)).toEqual(white);
  const failing = (async function* () {
    yield plain(16, [0, 0, 0]);
    throw new Error("the storage went away");
  })();
  await expect(written(2, failing)).rejects.toThrow("the storage went away");
});

it("an icon of any format has a thumbnail, on white", async () => {
  const { svg } = createLocalIcons().draw({
    ...{ category: "tools", customElements: [], seed: "a set" },
    ...{ style: "flat", colorScheme: "brand_colors" },
  });
  const deps = { ...sizes, rasterize: rasterizer.rasterize };
  for (const format of ["png", "svg", "webp", "ico"] as const) {
    const [file] = await makeIconFiles({ as: "drawing", svg }, { format, sizes: [] }, deps, signal);
    const { data, ...thumbnail } = await iconThumbnail(file ?? expect.fail(), deps, signal);
    expect(thumbnail, format).toEqual({ width: thumbnailSide, height: thumbnailSide, channels: 4 });
    expect([...data.subarray(0, 4)], format).toEqual([...white, 255]);
    // The ground of the icon, from its left edge to the figure.
    const ground = data.subarray((64 * thumbnailSide + 12) * 4, (64 * thumbnailSide + 12) * 4 + 3);
    expect(Math.max(...ground) - Math.min(...ground), format).toBeGreaterThan(60);
  }
});
