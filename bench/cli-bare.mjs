import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import sharp from "sharp";

/**
 * The script that everybody writes: each picture of a folder turned upright, shrunk and encoded, as many at a time as there
 * are cores.
 *
 * Usage: node cli-bare.mjs <folder> <folder of the results> <width> <height> <quality>
 */
const [from = "", to = "", width, height, quality] = process.argv.slice(2);
sharp.cache(false);
sharp.concurrency(1);
await mkdir(to, { recursive: true });
const names = await readdir(from);
const worker = async () => {
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    const bytes = await sharp(await readFile(join(from, name)))
      .autoOrient()
      .toColourspace("srgb")
      .resize(Number(width), Number(height), { fit: "fill", fastShrinkOnLoad: false })
      .jpeg({ quality: Number(quality), optimiseCoding: false })
      .toBuffer();
    await writeFile(join(to, name), bytes);
  }
};
await Promise.all(Array.from({ length: availableParallelism() }, worker));
