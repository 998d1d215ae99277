import sharp, { type Sharp } from "sharp";
import { photo } from "./pictures.ts";

/** Small pictures of every kind that decoders treat in their own way, for mutating them. */
export async function smallPictures(): Promise<readonly Buffer[]> {
  const picture = await photo(48, 36, 7);
  const clear = picture.clone().ensureAlpha(0.5);
  const frames = Buffer.concat(
    await Promise.all([1, 2, 3].map(async (seed) => (await photo(24, 20, seed)).raw().toBuffer())),
  );
  const moving = () => sharp(frames, { raw: { width: 24, height: 60, channels: 3, pageHeight: 20 } });
  const tagged = (pipeline: Sharp) =>
    pipeline
      .withExif({ IFD0: { Copyright: "somebody" } })
      .withXmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
      .withIccProfile("p3");
  const pipelines = [
    picture.clone().jpeg(),
    picture.clone().jpeg({ progressive: true, chromaSubsampling: "4:4:4" }),
    picture.clone().toColourspace("cmyk").jpeg(),
    picture.clone().toColourspace("b-w").jpeg(),
    tagged(picture.clone()).jpeg(),
    picture.clone().withMetadata({ orientation: 6 }).jpeg(),
    picture.clone().png(),
    picture.clone().png({ progressive: true }),
    picture.clone().png({ palette: true, colours: 16 }),
    picture.clone().toColourspace("rgb16").png(),
    picture.clone().toColourspace("grey16").png(),
    clear.clone().png(),
    tagged(clear.clone()).png(),
    picture.clone().gif(),
    clear.clone().gif(),
    moving().gif({ delay: [50, 50, 50], loop: 2 }),
    picture.clone().webp(),
    picture.clone().webp({ lossless: true }),
    clear.clone().webp(),
    tagged(clear.clone()).webp(),
    moving().webp({ delay: [50, 50, 50] }),
  ];
  return Promise.all(pipelines.map((pipeline) => pipeline.toBuffer()));
}

type Mutation = (bytes: Buffer, other: Buffer, random: (limit: number) => number) => Buffer;

/** What happens to files on bad disks, in broken proxies, and at the hands of people who want something to break. */
const mutations: readonly Mutation[] = [
  function flipBits(bytes, _, random) {
    const copy = Buffer.from(bytes);
    for (let flips = 1 + random(8); flips > 0; flips -= 1) {
      const at = random(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
    }
    return copy;
  },
  function setHeaderBytes(bytes, _, random) {
    const copy = Buffer.from(bytes);
    const telling = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
    for (let count = 1 + random(3); count > 0; count -= 1) {
      copy[random(Math.min(64, copy.length))] = telling[random(telling.length)] ?? 0;
    }
    return copy;
  },
  function cutShort(bytes, _, random) {
    return bytes.subarray(0, 1 + random(bytes.length));
  },
  function cutOut(bytes, _, random) {
    const from = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + random(40))]);
  },
  function repeatPart(bytes, _, random) {
    const from = random(bytes.length);
    const part = bytes.subarray(from, from + 1 + random(80));
    return Buffer.concat([bytes.subarray(0, from), part, bytes.subarray(from)]);
  },
  function insertNoise(bytes, _, random) {
    const from = random(bytes.length);
    const noise = Buffer.from(Array.from({ length: 1 + random(16) }, () => random(256)));
    return Buffer.concat([bytes.subarray(0, from), noise, bytes.subarray(from)]);
  },
  function spliceInto(bytes, other, random) {
    const start = random(other.length);
    const part = other.subarray(start, start + 1 + random(200));
    const from = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, from), part, bytes.subarray(from + random(part.length))]);
  },
  function append(bytes, other) {
    return Buffer.concat([bytes, other]);
  },
];

/** One of the pictures, changed in up to three ways that the random numbers decide. */
export function mutate(pictures: readonly Buffer[], random: () => number): Buffer {
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = () => pictures[below(pictures.length)] ?? Buffer.alloc(1);
  let bytes = pick();
  for (let count = 1 + below(3); count > 0 && bytes.length > 0; count -= 1) {
    const mutation = mutations[below(mutations.length)];
    if (mutation) bytes = mutation(bytes, pick(), below);
  }
  return bytes.length > 0 ? bytes : pick();
}
