import sharp, { type Sharp } from "sharp";
import { page, photo, renderedPage, smoothPhoto } from "../server/test/pictures.ts";
import { median } from "./load.ts";

const candidates = {
  "jpeg 95, plain Huffman": (picture: Sharp) => picture.jpeg({ quality: 95, optimiseCoding: false }),
  "jpeg 95, plain, 4:4:4": (picture: Sharp) =>
    picture.jpeg({ quality: 95, optimiseCoding: false, chromaSubsampling: "4:4:4" }),
  "jpeg 95, optimised Huffman": (picture: Sharp) => picture.jpeg({ quality: 95 }),
  "jpeg 95, progressive": (picture: Sharp) => picture.jpeg({ quality: 95, progressive: true }),
  "jpeg 95, mozjpeg": (picture: Sharp) => picture.jpeg({ quality: 95, mozjpeg: true }),
  "webp 95, effort 0": (picture: Sharp) => picture.webp({ quality: 95, effort: 0 }),
  "webp 95, effort 2": (picture: Sharp) => picture.webp({ quality: 95, effort: 2 }),
  "webp 95, effort 4": (picture: Sharp) => picture.webp({ quality: 95, effort: 4 }),
  "png 1": (picture: Sharp) => picture.png({ compressionLevel: 1 }),
  "png 3": (picture: Sharp) => picture.png({ compressionLevel: 3 }),
  "png 6": (picture: Sharp) => picture.png({ compressionLevel: 6 }),
  "png 9": (picture: Sharp) => picture.png({ compressionLevel: 9 }),
  "png 3, adaptive": (picture: Sharp) => picture.png({ compressionLevel: 3, adaptiveFiltering: true }),
  "png 6, adaptive": (picture: Sharp) => picture.png({ compressionLevel: 6, adaptiveFiltering: true }),
  "png 9, adaptive": (picture: Sharp) => picture.png({ compressionLevel: 9, adaptiveFiltering: true }),
};

/** Time and bytes of encoder settings, as ratios to the first of each format: what the choices in encode.ts rest on. */
export async function encoders(): Promise<void> {
  sharp.cache(false);
  sharp.concurrency(1);
  for (const [kind, make] of [
    ["photo", photo],
    ["photo without grain", smoothPhoto],
    ["page of text", page],
    ["page of rendered text", renderedPage],
  ] as const) {
    const [width, height] = [1568, 1176];
    const raw = await (await make(width, height)).raw().toBuffer();
    console.log(`\n${kind}, ${width}x${height}: time and bytes, relative to the first of the format`);
    const first = new Map<string, { ms: number; bytes: number }>();
    for (const [name, configure] of Object.entries(candidates)) {
      const measured = await measure(() =>
        configure(sharp(raw, { raw: { width, height, channels: 3 } })).toBuffer(),
      );
      const format = name.split(" ")[0] ?? "";
      const base = first.get(format) ?? measured;
      first.set(format, base);
      const time = (measured.ms / base.ms).toFixed(2);
      console.log(
        `  ${name.padEnd(28)} time ${time.padStart(6)}   bytes ${(measured.bytes / base.bytes).toFixed(3)}`,
      );
    }
  }
}

async function measure(run: () => Promise<Buffer>): Promise<{ ms: number; bytes: number }> {
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round < 7; round += 1) {
    const startedAt = performance.now();
    bytes = (await run()).length;
    times.push(performance.now() - startedAt);
  }
  return { ms: median(times), bytes };
}
