import { type Attempt, lossy, measured } from "./compress-attempt.ts";
import type { Writer } from "./compress-writer.ts";
import { qualityScales } from "./quality-scale.ts";
import { type Found, searchQuality } from "./quality-search.ts";
import { areaOf, longSide, type Size, scaledTo, sideForArea } from "./smaller-size.ts";

/** What a step aims at, of the limit. */
const aimed = 0.95;
const bytesTolerance = Math.log(1 / 0.9);
const byteAttempts = 4;
const maxSizes = 6;
/** A smaller size is chosen for this much more quality than the floor: there is some to give if it was guessed wrong. */
const headroom = 10;
/** ln(bytes) over ln(area), until two sizes of the picture tell; a page of text loses more than twice as much. */
const areaExponent = 0.75;
/** A smaller picture that leaves more of the limit than this is tried larger. */
const roomy = 0.6;
/** Pixels of the longer side: of a picture smaller than that nothing can be told. */
const leastSide = 64;

/**
 * The best file of at most so many bytes: of less quality down to the format's floor, then of fewer pixels as well.
 * The smallest that was made where none is small enough.
 *
 * @param wished what was made without a limit, and does not keep it
 */
export async function withinBytes(writer: Writer, wished: Attempt, targetBytes: number): Promise<Attempt> {
  const scale = qualityScales[writer.format];
  // Every pixel as it is says nothing of what fewer colours take.
  const ceiling = wished.quality ?? scale.ceiling;
  const floor = Math.min(scale.floor, ceiling);
  const middle = Math.min(ceiling, floor + headroom);
  let { size } = wished;
  let start = ceiling + Math.log((targetBytes * aimed) / wished.bytes.length) / scale.bytesSlope;
  let smallest = wished;
  let above: Weight | null = null;
  let fits: Attempt | null = null;
  for (let turn = 0; turn < maxSizes; turn += 1) {
    const found = await bestOfSize(writer, size, { floor, ceiling, start }, targetBytes);
    if (found === null) break;
    const { made, quality, reached } = found;
    const middling = made.bytes.length * Math.exp(scale.bytesSlope * (middle - quality));
    const here: Weight = { area: areaOf(size), bytes: reached ? made.bytes.length : middling };
    if (reached) {
      if (fits === null || areaOf(size) > areaOf(fits.size)) fits = made;
      if (above === null || quality < ceiling || here.bytes >= targetBytes * roomy) break;
    } else {
      if (made.bytes.length < smallest.bytes.length) smallest = made;
      if (longSide(size) <= leastSide) break;
    }
    const exponent = above === null ? areaExponent : exponentBetween(above, here);
    if (!reached) above = here;
    const area = here.area * ((targetBytes * aimed) / here.bytes) ** (1 / exponent);
    const below = above === null ? longSide(size) : longSideOf(wished.size, above.area);
    const side = Math.max(leastSide, sideForArea(wished.size, area, below, null));
    if (fits && side <= longSide(fits.size)) break;
    size = scaledTo(wished.size, side);
    start = middle;
  }
  return limited(writer, fits ?? smallest);
}

/** What a file of so many pixels weighs. */
interface Weight {
  readonly area: number;
  readonly bytes: number;
}

function exponentBetween(one: Weight, other: Weight): number {
  const exponent = Math.log(one.bytes / other.bytes) / Math.log(one.area / other.area);
  return Number.isFinite(exponent) ? Math.min(3, Math.max(areaExponent / 2, exponent)) : areaExponent;
}

const longSideOf = (shape: Size, area: number) => longSide(shape) * Math.sqrt(area / areaOf(shape));

/** The highest quality at which a size keeps the limit, and where none does, the lowest. */
function bestOfSize(
  writer: Writer,
  size: Size,
  { floor, ceiling, start }: { readonly floor: number; readonly ceiling: number; readonly start: number },
  targetBytes: number,
): Promise<Found<Attempt> | null> {
  return searchQuality({
    floor,
    ceiling,
    start,
    goal: Math.log(targetBytes),
    wanted: "most",
    tolerance: bytesTolerance,
    slope: qualityScales[writer.format].bytesSlope,
    maxAttempts: byteAttempts,
    make: async (quality) => {
      const made = await lossy(writer, size, quality, false);
      return made && { made, value: Math.log(made.bytes.length) };
    },
  });
}

const limited = async (writer: Writer, made: Attempt): Promise<Attempt> => ({
  ...(await measured(writer, made)),
  limited: true,
});
