import { type Attempt, lossless, lossy } from "./compress-attempt.ts";
import type { Writer } from "./compress-writer.ts";
import { qualityScales } from "./quality-scale.ts";
import { searchQuality } from "./quality-search.ts";
import { looksAlike } from "./similarity.ts";
import type { Size } from "./smaller-size.ts";

/** Not worth another attempt: 0.95 to 0.96. */
const likenessTolerance = Math.log(0.05 / 0.04);
const alikeAttempts = 4;
const allColours = 100;
/** Of AVIF, whose files are not looked at: on average it leaves 0.955 of a catalog's pictures, 0.99 of large photographs. */
const unseenQuality = 50;

/** -ln(1 - similarity), which quality moves about evenly. */
const likeness = (similarity: number) => -Math.log(Math.max(1e-6, 1 - similarity));

/** A file of the quality wanted; of a PNG, whose palette is not to be seen, one that may keep every pixel. */
export async function withQuality(
  writer: Writer,
  size: Size,
  quality: number,
  worthwhile: number,
): Promise<Attempt | null> {
  const { png } = writer;
  if (png === null) return lossy(writer, size, quality, false);
  if (quality >= allColours) return lossless(writer, size);
  const forecast = await png.forecast(size, quality);
  if (forecast === "larger") {
    const whole = await lossless(writer, size);
    if (whole && whole.bytes.length < worthwhile) return whole;
  }
  for (const colours of forecast === "seen" ? [allColours] : [quality, allColours]) {
    const made = await lossy(writer, size, colours, true);
    if (made === null) return null;
    if ((made.similarity ?? 0) >= looksAlike) return smallerOf(made, writer, size, worthwhile);
  }
  return lossless(writer, size);
}

/**
 * The file of the lowest quality that still looks like the source, no lower than the format's floor and no higher than
 * its ceiling. Where even that does not, a PNG keeps every pixel, and others have the quality that comes nearest.
 *
 * @param stored the quality above which there is nothing to keep
 */
export async function lookingAlike(
  writer: Writer,
  size: Size,
  stored: number | null,
  worthwhile: number,
): Promise<Attempt | null> {
  if (writer.similarity === null) return lossy(writer, size, unseenQuality, false);
  const scale = qualityScales[writer.format];
  const ceiling = Math.min(scale.ceiling, stored ?? scale.ceiling);
  const found = await searchQuality({
    floor: Math.min(scale.floor, ceiling),
    ceiling,
    start: scale.alike,
    goal: likeness(looksAlike),
    wanted: "least",
    tolerance: likenessTolerance,
    slope: scale.likenessSlope,
    maxAttempts: alikeAttempts,
    make: async (quality) => {
      const made = await lossy(writer, size, quality, true);
      return made && { made, value: likeness(made.similarity ?? 0) };
    },
  });
  if (writer.png === null) return found?.made ?? null;
  return found?.reached ? smallerOf(found.made, writer, size, worthwhile) : lossless(writer, size);
}

/** Scattered colours can take more than the smooth ones that they stand for: then every pixel may stay. */
async function smallerOf(made: Attempt, writer: Writer, size: Size, worthwhile: number): Promise<Attempt> {
  if (made.bytes.length < worthwhile) return made;
  const whole = await lossless(writer, size);
  return whole && whole.bytes.length < made.bytes.length ? whole : made;
}
