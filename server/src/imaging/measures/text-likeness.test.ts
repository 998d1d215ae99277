import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { leaveToSoak } from "../../../test/needs.ts";
import { page, photo, photoPixels, seededRandom } from "../../../test/pictures.ts";
import type { RawPixels } from "../pixels.ts";
import { isTextLike, textLikeness } from "./text-likeness.ts";
import { sampleTiles } from "./tiles.ts";

type Pictures = Record<string, Sharp>;

const svg = (width: number, height: number, background: string, shapes: string) =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${background}"/>${shapes}</svg>`,
    ),
  ).removeAlpha();
const bar = (x: number, y: number, width: number, height: number, fill: string, radius = 0) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" rx="${radius}"/>`;

/** Strokes in the size and rhythm of letters, so that no font has to be installed. */
function line(x: number, y: number, size: number, width: number, ink: string, random: () => number): string {
  let path = "";
  for (let at = x; at < x + width; at += size * (random() > 0.82 ? 1 : 0.62)) {
    const top = y - size * (random() > 0.7 ? 0.95 : 0.65);
    path += `M${at} ${top}V${y}`;
    if (random() > 0.35) path += `M${at} ${top + (y - top) * random()}h${size * 0.4}`;
    if (random() > 0.5) path += `M${at + size * 0.4} ${top + size * 0.2}V${y}`;
    if (random() > 0.6) path += `M${at} ${top}q${size * 0.5} ${size * 0.1} ${size * 0.4} ${size * 0.6}`;
  }
  return `<path d="${path}" stroke="${ink}" stroke-width="${size / 9}" fill="none"/>`;
}

function lines(width: number, height: number, size: number, ink: string, seed: number, density = 1): string {
  const random = seededRandom(seed);
  let shapes = "";
  for (let y = size * 3; y < height - size * 2; y += size * 1.6) {
    if (random() < density)
      shapes += line(size * 2, y, size, (width - size * 4) * (0.5 + random() / 2), ink, random);
  }
  return shapes;
}

function dashboard(width: number, height: number, dark: boolean): Sharp {
  const random = seededRandom(dark ? 12 : 11);
  const [paper, panel, ink, muted, rule] = dark
    ? ["#121417", "#1e2227", "#e6e6e6", "#8a9099", "#2c3138"]
    : ["#f5f6f8", "#ffffff", "#1a1a1a", "#6b7280", "#e5e7eb"];
  let shapes =
    bar(0, 0, width * 0.16, height, dark ? "#0b0d0f" : "#1f2937") + bar(width * 0.16, 0, width, 50, panel);
  for (let item = 0; item < 9; item += 1)
    shapes += line(20, 90 + item * 40, 13, width * 0.1, "#cbd5e1", random);
  for (let card = 0; card < 4; card += 1) {
    const x = width * (0.18 + card * 0.2);
    shapes += bar(x, 80, width * 0.18, 110, panel, 8) + line(x + 14, 160, 26, width * 0.1, ink, random);
  }
  for (let row = 0; row < (height - 260) / 36; row += 1) {
    const y = 240 + row * 36;
    shapes += bar(width * 0.18, y + 12, width * 0.78, 1, rule);
    for (let cell = 0; cell < 5; cell += 1)
      shapes += line(width * (0.19 + cell * 0.14), y, 12, width * 0.1, muted, random);
    shapes += bar(width * 0.9, y - 14, 60, 20, ["#16a34a", "#dc2626", "#2563eb"][row % 3] ?? "", 10);
  }
  return svg(width, height, paper, shapes);
}

function chart(width: number, height: number): string {
  const random = seededRandom(21);
  let shapes = "";
  for (let rule = 1; rule < 9; rule += 1) shapes += bar(60, (rule * height) / 9, width - 90, 1, "#cccccc");
  for (let column = 0; column < 16; column += 1) {
    const tall = height * (0.1 + random() * 0.6);
    const x = 70 + (column * (width - 110)) / 16;
    shapes += bar(
      x,
      height * 0.89 - tall,
      width / 26,
      tall,
      ["#4e79a7", "#f28e2b", "#e15759"][column % 3] ?? "",
    );
    shapes += line(x, height * 0.95, 12, width / 30, "#333333", random);
  }
  return shapes;
}

const decodedAgain = async (picture: Sharp, quality: number) =>
  sharp(await picture.jpeg({ quality }).toBuffer());

async function textPictures(): Promise<Pictures> {
  const document = svg(1240, 1600, "#ffffff", lines(1240, 1600, 20, "#111111", 1));
  const light = dashboard(1440, 900, false);
  const dark = dashboard(1440, 900, true);
  const figures = svg(1280, 800, "#ffffff", chart(1280, 800));
  const code = svg(1600, 900, "#1e1e1e", lines(1600, 900, 15, "#9cdcfe", 2, 0.9));
  const gradient = `<defs><linearGradient id="g"><stop stop-color="#102a54"/><stop offset="1" stop-color="#5a2a82"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/>`;
  const large = await svg(3000, 2200, "#ffffff", lines(3000, 2200, 40, "#222222", 3))
    .png()
    .toBuffer();
  return {
    document,
    "document q50": await decodedAgain(document.clone(), 50),
    "document q80": await decodedAgain(document.clone(), 80),
    "document on cream": svg(1240, 1600, "#f4f1ea", lines(1240, 1600, 24, "#3a3020", 4)),
    "large document": sharp(large),
    "large document q75": await decodedAgain(sharp(large), 75),
    "large document, downscaled": sharp(await sharp(large).resize(1568).png().toBuffer()),
    "sparse document": svg(2400, 3000, "#ffffff", lines(2400, 3000, 40, "#000000", 5, 0.2)),
    "small print": svg(1200, 1600, "#ffffff", lines(1200, 1600, 12, "#000000", 6)),
    page: page(1200, 900),
    "page q60": await decodedAgain(page(1600, 1200, 2), 60),
    "light interface": light,
    "light interface q60": await decodedAgain(light.clone(), 60),
    "dark interface": dark,
    "dark interface q80": await decodedAgain(dark.clone(), 80),
    code,
    "code q75": await decodedAgain(code.clone(), 75),
    terminal: svg(1200, 800, "#000000", lines(1200, 800, 14, "#33ff66", 7)),
    chart: figures,
    "chart q70": await decodedAgain(figures.clone(), 70),
    slide: svg(1600, 900, "#ffffff", bar(0, 0, 1600, 160, "#0f4c81") + lines(1600, 900, 44, "#222222", 8)),
    "slide on a gradient": svg(1600, 900, "#000000", gradient + lines(1600, 900, 34, "#ffffff", 9)),
    logo: svg(
      600,
      600,
      "#ffffff",
      `<circle cx="300" cy="250" r="160" fill="#dd3333"/>${line(150, 540, 70, 300, "#222222", seededRandom(1))}`,
    ),
    "faintly ruled sheet": svg(
      900,
      900,
      "#ffffff",
      Array.from({ length: 75 }, (_, row) => bar(0, row * 12, 900, 1, "#f8f8f8")).join(""),
    ),
    "one colour": svg(900, 700, "#3366cc", ""),
  };
}

/** A textured object with a sharp outline on a background, as in a photograph with something in focus. */
const inFocus = '<path d="M300 180L640 120L760 420L560 640L320 520Z"/>';

async function objectOn(background: Buffer, seed: number, shape = inFocus): Promise<Sharp> {
  const raw = { width: 1000, height: 750, channels: 3 } as const;
  const outline = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="750">${shape}</svg>`,
  );
  const mask = await sharp(outline).blur(0.8).extractChannel("alpha").toBuffer();
  const texture = sharp(await photoPixels(1000, 750, seed), { raw }).linear(1.3, -30);
  const object = await texture.joinChannel(mask).png().toBuffer();
  return sharp(
    await sharp(background, { raw })
      .composite([{ input: object }])
      .removeAlpha()
      .png()
      .toBuffer(),
  );
}

async function photoPictures(): Promise<Pictures> {
  const taken = async (seed: number) => sharp(await (await photo(1000, 750, seed)).png().toBuffer());
  const blurred = await (await taken(31)).blur(14).raw().toBuffer();
  const white = Buffer.alloc(1000 * 750 * 3, 255);
  const random = seededRandom(9);
  const ramp = (from: string, to: string, x: number) =>
    `<defs><linearGradient id="g" x2="${x}" y2="1"><stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/>`;
  const rounds = Array.from(
    { length: 8 * 6 },
    (_, place) => `<circle cx="${(place % 8) * 125 + 62}" cy="${Math.floor(place / 8) * 125 + 62}" r="46"/>`,
  ).join("");
  const pictures: Pictures = {
    "large photo q85": await decodedAgain(await photo(1800, 1350, 30), 85),
    "large photo, downscaled": sharp(await (await photo(1600, 1200, 41)).resize(1200).png().toBuffer()),
    blurred: sharp(blurred, { raw: { width: 1000, height: 750, channels: 3 } }),
    "blurred q75": await decodedAgain((await taken(32)).blur(8), 75),
    grey: (await taken(33)).greyscale(),
    dark: (await taken(34)).linear(0.3, -10),
    bright: (await taken(35)).linear(1, 60),
    "high contrast": (await taken(36)).linear(2.2, -140),
    saturated: (await taken(37)).modulate({ saturation: 2 }),
    "object before a blurred background": await objectOn(blurred, 38),
    "object q60": await decodedAgain(await objectOn(blurred, 39), 60),
    "object on white": await decodedAgain(await objectOn(white, 40), 88),
    "small object on white": await objectOn(
      white,
      42,
      `<g transform="translate(250 200) scale(0.45)">${inFocus}</g>`,
    ),
    "many objects on white": await objectOn(white, 43, rounds),
    noise: sharp(Buffer.from(Uint8Array.from({ length: 600 * 600 * 3 }, () => random() * 256)), {
      raw: { width: 600, height: 600, channels: 3 },
    }),
    "noisy wall": sharp(Buffer.from(Uint8Array.from({ length: 900 * 600 }, () => 120 + random() * 8)), {
      raw: { width: 900, height: 600, channels: 1 },
    }),
    "sky gradient": svg(1600, 1200, "#ffffff", ramp("#2266cc", "#bbddff", 0)),
    "diagonal gradient": svg(1200, 900, "#ffffff", ramp("#110033", "#ffcc88", 1)),
  };
  for (const [seed, quality] of [
    [51, 90],
    [52, 75],
    [53, 60],
    [54, 40],
    [55, 25],
    [56, 95],
  ] as const) {
    pictures[`photo q${quality}`] = await decodedAgain(await taken(seed), quality);
  }
  return pictures;
}

async function pixelsOf(picture: Sharp): Promise<RawPixels> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  // sharp says `number` of what it only ever makes 1 to 4 for 8-bit output.
  return { data, width: info.width, height: info.height, channels: info.channels as RawPixels["channels"] };
}

/** The two kinds of input: pixels at full size, and the copy that an analysis looks at. */
async function scores(pictures: Pictures): Promise<{ name: string; full: number; small: number }[]> {
  const result: { name: string; full: number; small: number }[] = [];
  for (const [name, picture] of Object.entries(pictures)) {
    const pixels = await pixelsOf(picture);
    const { data, width, height, channels } = pixels;
    const small = sharp(data, { raw: { width, height, channels } }).resize(512, 512, { fit: "inside" });
    result.push({ name, full: textLikeness(pixels), small: textLikeness(await pixelsOf(small)) });
  }
  return result;
}

describe("text-likeness", () => {
  test("is high for screenshots, documents and charts, at full size and on the small copy", async () => {
    const measured = await scores(await textPictures());
    expect(measured.length).toBeGreaterThanOrEqual(20);
    expect(measured.filter(({ full, small }) => !(isTextLike(full) && isTextLike(small)))).toEqual([]);
  });

  leaveToSoak("text-likeness of all photographs", () => {
    test("is low for photographs, at full size and on the small copy", async () => {
      const measured = await scores(await photoPictures());
      expect(measured.length).toBeGreaterThanOrEqual(20);
      expect(measured.filter(({ full, small }) => isTextLike(full) || isTextLike(small))).toEqual([]);
    });
  });

  test("is the same in grey, and with an opaque alpha channel", async () => {
    const grey = await pixelsOf(page(800, 600).greyscale().toColourspace("b-w"));
    const rgb = {
      ...grey,
      data: Uint8Array.from({ length: grey.data.length * 3 }, (_, at) => grey.data[Math.floor(at / 3)] ?? 0),
      channels: 3,
    } as const;
    const rgba = {
      ...grey,
      data: Uint8Array.from({ length: grey.data.length * 4 }, (_, at) =>
        at % 4 === 3 ? 255 : (grey.data[at >> 2] ?? 0),
      ),
      channels: 4,
    } as const;
    expect(grey.channels).toBe(1);
    expect(textLikeness(rgb)).toBe(textLikeness(grey));
    expect(textLikeness(rgba)).toBe(textLikeness(grey));
  });

  test("has a value for every size, down to one pixel", () => {
    for (const [width, height] of [
      [1, 1],
      [3, 1],
      [1, 5000],
      [5000, 2],
      [15, 17],
    ] as const) {
      const score = textLikeness({
        data: new Uint8Array(width * height).fill(9),
        width,
        height,
        channels: 1,
      });
      expect(score, `${width}×${height}`).toBe(0.7);
    }
  });
});

describe("the sample of tiles", () => {
  test("is at most 28 672 pixels of any picture, and most of that for ordinary shapes", () => {
    const shapes = [
      [4000, 3000],
      [3000, 4000],
      [512, 384],
      [8000, 100],
      [100, 8000],
      [65, 65],
      [20_000, 17],
    ] as const;
    for (const [width, height] of shapes) {
      const tiles = sampleTiles({ data: new Uint8Array(width * height), width, height, channels: 1 });
      const pixels = tiles.reduce((sum, tile) => sum + tile.data.length, 0);
      expect(pixels).toBeLessThanOrEqual(28_672);
      const possible = Math.min(112, Math.floor(width / 16) * Math.floor(height / 16));
      expect(tiles.length, `${width}×${height}`).toBeGreaterThanOrEqual(possible * 0.8);
      expect(tiles.length, `${width}×${height} without overlap`).toBeLessThanOrEqual(possible);
    }
  });

  test("reaches every part of the picture and reads it where it is", () => {
    const width = 700;
    const height = 500;
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
      const pixel = Math.floor(at / 3);
      return [Math.floor((pixel % width) / 70), Math.floor(pixel / width / 50), 7][at % 3] ?? 0;
    });
    const tiles = sampleTiles({ data, width, height, channels: 3 });
    const columns = new Set(tiles.flatMap((tile) => [...tile.data].filter((_, at) => at % 3 === 0)));
    const rows = new Set(tiles.flatMap((tile) => [...tile.data].filter((_, at) => at % 3 === 1)));
    expect([columns.size, rows.size]).toEqual([10, 10]);
    expect(tiles.every((tile) => tile.data.every((value, at) => at % 3 !== 2 || value === 7))).toBe(true);
  });
});
