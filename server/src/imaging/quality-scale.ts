import type { CompressedFormat } from "./compress-settings.ts";

/** How far a format's qualities are used, and what of a picture changes along them on average. */
export interface QualityScale {
  /** Less is not chosen for anybody: pixels are given up instead. */
  readonly floor: number;
  /** More is not chosen for the sake of similarity: from here on bytes double and little is seen of it. */
  readonly ceiling: number;
  /** Where pictures usually come to look like their source. */
  readonly alike: number;
  /** By how much -ln(1 - similarity) rises with a step of quality. */
  readonly likenessSlope: number;
  /** By how much ln(bytes) rises with a step of quality. */
  readonly bytesSlope: number;
}

/** Means of photographs with and without grain, drawings, logos and screenshots of 0.5 to 12 megapixels. */
export const qualityScales: Readonly<Record<CompressedFormat, QualityScale>> = {
  jpeg: { floor: 30, ceiling: 90, alike: 45, likenessSlope: 0.022, bytesSlope: 0.026 },
  webp: { floor: 30, ceiling: 95, alike: 70, likenessSlope: 0.018, bytesSlope: 0.025 },
  avif: { floor: 20, ceiling: 80, alike: 32, likenessSlope: 0.03, bytesSlope: 0.035 },
  // Most pictures for which palettes do at all look like their source with the fewest colours.
  png: { floor: 30, ceiling: 100, alike: 30, likenessSlope: 0.012, bytesSlope: 0.006 },
  gif: { floor: 30, ceiling: 100, alike: 50, likenessSlope: 0.02, bytesSlope: 0.012 },
};
