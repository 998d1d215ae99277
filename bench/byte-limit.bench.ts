import { configureSharp, type FitRequest, fit, readHeader } from "@fovea/imaging";
import { page, photo, renderedPage, smoothPhoto } from "../server/test/pictures.ts";

const sizes = [
  [1200, 900],
  [2000, 1500],
  [1170, 2532],
  [3000, 2000],
] as const;
/** Limits as shares of what the picture takes at the quality wanted: from barely binding to far below. */
const shares = [0.85, 0.6, 0.4, 0.2, 0.08];

interface Tally {
  pictures: number;
  encodes: number;
  most: number;
  /** Nothing but encoder time was given up. */
  untouched: number;
  inBand: number;
  lowest: number;
  highest: number;
}

const emptyTally = (): Tally => ({
  pictures: 0,
  encodes: 0,
  most: 0,
  untouched: 0,
  inBand: 0,
  lowest: 1,
  highest: 0,
});

/** How many encodes a picture takes, and how much of the limit it uses, where the limit binds and where it does not. */
export async function byteLimit(): Promise<void> {
  configureSharp();
  const free = emptyTally();
  const bound = { jpeg: emptyTally(), webp: emptyTally(), png: emptyTally() };
  let seed = 1;
  for (const [width, height] of sizes) {
    for (const [kind, make] of [
      ["photo", photo],
      ["smooth photo", smoothPhoto],
      ["page", page],
      ["rendered page", renderedPage],
    ] as const) {
      const source = await (await make(width, height, seed)).png({ compressionLevel: 1 }).toBuffer();
      seed += 1;
      for (const format of ["jpeg", "webp", "png"] as const) {
        const whole = await measure(source, format, Number.MAX_SAFE_INTEGER);
        if (kind === "photo" && format === "jpeg") count(free, whole.encodes, null);
        for (const share of format === "png" ? [0.6, 0.3] : shares) {
          const maxBytes = Math.floor(whole.bytes * share);
          const { bytes, encodes, untouched } = await measure(source, format, maxBytes);
          if (bytes > maxBytes) throw new Error(`${bytes} bytes are over the limit of ${maxBytes}`);
          if (untouched) count(bound[format], encodes, null);
          else count(bound[format], encodes, bytes / maxBytes);
        }
      }
    }
  }
  console.log(
    `${free.pictures} photos, limit not binding: ${average(free)} encodes a picture (to reach: 1.2)`,
  );
  for (const [format, tally] of Object.entries(bound)) {
    console.log(
      `${format.padEnd(4)} limit binds, ${tally.pictures} pictures: ${average(tally)} encodes (to reach: 3), at most ${tally.most}; ` +
        `${tally.untouched} kept all pixels and their quality; of the others ` +
        `${((100 * tally.inBand) / (tally.pictures - tally.untouched)).toFixed(0)} % within 0.90–1.00 of the limit, from ${tally.lowest.toFixed(3)} to ${tally.highest.toFixed(3)}`,
    );
  }
}

async function measure(source: Buffer, format: "jpeg" | "webp" | "png", maxBytes: number) {
  const header = readHeader(source);
  const request: FitRequest = {
    width: header.width,
    height: header.height,
    maxBytes,
    passThrough: [],
    format,
    quality: undefined,
    background: undefined,
    grid: 28,
  };
  const result = await fit(source, header, request, {
    maxPixels: 268e6,
    deadline: performance.now() + 120_000,
  });
  const untouched = result.width === header.width && (result.quality ?? 95) === 95;
  return { bytes: result.bytes.length, encodes: result.encodes, untouched };
}

function count(tally: Tally, encodes: number, used: number | null): void {
  tally.pictures += 1;
  tally.encodes += encodes;
  tally.most = Math.max(tally.most, encodes);
  if (used === null) {
    tally.untouched += 1;
    return;
  }
  if (used >= 0.9) tally.inBand += 1;
  tally.lowest = Math.min(tally.lowest, used);
  tally.highest = Math.max(tally.highest, used);
}

const average = ({ encodes, pictures }: Tally) => (encodes / pictures).toFixed(2);
