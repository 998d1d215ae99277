import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import sharp, { type Sharp } from "sharp";
import { bakery } from "./samples/bakery.ts";
import { bookshop } from "./samples/bookshop.ts";
import { chalkboard } from "./samples/chalkboard.ts";
import { kiteLogo } from "./samples/kite-logo.ts";
import { laundry } from "./samples/laundry.ts";
import { mug } from "./samples/mug.ts";
import { noodleBar } from "./samples/noodle-bar.ts";
import { optician } from "./samples/optician.ts";
import { hills, lights } from "./samples/photos.ts";
import { receipt } from "./samples/receipt.ts";
import { streetSign } from "./samples/street-sign.ts";

/**
 * Draws the pictures of the sample batch, `server/samples/`. By hand, with the runtime:
 * `node scripts/run.mjs scripts/draw-samples.ts`. Needs the fonts of Debian's fonts-dejavu and fonts-liberation.
 *
 * The names on the signs were coined for these pictures, so that they are nobody's: Pellowick, Zimbrel, Tarnwhistle,
 * Quilloway, Lumenford, Bubblemere and Kitewright. Telephone numbers are of 555-01xx and addresses end in example.com,
 * which both are kept free for such use.
 */
const folder = fileURLToPath(new URL("../server/samples/", import.meta.url));

const draw = (svg: string) => sharp(Buffer.from(svg));
const jpeg = (picture: Sharp, quality: number) => picture.jpeg({ quality, mozjpeg: true });
const webp = (picture: Sharp, quality: number) => picture.webp({ quality, effort: 6 });

const pictures: Readonly<Record<string, () => Sharp>> = {
  "bakery.jpg": () => jpeg(draw(bakery()), 80),
  "noodle-bar.webp": () => webp(draw(noodleBar()), 78),
  "coffee-house.jpg": () => jpeg(draw(chalkboard()), 76),
  "bookshop.webp": () => webp(draw(bookshop()), 80),
  "optician.jpg": () => jpeg(draw(optician()), 80),
  "laundry.webp": () => webp(draw(laundry()), 82),
  "street-sign.jpg": () => jpeg(draw(streetSign()), 80),
  "receipt.png": () => draw(receipt()).png({ palette: true, colours: 64, effort: 10, compressionLevel: 9 }),
  "hills.jpg": () => jpeg(draw(hills()), 80),
  "lights.webp": () => webp(draw(lights()), 80),
  "mug.jpg": () => jpeg(draw(mug()), 82),
  "logo.png": () => draw(kiteLogo()).png({ palette: true, colours: 256, effort: 10, compressionLevel: 9 }),
};

await mkdir(folder, { recursive: true });
const chosen = process.argv.slice(2);
for (const [name, make] of Object.entries(pictures)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const bytes = await make().toBuffer();
  await writeFile(`${folder}${name}`, bytes);
  process.stdout.write(`${name} ${bytes.length} bytes\n`);
}
