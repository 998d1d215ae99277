import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { type CatalogPicture, catalogCsv, catalogPictures } from "../../../bench/catalog-pictures.ts";
import { bytes } from "../analysis/origin.ts";
import { leaveToSoak } from "../needs.ts";
import { everyFormat } from "./every-format.ts";
import type { CatalogService } from "./service.ts";
import { shareDatabase } from "./service.ts";
import { shopUnderTest } from "./shop.ts";

const start = shareDatabase();

/** Of 255, over all pixels: quality 50 takes the grain of a photograph, and no colour is another one after it. */
const mostDifference = 9;
/**
 * Of the picture as a whole: a profile that was lost, or a channel that was swapped, moves it by tens. Quality 50 darkens
 * text on white by up to 3, as what rings above white is cut off.
 */
const mostShift = 4;

describe("a catalog of pictures in every format", () => {
  test("comes out smaller in the same format: upright, as large, with its colours, frames and transparency, and with nothing of who took it", async () => {
    await expectAllWell(await start(), await everyFormat());
  });
});

leaveToSoak("a catalog of a shop's pictures, up to 12 megapixels", () => {
  test("comes out in the same way", { timeout: 600_000 }, async () => {
    // A service of this process has it blocked, and drawings are drawn by it.
    sharp.unblock({ operation: ["VipsForeignLoadSvgBuffer"] });
    const pictures: CatalogPicture[] = [];
    for await (const picture of catalogPictures(38, 3)) pictures.push(picture);
    await expectAllWell(await start(), pictures);
  });
});

async function expectAllWell({ client }: CatalogService, pictures: readonly CatalogPicture[]) {
  const { origin } = await shopUnderTest();
  const byUrl = new Map(
    pictures.map((picture) => [
      origin.serve(`/${picture.name}`, bytes(picture.bytes, { "content-type": picture.contentType })),
      picture,
    ]),
  );
  const { products, saved_bytes } = await client.process(catalogCsv([...byUrl.keys()], 4));
  const outputs = products.flatMap((product) => product.outputs);
  expect(outputs.map(({ input_url }) => input_url)).toEqual([...byUrl.keys()]);
  let saved = 0;
  for (const output of outputs) {
    const picture = byUrl.get(output.input_url);
    expect(output, picture?.name).toMatchObject({ error: null, input_bytes: picture?.bytes.length });
    if (!picture || !output.output_url) throw new Error("there is no output");
    const opened = await client.open(output.output_url);
    expect([opened.status, opened.headers.get("content-type")], picture.name).toEqual([
      200,
      picture.contentType,
    ]);
    expect(opened.bytes.length).toBe(output.output_bytes);
    await expectSame(picture, opened.bytes, output);
    saved += picture.bytes.length - opened.bytes.length;
  }
  expect(saved_bytes).toBe(saved);
}

/** The one picture and the other are the same to whoever looks at them, and the second tells nothing else. */
async function expectSame(
  { name, bytes: before }: CatalogPicture,
  after: Buffer,
  told: {
    readonly width?: number | undefined;
    readonly height?: number | undefined;
    readonly format?: string | undefined;
  },
) {
  const [input, output] = [await sharp(before).metadata(), await sharp(after).metadata()];
  expect(after.length, name).toBeLessThanOrEqual(before.length);
  expect(told, name).toMatchObject({ ...input.autoOrient, format: input.format });
  expect({ ...output.autoOrient, format: output.format }, name).toEqual({
    ...input.autoOrient,
    format: input.format,
  });
  expect(output.orientation ?? 1, name).toBe(1);
  for (const secret of ["exif", "iptc", "xmp", "comments"] as const)
    expect(output[secret], `${secret} of ${name}`).toBeUndefined();
  expect(Buffer.from(after).includes("A phone"), name).toBe(false);
  expect(["srgb", "b-w"], name).toContain(output.space);
  const { pages = 1, delay, loop } = input;
  expect([output.pages ?? 1, output.delay, output.loop], name).toEqual([pages, delay, loop]);

  const [seen, made] = [await seenAs(before), await seenAs(after)];
  expect(made.length, name).toBe(seen.length);
  expect(differenceOf(seen, made), name).toBeLessThan(mostDifference);
  const [meant, came] = [meansOf(seen), meansOf(made)];
  for (const [channel, mean] of meant.entries())
    expect(Math.abs(mean - (came[channel] ?? 0)), `channel ${channel} of ${name}`).toBeLessThan(mostShift);
}

/** All frames in sRGB, upright, on a colour that shows where something is transparent. */
async function seenAs(picture: Buffer): Promise<Buffer> {
  const { pages = 1 } = await sharp(picture).metadata();
  const pipeline = pages > 1 ? sharp(picture, { animated: true }) : sharp(picture).autoOrient();
  return await pipeline
    .flatten({ background: "#ff00ff" })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer();
}

function differenceOf(one: Buffer, other: Buffer): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1)
    sum += Math.abs((one[index] ?? 0) - (other[index] ?? 0));
  return sum / one.length;
}

function meansOf(pixels: Buffer): readonly number[] {
  const sums = [0, 0, 0];
  for (let index = 0; index < pixels.length; index += 1)
    sums[index % 3] = (sums[index % 3] ?? 0) + (pixels[index] ?? 0);
  return sums.map((sum) => (3 * sum) / pixels.length);
}
