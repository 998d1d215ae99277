/** Kinds of pictures whose bytes fall differently with quality. */
export type PictureKind = "photo" | "text";

const knots = [50, 55, 60, 65, 70, 75, 77, 80, 85, 90, 93, 95, 98, 100] as const;

/**
 * ln(bytes at a quality / bytes at quality 95), by the knots above, of an average picture: the mean over 14
 * photographs and 47 screenshots, documents, charts and logos, encoded with the settings for few bytes.
 *
 * A picture's own curve is this one times a factor of its own ("spread", 0.5 to 1.4; deviation 0.25), which two files
 * of it tell: what is left is 3 % of the bytes. Straight lines over quality or the quantiser step are off by 10 % and
 * more, since WebP's curve bends at 75 and JPEG's above 90.
 */
const curves = {
  jpeg: {
    photo: [
      -1.257, -1.191, -1.125, -1.042, -0.955, -0.843, -0.797, -0.72, -0.571, -0.351, -0.196, 0, 0.339, 0.741,
    ],
    text: [
      -0.92, -0.872, -0.823, -0.766, -0.704, -0.635, -0.597, -0.54, -0.423, -0.264, -0.133, 0, 0.271, 0.527,
    ],
  },
  webp: {
    photo: [
      -1.617, -1.537, -1.469, -1.393, -1.33, -1.243, -1.157, -1.01, -0.756, -0.419, -0.178, 0, 0.21, 0.279,
    ],
    text: [
      -0.861, -0.825, -0.791, -0.754, -0.719, -0.681, -0.63, -0.556, -0.423, -0.245, -0.101, 0, 0.153, 0.217,
    ],
  },
} as const;

/** ln(bytes / bytes at quality 95) of an average picture; flat under quality 50, where nothing is searched for. */
export type RateCurve = (quality: number) => number;

export function rateCurve(format: "jpeg" | "webp", kind: PictureKind): RateCurve {
  const values: readonly number[] = curves[format][kind];
  return (quality) => {
    const above = knots.findIndex((knot) => knot >= quality);
    const to = knots[above] ?? 100;
    const from = knots[above - 1] ?? to;
    const share = to === from ? 1 : (quality - from) / (to - from);
    const low = values[Math.max(0, above - 1)] ?? 0;
    return low + ((values[above] ?? 0) - low) * share;
  };
}

/** ln(bits a pixel) at quality 95 of an average picture, and its standard deviation. */
const usualBits = {
  jpeg: { photo: 0.63, text: 0.57, deviation: 0.6 },
  webp: { photo: 0.33, text: -0.27, deviation: 0.8 },
} as const;

/** What is known of one quality: a file of this many bytes. */
export interface Sample {
  readonly quality: number;
  readonly bytes: number;
  /** Standard deviation of ln(bytes): how far the file that counts may be from what is said here. */
  readonly deviation: number;
}

/** What an average picture of this many pixels weighs. */
export function usualFile(
  format: "jpeg" | "webp",
  kind: PictureKind,
  pixels: number,
  quality: number,
): Sample {
  const usual = usualBits[format];
  const bytes = (pixels / 8) * Math.exp(usual[kind] + rateCurve(format, kind)(quality));
  return { quality, bytes, deviation: usual.deviation };
}

/** A picture's own factor on the curve of the average picture, and the standard deviation of what is known of it. */
export interface Spread {
  readonly factor: number;
  readonly deviation: number;
}

/** Of a picture of which nothing is known yet. */
export const usualSpread: Spread = { factor: 1, deviation: 0.25 };
