import { crc32 } from "node:zlib";
import sharp from "sharp";
import { expect, test } from "vitest";
import { opened } from "../../src/imaging/test-compress.ts";
import { blank, bytes } from "../analysis/origin.ts";
import { photo } from "../pictures.ts";
import { csvOf } from "./client.ts";
import { shareDatabase } from "./service.ts";
import { shopUnderTest } from "./shop.ts";

const start = shareDatabase();

/** A catalog of a photograph as JPEG and one as PNG, whose outputs one upload is asked for with these fields. */
async function shopWithTwo() {
  const { client } = await start();
  const { origin } = await shopUnderTest();
  const [jpeg, png] = [await photo(400, 300, 1), await photo(120, 160, 2)];
  const urls = [
    origin.serve(
      "/a.jpg",
      bytes(await jpeg.jpeg({ quality: 95 }).toBuffer(), { "content-type": "image/jpeg" }),
    ),
    origin.serve("/b.png", bytes(await png.png().toBuffer())),
  ] as const;
  return async (fields: Readonly<Record<string, string>>) => {
    const { products } = await client.process(csvOf(["A", ...urls]), { fields });
    const outputs = await Promise.all(
      (products[0]?.outputs ?? []).map(async (output) => {
        const file = await client.open(output.output_url ?? "");
        const { format, width, height, mediaType = "" } = await opened(() => sharp(file.bytes).metadata());
        expect(file.headers.get("content-type")).toBe(mediaType);
        expect(output).toMatchObject({ output_bytes: file.bytes.length, width, height });
        expect(output.saved_bytes).toBeGreaterThanOrEqual(0);
        return { ...output, size: file.bytes.length, as: format, pixels: [width, height] };
      }),
    );
    const [a, b] = outputs;
    if (!a || !b) throw new Error("both have an output");
    return [a, b] as const;
  };
}

test("an upload's options hold for each of its images: quality, pixels, bytes and effort", async () => {
  const outputsWith = await shopWithTwo();
  const [usual, usualPng] = await outputsWith({});
  expect([usual.as, usual.quality, usual.pixels, usualPng.as]).toEqual(["jpeg", 50, [400, 300], "png"]);
  const [same] = await outputsWith({ quality: " ", effort: "BALANCED", another: "field" });
  expect(same.size).toBe(usual.size);
  const [low] = await outputsWith({ quality: "15" });
  const [high] = await outputsWith({ quality: "85" });
  expect([low.quality, high.quality]).toEqual([15, 85]);
  expect(low.size).toBeLessThan(0.8 * usual.size);
  expect(high.size).toBeGreaterThan(1.3 * usual.size);

  const [scaled, left] = await outputsWith({ max_dimension: "200" });
  expect([scaled.pixels, left.pixels]).toEqual([
    [200, 150],
    [120, 160],
  ]);
  const [fast] = await outputsWith({ effort: "fast" });
  const [best] = await outputsWith({ effort: "best" });
  expect(best.size).toBeLessThan(fast.size);

  const goal = Math.round(usual.size / 2);
  for (const output of await outputsWith({ target_bytes: String(goal), quality: "90" }))
    expect(output.size).toBeLessThanOrEqual(goal);
});

test("a format that is asked for is that of all outputs, and `auto` is never the larger one", async () => {
  const outputsWith = await shopWithTwo();
  const kept = await outputsWith({});
  for (const [format, as] of [
    ["webp", "webp"],
    ["avif", "heif"],
  ] as const) {
    for (const output of await outputsWith({ format })) {
      expect([output.format, output.as]).toEqual([format, as]);
      expect(output.output_url).toMatch(new RegExp(`\\.${format}$`));
    }
  }
  for (const [place, output] of (await outputsWith({ format: "auto" })).entries()) {
    expect(output.size).toBeLessThanOrEqual(kept[place]?.size ?? 0);
    expect(output.output_url).toMatch(new RegExp(`\\.${output.format === "jpeg" ? "jpg" : output.format}$`));
  }
});

test("an output that is not what was asked for says why", async () => {
  const { client } = await start();
  const { origin, picture } = await shopUnderTest();
  const served = async (path: string, content: Buffer | Promise<Buffer>) =>
    origin.serve(path, bytes(await content));
  const urls = [
    await picture("/photo.jpg"),
    await served("/spent.jpg", (await photo(40, 30, 3)).jpeg({ quality: 5 }).toBuffer()),
    await served("/moving.png", saidToMove(await blank())),
    await served("/long.jpg", blankJpeg(17_000, 2)),
    await served("/large.gif", (await photo(400, 300, 4)).gif().toBuffer()),
  ] as const;
  const reasonsWith = async (fields: Readonly<Record<string, string>>) => {
    const { products } = await client.process(csvOf(["A", ...urls]), { fields });
    return products[0]?.outputs.map(({ why }) => why);
  };
  expect(await reasonsWith({})).toEqual([null, "not_smaller", "cannot_animate", "not_smaller", null]);
  const [, , , beyond] = (await reasonsWith({ format: "webp" })) ?? [];
  expect(beyond).toBe("beyond_format");
  const [small, , , , missed] = (await reasonsWith({ target_bytes: "1024" })) ?? [];
  expect([small, missed]).toEqual([null, "target_missed"]);
});

const blankJpeg = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#123456" } })
    .jpeg()
    .toBuffer();

/** As an animated PNG says it, behind its first chunk. */
function saidToMove(png: Buffer): Buffer {
  const control = Buffer.alloc(20);
  control.writeUInt32BE(8, 0);
  control.write("acTL", 4, "latin1");
  control.writeUInt32BE(2, 8);
  control.writeUInt32BE(crc32(control.subarray(4, 16)), 16);
  return Buffer.concat([png.subarray(0, 33), control, png.subarray(33)]);
}

test("`quality=auto` looks at each picture: it says how alike the output is, and holds that", async () => {
  const outputsWith = await shopWithTwo();
  const [photograph] = await outputsWith({ quality: "auto" });
  expect(photograph.similarity).toBeGreaterThan(0.9);
  expect(photograph.quality).toBeGreaterThan(0);
  expect(photograph.saved_bytes).toBeGreaterThan(0);
});
