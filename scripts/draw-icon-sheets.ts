import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { createLocalIcons } from "../server/src/models/icons/local/local-icons.ts";
import { type ColorScheme, colorSchemes } from "../server/src/models/icons/local/palette.ts";
import { createRasterizer } from "../server/src/models/icons/local/rasterizer.ts";
import { type IconStyle, styles } from "../server/src/models/icons/local/styles.ts";

/**
 * Draws the contact sheets of the local icons, `docs/icons/`: twelve categories in each style, all styles in one picture,
 * and all color schemes. By hand, with the runtime, when a style changes:
 * `node scripts/run.mjs scripts/draw-icon-sheets.ts`. Without a network and without a key, as the service makes them.
 */
const folder = fileURLToPath(new URL("../docs/icons/", import.meta.url));

const categories = [
  ...["office supplies", "electronics", "tools", "automotive", "home & garden", "sports"],
  ...["clothing", "food & beverage", "health & beauty", "books & media", "toys & games", "jewelry"],
];
/** As the service has it for the first icon of each category. */
const seed = "set 0";
const styleNames = Object.keys(styles).filter((name): name is IconStyle => name in styles);

interface Look {
  readonly category: string;
  readonly style: IconStyle;
  readonly colorScheme: ColorScheme;
}

const icons = createLocalIcons();
const rasterizer = createRasterizer();
const nobody = new AbortController().signal;

/** Icons in rows on white, so that they look the same on a dark page. */
async function sheet(
  rows: readonly (readonly Look[])[],
  { side, gap }: { readonly side: number; readonly gap: number },
): Promise<Buffer> {
  const cell = side + gap;
  const placed = rows.flatMap((row, y) =>
    row.map((look, x) => ({ look, left: gap + x * cell, top: gap + y * cell })),
  );
  const pictures = await Promise.all(
    placed.map(async ({ look, left, top }) => {
      const { svg } = icons.draw({ ...look, customElements: [], seed });
      return { left, top, input: await rasterizer.rasterize(svg, side, nobody) };
    }),
  );
  const width = Math.max(...rows.map(({ length }) => length)) * cell + gap;
  return await sharp({
    create: { width, height: rows.length * cell + gap, channels: 3, background: "#ffffff" },
  })
    .composite(pictures)
    .png({ adaptiveFiltering: true, compressionLevel: 9 })
    .toBuffer();
}

const inRows = <Item>(items: readonly Item[], length: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / length) }, (_, row) =>
    items.slice(row * length, (row + 1) * length),
  );

const row = (style: IconStyle, colorScheme: ColorScheme): readonly Look[] =>
  categories.map((category) => ({ category, style, colorScheme }));

const sheets: Readonly<Record<string, () => Promise<Buffer>>> = {
  ...Object.fromEntries(
    styleNames.map((style) => [
      `${style}.png`,
      () => sheet(inRows(row(style, "brand_colors"), 6), { side: 148, gap: 20 }),
    ]),
  ),
  "all.png": () =>
    sheet(
      styleNames.map((style) => row(style, "brand_colors")),
      { side: 112, gap: 14 },
    ),
  "palettes.png": () =>
    sheet(
      colorSchemes.map((colorScheme) => row("modern", colorScheme)),
      { side: 96, gap: 14 },
    ),
};

await mkdir(folder, { recursive: true });
const chosen = process.argv.slice(2);
for (const [name, make] of Object.entries(sheets)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const bytes = await make();
  await writeFile(`${folder}${name}`, bytes);
  process.stdout.write(`${name} ${bytes.length} bytes\n`);
}
await rasterizer.close();
