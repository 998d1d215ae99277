import type { RateCurve, Sample, Spread } from "./rate-curve.ts";

export interface ByteTarget {
  /** No more bytes than this. */
  readonly maxBytes: number;
  /** The quality wanted; never exceeded. */
  readonly quality: number;
  /** Below this quality dimensions are given up instead. */
  readonly floor: number;
  /** Where even this quality would leave much of the limit, a larger size is worth more; null where there is none. */
  readonly growAbove: number | null;
  /** What other settings, another size or experience suggest. */
  readonly estimate: Sample;
  /** How bytes fall with quality for an average picture. */
  readonly curve: RateCurve;
  readonly spread: Spread;
  /** Null where the format cannot hold the picture at this quality, whatever the limit. */
  readonly encode: (quality: number) => Promise<Buffer | null>;
}

export type ByteTargetResult = {
  readonly encodes: number;
  /** For another size of the picture. */
  readonly spread: Spread;
  /** What a quality should weigh, by the last file or the estimate. */
  readonly predict: (quality: number) => Sample;
} & (
  | {
      readonly fits: true;
      readonly bytes: Buffer;
      readonly quality: number;
      /** The search ended because of `growAbove`. */
      readonly roomy: boolean;
    }
  | { readonly fits: false }
);

/** A result of at least this share of the limit is good enough: another encode would gain nothing visible. */
export const acceptedShare = 0.9;
/** Where in the accepted band a step aims: its middle, so that an error of either sign stays inside. */
export const aimedShare = 0.95;
const maxEncodes = 5;
/** After so many without one that fits, the floor decides whether quality can reach the limit at all. */
const floorAfter = 3;
/** ln(bytes) by which files are off the curve when its two parameters are known. */
const curveDeviation = 0.03;
const leastFactor = 0.1;
/** Beyond what the prediction may be wrong by, the floor is tried when it seems this little out of reach, in ln(bytes). */
const hopeless = 0.05;

/** What says nothing of this picture: dimensions are not given up on its word. */
const hearsay = 0.5;

/**
 * A picture that its format cannot hold counts as this many limits: the search then asks for less. What it would
 * weigh is not known, so that nothing is learnt from it.
 */
const overflow = (quality: number, maxBytes: number): Sample => ({
  quality,
  bytes: maxBytes * 1.5,
  deviation: 10,
});

/**
 * The factor that makes the curve go through two files, as far as they tell: files of nearly one quality say little
 * about it, so that what was known before has its weight (least squares with a prior).
 */
function spreadThrough(one: Sample, other: Sample, curve: RateCurve, before: Spread): Spread {
  const run = curve(other.quality) - curve(one.quality);
  const rise = Math.log(other.bytes / one.bytes);
  const known = 1 / before.deviation ** 2;
  const variance = one.deviation ** 2 + other.deviation ** 2;
  const weight = known + run ** 2 / variance;
  const factor = (before.factor * known + (run * rise) / variance) / weight;
  return { factor: Math.max(leastFactor, factor), deviation: 1 / Math.sqrt(weight) };
}

/** What a file of another quality should weigh. */
function predictFrom(
  sample: Sample,
  { factor, deviation }: Spread,
  curve: RateCurve,
  quality: number,
): Sample {
  const run = curve(quality) - curve(sample.quality);
  return {
    quality,
    bytes: sample.bytes * Math.exp(factor * run),
    deviation: Math.hypot(sample.deviation, deviation * run),
  };
}

/**
 * The quality whose file should come nearest to the aimed size, strictly between what is known to be too large and
 * too small; null where nothing is left between them.
 */
function nextQuality(samples: readonly Sample[], target: ByteTarget, predict: (quality: number) => Sample) {
  let ceiling = target.quality;
  let bottom = target.floor;
  for (const { quality, bytes } of samples) {
    if (bytes > target.maxBytes) ceiling = Math.min(ceiling, quality - 1);
    else bottom = Math.max(bottom, quality + 1);
  }
  if (bottom > ceiling) return null;
  if (samples.length >= floorAfter && bottom === target.floor) return bottom;
  const aimed = target.maxBytes * aimedShare;
  let nearest = bottom;
  let least = Number.POSITIVE_INFINITY;
  for (let quality = bottom; quality <= ceiling; quality += 1) {
    const miss = Math.abs(Math.log(predict(quality).bytes / aimed));
    if (miss > least) break;
    nearest = quality;
    least = miss;
  }
  return nearest;
}

/**
 * Finds the highest quality whose file is within the limit, by fitting the average picture's curve to the files made
 * so far: usually one or two. The result is within 0.90 and 1.00 of the limit unless whole quality steps are coarser
 * than that, or the quality wanted takes less.
 */
export async function encodeWithin(target: ByteTarget): Promise<ByteTargetResult> {
  const { maxBytes, floor, curve } = target;
  const samples: Sample[] = [];
  let best: { bytes: Buffer; quality: number } | undefined;
  let roomy = false;
  let last = target.estimate;
  let { spread } = target;
  const predict = (quality: number) => predictFrom(last, spread, curve, quality);
  const outOfReach = () => {
    const { bytes, deviation } = predict(floor);
    return last.deviation < hearsay && Math.log(bytes / maxBytes) > hopeless + deviation;
  };
  for (;;) {
    if (samples.length === maxEncodes || (!best && outOfReach())) break;
    const quality = nextQuality(samples, target, predict);
    if (quality === null) break;
    const bytes = await target.encode(quality);
    const sample = bytes
      ? { quality, bytes: bytes.length, deviation: curveDeviation }
      : overflow(quality, maxBytes);
    spread = spreadThrough(last, sample, curve, spread);
    samples.push(sample);
    last = sample;
    if (bytes && bytes.length <= maxBytes && quality > (best?.quality ?? 0)) best = { bytes, quality };
    if (best && (best.quality >= target.quality || best.bytes.length >= maxBytes * acceptedShare)) break;
    if (best === undefined || target.growAbove === null) continue;
    roomy = predict(target.growAbove).bytes < maxBytes * acceptedShare;
    if (roomy) break;
  }
  const common = { encodes: samples.length, spread, predict };
  return best ? { ...common, fits: true, ...best, roomy } : { ...common, fits: false };
}
