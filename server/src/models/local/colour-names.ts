import sharp from "sharp";

/** Pixels of the copy whose colours are counted. */
const side = 64;
/** A colour that covers less is not worth a word. */
const leastShare = 0.15;

/**
 * The colours that cover most of the picture, as people call them: at most three, most frequent first; none where
 * everything is transparent.
 */
export async function colourNames(image: Buffer, maxPixels: number): Promise<string[]> {
  const { data } = await sharp(image, { pages: 1, limitInputPixels: maxPixels })
    .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const counts = new Map<string, number>();
  let visible = 0;
  for (let at = 0; at < data.length; at += 4) {
    if ((data[at + 3] ?? 0) < 128) continue;
    visible += 1;
    const name = colourName(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count >= leastShare * visible)
    .sort(([, one], [, other]) => other - one)
    .slice(0, 3)
    .map(([name]) => name);
}

/** One of eleven basic colour terms (Berlin and Kay 1969) for 8-bit sRGB. */
export function colourName(red: number, green: number, blue: number): string {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  const chroma = most - least;
  const lightness = (most + least) / 2;
  if (most < 40) return "black";
  if (chroma < 24 || chroma < 0.12 * most) {
    if (lightness > 215) return "white";
    return lightness < 55 ? "black" : "grey";
  }
  return hueName(hueOf(red, green, blue, most, chroma), lightness, chroma);
}

function hueName(hue: number, lightness: number, chroma: number): string {
  const dull = lightness < 110 || chroma < 90;
  if (hue < 15 || hue >= 345) return lightness > 170 ? "pink" : "red";
  if (hue < 45) return dull ? "brown" : "orange";
  if (hue < 70) return lightness < 80 ? "brown" : "yellow";
  if (hue < 170) return "green";
  if (hue < 255) return "blue";
  return hue < 300 ? "purple" : "pink";
}

/** Degrees on the colour circle, red at 0. */
function hueOf(red: number, green: number, blue: number, most: number, chroma: number): number {
  if (most === red) return (60 * ((green - blue) / chroma) + 360) % 360;
  if (most === green) return 60 * ((blue - red) / chroma) + 120;
  return 60 * ((red - green) / chroma) + 240;
}
