import sharp from "sharp";
import { createLocalIcons } from "../server/src/models/icons/local/local-icons.ts";
import { createRasterizer } from "../server/src/models/icons/local/rasterizer.ts";
import { type IconStyle, styles } from "../server/src/models/icons/local/styles.ts";
import { median } from "./load.ts";

const categories = ["tools", "automotive", "clothing", "medical", "sports", "books & media"];
const rounds = 5;
const side = 1024;
const nobody = new AbortController().signal;

/**
 * Local icons a second, from the words to a PNG of 1024 pixels in another process, beside the same SVGs rendered in this
 * process by the library alone, with the settings of the other one.
 */
export async function icons(): Promise<void> {
  sharp.cache(false);
  sharp.concurrency(1);
  const local = createLocalIcons();
  const rasterizer = createRasterizer();
  const draw = (style: IconStyle, category: string) =>
    local.draw({ style, category, customElements: ["star"], colorScheme: "brand_colors", seed: "bench" }).svg;
  // The first one starts the process.
  await rasterizer.rasterize(draw("flat", "tools"), side, nobody);
  const all: number[] = [];
  let seconds = 0;
  console.log(`\n${rounds} rounds of ${categories.length} icons of ${side} pixels in each style`);
  for (const style of Object.keys(styles).filter((name): name is IconStyle => name in styles)) {
    const [whole, drawing, alone]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round += 1) {
      whole.push(await timed(async (category) => rasterizer.rasterize(draw(style, category), side, nobody)));
      drawing.push(await timed(async (category) => draw(style, category)));
      const svgs = new Map(categories.map((category) => [category, Buffer.from(draw(style, category))]));
      alone.push(
        await timed(async (category) =>
          sharp(svgs.get(category))
            .resize(side, side, { fit: "fill" })
            .ensureAlpha()
            .png({ compressionLevel: 6 })
            .toBuffer(),
        ),
      );
    }
    seconds += median(whole);
    const ratios = whole.map((time, round) => (alone[round] ?? 0) / time);
    all.push(...ratios);
    console.log(
      `  ${style.padEnd(10)} ${(1 / median(whole)).toFixed(1)} a second; ` +
        `drawing is ${((100 * median(drawing)) / median(whole)).toFixed(1)} % of it; ` +
        `ratio to rendering alone ${median(ratios).toFixed(3)}`,
    );
  }
  console.log(`  all styles in turn: ${(Object.keys(styles).length / seconds).toFixed(1)} a second`);
  console.log(`  ratio to rendering alone: ${median(all).toFixed(3)}`);
  await rasterizer.close();
}

/** Seconds for one category, on average. */
async function timed(work: (category: string) => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  for (const category of categories) await work(category);
  return (performance.now() - begun) / 1_000 / categories.length;
}
