import { configureSharp, fit, passThrough, readHeader } from "@fovea/imaging";
import { photo } from "../server/test/pictures.ts";
import { median } from "./load.ts";

/** A 12-megapixel photo with EXIF that fits already: cutting its metadata against encoding it again. */
export async function passThroughTimes(): Promise<void> {
  configureSharp();
  const picture = await (await photo(4032, 3024))
    .jpeg({ quality: 90 })
    .withExif({ IFD0: { Make: "Fovea", Copyright: "bench" }, IFD3: { GPSLatitudeRef: "N" } })
    .toBuffer();
  const header = readHeader(picture);
  const request = {
    width: header.width,
    height: header.height,
    maxBytes: 5 * 2 ** 20,
    passThrough: ["jpeg"] as const,
    format: "jpeg" as const,
    quality: undefined,
    background: undefined,
    grid: null,
  };
  const times = { through: [] as number[], encoded: [] as number[] };
  for (let round = 0; round < 15; round += 1) {
    const startedAt = performance.now();
    const read = readHeader(picture);
    if (passThrough(picture, read, request)?.passedThrough !== true)
      throw new Error("it did not pass through");
    const between = performance.now();
    await fit(picture, read, request, { maxPixels: 268e6, deadline: between + 60_000 });
    times.through.push(between - startedAt);
    times.encoded.push(performance.now() - between);
  }
  const through = median(times.through);
  const encoded = median(times.encoded);
  console.log(`picture: 4032x3024 JPEG with EXIF, ${picture.length} bytes, median of 15 rounds`);
  console.log(`pass through ${through.toFixed(2)} ms, decode and encode ${encoded.toFixed(1)} ms`);
  console.log(`ratio ${(encoded / through).toFixed(1)} times faster (to reach: 20)`);
}
