import sharp from "sharp";
import { expect, test } from "vitest";
import { knownCategories } from "../../src/features/icons/category-aliases.ts";
import { iconStyles } from "../../src/features/icons/choices.ts";
import { isOwnSvg } from "../../src/models/icons/local/own-svg.ts";
import { addressIn, type IconClient } from "./client.ts";
import { shareDatabase } from "./service.ts";

const start = shareDatabase();
const categories = knownCategories.slice(0, 12);

test("twelve categories in seven styles are seven sets, whoever asks and whether one by one or all together", async () => {
  const service = await start();
  const { client } = service;
  const { results } = await client.batch({
    ...{
      categories,
      style: "minimal",
      color_scheme: "cool_tones",
      format: "svg",
      variations_per_category: 7,
    },
  });
  expect(results).toHaveLength(84);
  const svgs = new Map<string, string>();
  for (const icon of results) {
    const { bytes, headers, status } = await client.open(addressIn(icon));
    expect(status).toBe(200);
    // Whoever opens it as a page gets one that can run and load nothing.
    expect(headers.get("content-type")).toBe("image/svg+xml");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    );
    const svg = bytes.toString();
    expect(isOwnSvg(svg)).toBe(true);
    expect(icon.metadata).toMatchObject({ provider: "local", color_scheme: "cool_tones" });
    expect(JSON.stringify(icon.metadata)).toMatch(/ISC/);
    svgs.set(`${icon.metadata.category} ${icon.metadata.style}`, svg);
  }
  expect(new Set(svgs.values()).size).toBe(84);
  // One that somebody else asks for alone, another day, goes with the set.
  const other = await service.as("somebody with a set already");
  for (const style of iconStyles) {
    const alone = await other.make({ category: "tools", style, color_scheme: "cool_tones", format: "svg" });
    expect(alone.metadata.cached).toBe(false);
    const { bytes } = await other.open(alone.image_url);
    expect(bytes.toString()).toBe(svgs.get(`tools ${style}`));
  }
});

/** The pictures of an ICO, as its directory says where they are. */
async function picturesOf(ico: Buffer) {
  expect([ico.readUInt16LE(0), ico.readUInt16LE(2)]).toEqual([0, 1]);
  return await Promise.all(
    Array.from({ length: ico.readUInt16LE(4) }, async (_, index) => {
      const entry = ico.subarray(6 + 16 * index, 22 + 16 * index);
      const [length, offset] = [entry.readUInt32LE(8), entry.readUInt32LE(12)];
      const { format, width, height } = await sharp(ico.subarray(offset, offset + length)).metadata();
      // A byte has no 256: zero stands for it.
      return { told: [entry[0] || 256, entry[1] || 256], is: [width, height], format, end: offset + length };
    }),
  );
}

const alphaOf = async (client: IconClient, url: string) => {
  const { data, info } = await sharp((await client.open(url)).bytes)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    side: info.width,
    corner: info.channels === 4 ? data[3] : 255,
    inked: data.some((byte) => byte > 0),
  };
};

test("a drawing is had as PNG and WebP in each size, and as an ICO, on a transparent ground or a whole one", async () => {
  const { client } = await start();
  const icon = { category: "automotive", style: "flat" };
  const png = await client.make({ ...icon, sizes: [64, 16, 64] });
  expect(png.metadata.files?.map(({ format, size }) => [format, size])).toEqual([
    ["png", 64],
    ["png", 16],
  ]);
  expect(await alphaOf(client, png.image_url)).toMatchObject({ side: 64, inked: true });
  const webp = await client.make({ ...icon, format: "WebP", sizes: [48] });
  expect(await alphaOf(client, webp.image_url)).toMatchObject({ side: 48, inked: true });
  const whole = await client.make({ category: "automotive", style: "minimal" });
  expect(await alphaOf(client, whole.image_url)).toMatchObject({ side: 1024, inked: true });

  const ico = await client.make({ ...icon, format: "ico" });
  const { bytes, headers } = await client.open(ico.image_url);
  expect(headers.get("content-type")).toBe("image/vnd.microsoft.icon");
  const pictures = await picturesOf(bytes);
  expect(pictures.map(({ is }) => is)).toEqual([16, 32, 48, 256].map((side) => [side, side]));
  for (const { told, is, format } of pictures) expect([told, format]).toEqual([is, "png"]);
  expect(Math.max(...pictures.map(({ end }) => end))).toBe(bytes.length);
});
