import { type CompressRequest, compress, configureSharp, readHeader } from "@fovea/imaging";
import sharp from "sharp";
import { comparable, comparedSize, worstSimilarity } from "../server/src/imaging/similarity.ts";
import { photo } from "../server/test/pictures.ts";
import { type CatalogPicture, catalogPictures } from "./catalog-pictures.ts";
import { median } from "./load.ts";

const rounds = 3;
/** One of each recipe. */
const mixed = 19;

const plain: CompressRequest = {
  format: "keep",
  quality: 50,
  maxDimension: null,
  targetBytes: null,
  effort: "balanced",
};

const candidates: Readonly<Record<string, (bytes: Buffer) => CompressRequest>> = {
  "quality 50, balanced": () => plain,
  "quality 50, fast": () => ({ ...plain, effort: "fast" }),
  "quality 50, best": () => ({ ...plain, effort: "best" }),
  "quality auto": () => ({ ...plain, quality: "auto" }),
  "quality auto, format auto": () => ({ ...plain, quality: "auto", format: "auto" }),
  "quality 50, webp": () => ({ ...plain, format: "webp" }),
  "quality 50, avif": () => ({ ...plain, format: "avif" }),
  "a twentieth of the bytes": ({ length }) => ({ ...plain, targetBytes: Math.ceil(length / 20) }),
};

interface Measured {
  readonly ms: number;
  readonly bytes: number;
  readonly similarity: number;
}

/** What each wish costs in the processor's time and bytes, and what it leaves of the picture, against quality 50 with usual effort. */
export async function compressing(): Promise<void> {
  const pictures: CatalogPicture[] = [];
  for await (const picture of catalogPictures(mixed)) pictures.push(picture);
  const large = await (await photo(4000, 3000)).jpeg({ quality: 92 }).toBuffer();
  configureSharp();
  await compare("a photograph of 12 megapixels", [large]);
  await compare(
    "the mix of a catalog",
    pictures.map(({ bytes }) => bytes),
  );
}

async function compare(title: string, pictures: readonly Buffer[]): Promise<void> {
  const runs = new Map<string, Measured[]>(Object.keys(candidates).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, requestFor] of Object.entries(candidates)) {
      runs.get(name)?.push(await measure(pictures, requestFor));
    }
  }
  const base = runs.get("quality 50, balanced") ?? [];
  console.log(
    `\n${title}: processor's time and bytes against quality 50 with balanced effort, and mean similarity`,
  );
  for (const [name, measured] of runs) {
    const time = median(measured.map(({ ms }, round) => ms / (base[round]?.ms ?? ms)));
    const [{ bytes, similarity } = { bytes: 0, similarity: 0 }] = measured;
    const share = bytes / (base[0]?.bytes ?? bytes);
    console.log(
      `  ${name.padEnd(28)} time ${time.toFixed(2).padStart(6)}   bytes ${share.toFixed(3)}   similarity ${similarity.toFixed(3)}`,
    );
  }
}

/** One after the other. */
async function measure(
  pictures: readonly Buffer[],
  requestFor: (bytes: Buffer) => CompressRequest,
): Promise<Measured> {
  let ms = 0;
  let total = 0;
  let similarity = 0;
  for (const bytes of pictures) {
    const limits = { maxPixels: 1e8, deadline: performance.now() + 600_000 };
    const before = process.cpuUsage();
    const result = await compress(bytes, readHeader(bytes), requestFor(bytes), limits);
    // Of all threads: neighbours on the machine disturb it less than the clock.
    const { user, system } = process.cpuUsage(before);
    ms += (user + system) / 1000;
    total += result.bytes.length;
    const size = comparedSize(result);
    const [source, made] = await Promise.all(
      [bytes, result.bytes].map((file) => comparable(sharp(file).autoOrient(), size)),
    );
    if (source && made) similarity += worstSimilarity(source, made) / pictures.length;
  }
  return { ms, bytes: total, similarity };
}
