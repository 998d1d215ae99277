import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import sharp, { type Sharp } from "sharp";
import { comparable, comparedSize, worstSimilarity } from "../server/src/imaging/similarity.ts";
import { ssim } from "../server/src/imaging/ssim.ts";
import { python, type Source } from "./catalog-world.ts";

/** Structural similarity to the source, 1 where nothing differs. */
export interface Likeness {
  /** Of the channel that lost most, at 512 pixels: as the service itself judges. */
  readonly worst: number;
  /** Of the brightness of all pixels: as encoders are usually compared. */
  readonly luma: number;
}

export type Measure = keyof Likeness;

/**
 * @param upright whether the result was turned the way its source is looked at; otherwise it is compared with the
 *   source as it is stored, so that being turned wrong is not counted as lost detail
 */
export async function likenessOf(source: Buffer, result: Buffer, upright: boolean): Promise<Likeness> {
  const original = () => (upright ? sharp(source).autoOrient() : sharp(source));
  const { width = 1, height = 1 } = await sharp(result).metadata();
  const size = comparedSize({ width, height });
  return {
    worst: worstSimilarity(await comparable(original(), size), await comparable(sharp(result), size)),
    luma: ssim(await brightness(original()), await brightness(sharp(result))),
  };
}

/** What is transparent is black in both. */
async function brightness(picture: Sharp) {
  const plane = picture.flatten({ background: "#000000" }).toColourspace("b-w").extractChannel(0);
  const { data, info } = await plane.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Pillow with any quality, in a process that stays. */
export function startPillow() {
  const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  const child = spawn(python, [fileURLToPath(new URL("catalog-pillow.py", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const made = new Map<string, Promise<{ readonly bytes: number; readonly likeness: Likeness }>>();
  const to = join(folder, "result");
  const files = new Map<Source, string>();

  function fileOf(source: Source): string {
    const file = files.get(source) ?? join(folder, `source-${files.size}`);
    if (!files.has(source)) writeFileSync(file, source.bytes);
    files.set(source, file);
    return file;
  }

  async function save(source: Source, quality: number) {
    child.stdin.write(`${JSON.stringify({ picture: fileOf(source), quality, to })}\n`);
    if ((await answers.next()).done) throw new Error(`Pillow did not save ${source.url}.`);
    const result = readFileSync(to);
    return { bytes: result.length, likeness: await likenessOf(source.bytes, result, false) };
  }

  function saved(source: Source, quality: number) {
    const key = `${quality} ${source.url}`;
    const known = made.get(key) ?? save(source, quality);
    made.set(key, known);
    return known;
  }

  return {
    /**
     * Bytes that Pillow takes for a picture that is as much like its source: between those of the two qualities around
     * it. Null where none of its qualities comes to it.
     */
    async bytesAt(source: Source, measure: Measure, wanted: number): Promise<number | null> {
      let [below, above] = [1, 95];
      const at = async (quality: number) => {
        const { bytes, likeness } = await saved(source, quality);
        return { bytes, value: likeness[measure] };
      };
      if ((await at(above)).value < wanted || (await at(below)).value > wanted) return null;
      while (above - below > 1) {
        const middle = Math.floor((below + above) / 2);
        if ((await at(middle)).value < wanted) below = middle;
        else above = middle;
      }
      const [less, more] = [await at(below), await at(above)];
      const share = more.value === less.value ? 1 : (wanted - less.value) / (more.value - less.value);
      return less.bytes * (more.bytes / less.bytes) ** share;
    },
    stop() {
      child.kill();
      rmSync(folder, { recursive: true });
    },
  };
}
