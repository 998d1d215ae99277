/** What is known of one quality: a file of this many bytes. */
interface Sample {
  readonly quality: number;
  readonly bytes: number;
}

export interface ByteTarget {
  /** No more bytes than this. */
  readonly maxBytes: number;
  /** The quality wanted; never exceeded. */
  readonly quality: number;
  /** What an earlier encode with other settings suggests; without it the search starts at the floor. */
  readonly known: Sample | null;
  /** Below this quality dimensions are given up instead. */
  readonly floor: number;
  /**
   * How ln(bytes) falls with ln(quantiser step) before two encodes have shown it: about -0.65 for photographs,
   * -0.25 for text-like pictures, whose bytes are in edges that survive coarse quantisers.
   */
  readonly priorSlope: number;
  /** Null where the format cannot hold the picture at this quality, whatever the limit. */
  readonly encode: (quality: number) => Promise<Buffer | null>;
}

export type ByteTargetResult =
  | { readonly fits: true; readonly bytes: Buffer; readonly quality: number; readonly encodes: number }
  /** `bytesAtFloor` is measured, or predicted where the floor was clearly out of reach. */
  | { readonly fits: false; readonly bytesAtFloor: number; readonly encodes: number };

/** A result of at least this share of the limit is good enough: another encode would gain nothing visible. */
export const acceptedShare = 0.9;
/** Where in the accepted band a step aims: near its top, with room for the error of the prediction. */
export const aimedShare = 0.96;
/** What a picture that its format cannot hold counts as, in limits: the search then asks for less. */
export const overflowExcess = 1.5;
const maxEncodes = 4;
/** The floor is only tried when its predicted size is this close; else the encode would be wasted. */
const hopeless = 1.1;

/**
 * The quantiser step of IJG quality, in percent. ln(bytes) is close to a straight line over its logarithm, which
 * it is not over quality: near 100 a quality point halves the step, near 50 it changes a percent.
 */
const stepOf = (quality: number) => (quality < 50 ? 5000 / quality : Math.max(1, 200 - 2 * quality));
const qualityOf = (step: number) => (step > 100 ? 5000 / step : 100 - step / 2);

/** Two files of nearly one size: quality hardly matters there, so that the next step goes all the way. */
const flattest = -0.02;

function slopeOf(samples: readonly Sample[], prior: number): number {
  const [a, b] = samples.slice(-2);
  if (a === undefined || b === undefined) return prior;
  const slope = Math.log(b.bytes / a.bytes) / Math.log(stepOf(b.quality) / stepOf(a.quality));
  return Number.isFinite(slope) ? Math.min(slope, flattest) : prior;
}

/** What another encoder setting suggests is a guess about sizes, so it may also say that the quality wanted will do. */
function firstQuality(known: Sample, target: ByteTarget): number {
  if (known.bytes <= target.maxBytes) return target.quality;
  return Math.max(target.floor, Math.min(target.quality, Math.floor(predictQuality([], known, target))));
}

function predictQuality(samples: readonly Sample[], last: Sample, target: ByteTarget): number {
  const wanted = Math.log((target.maxBytes * aimedShare) / last.bytes);
  return qualityOf(stepOf(last.quality) * Math.exp(wanted / slopeOf(samples, target.priorSlope)));
}

/**
 * The quality whose file should have the aimed size, kept strictly between what is known too large and too small;
 * null where nothing is left between them.
 */
function nextQuality(samples: readonly Sample[], last: Sample, target: ByteTarget): number | null {
  let ceiling = target.quality;
  let bottom = target.floor;
  for (const { quality, bytes } of samples) {
    if (bytes > target.maxBytes) ceiling = Math.min(ceiling, quality - 1);
    else bottom = Math.max(bottom, quality + 1);
  }
  if (bottom > ceiling) return null;
  // The last attempt is the one that decides whether quality can reach the limit at all.
  if (samples.length === maxEncodes - 1 && bottom === target.floor) return target.floor;
  return Math.min(ceiling, Math.max(bottom, Math.floor(predictQuality(samples, last, target))));
}

function bytesAt(quality: number, samples: readonly Sample[], last: Sample, prior: number): number {
  const slope = slopeOf(samples, prior);
  return last.bytes * (stepOf(quality) / stepOf(last.quality)) ** slope;
}

/**
 * Finds the highest quality whose file is within the limit, by a secant search over the logarithm of the
 * quantiser step: one encode when the limit does not bind, usually two or three when it does. The result is
 * within 0.90 and 1.00 of the limit unless whole quality steps are coarser than that.
 */
export async function encodeWithin(target: ByteTarget): Promise<ByteTargetResult> {
  const { maxBytes, floor, priorSlope } = target;
  const samples: Sample[] = [];
  let best: { bytes: Buffer; quality: number } | undefined;
  let last: Sample = target.known ?? { quality: floor, bytes: 0 };
  let quality: number | null = target.known ? firstQuality(target.known, target) : floor;
  const outOfReach = () => bytesAt(floor, samples, last, priorSlope) > maxBytes * hopeless;
  while (quality !== null && samples.length < maxEncodes && (best || !outOfReach())) {
    const bytes = await target.encode(quality);
    last = { quality, bytes: bytes?.length ?? maxBytes * overflowExcess };
    samples.push(last);
    if (bytes && bytes.length <= maxBytes && quality > (best?.quality ?? 0)) best = { bytes, quality };
    if (best && (best.quality >= target.quality || best.bytes.length >= maxBytes * acceptedShare)) break;
    quality = nextQuality(samples, last, target);
  }
  if (best) return { fits: true, ...best, encodes: samples.length };
  return { fits: false, bytesAtFloor: bytesAt(floor, samples, last, priorSlope), encodes: samples.length };
}
