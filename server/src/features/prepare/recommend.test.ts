import type { ImageAnalysis, ImageHeader } from "@fovea/imaging";
import { describe, expect, test } from "vitest";
import { bestProvider, type ProviderChoice, recommend } from "./recommend.ts";

const small: ProviderChoice = {
  width: 1000,
  height: 800,
  hasTransparency: false,
  megabytes: 2,
  complexity: 5,
};

describe("the best provider", () => {
  test("of the reference's high-resolution picture is gemini", () => {
    const picture = { width: 4000, height: 3000, hasTransparency: false, complexity: 5, megabytes: 8 };
    expect(bestProvider(picture)).toBe("gemini");
  });

  test("of the reference's transparent picture is openai", () => {
    const picture = { width: 1000, height: 800, hasTransparency: true, complexity: 4, megabytes: 2 };
    expect(bestProvider(picture)).toBe("openai");
  });

  test("of an ordinary picture is claude", () => {
    expect(bestProvider(small)).toBe("claude");
  });

  test.each([
    ["gemini, since the size is asked first", { width: 2049, hasTransparency: true, megabytes: 9 }],
    ["gemini by height as by width", { height: 2049, hasTransparency: true }],
    [
      "openai, since transparency is asked before bytes",
      { hasTransparency: true, megabytes: 9, complexity: 9 },
    ],
    ["claude, since bytes are asked before complexity", { megabytes: 5.01, complexity: 9 }],
    ["gemini, if complexity alone is high", { complexity: 7.01 }],
  ] as const)("is %s", (expected, facts) => {
    expect(bestProvider({ ...small, ...facts })).toBe(expected.split(/\W/)[0]);
  });

  test("changes above a threshold, not on it", () => {
    expect(bestProvider({ ...small, width: 2048, height: 2048 })).toBe("claude");
    expect(bestProvider({ ...small, megabytes: 5, complexity: 7.5 })).toBe("gemini");
    expect(bestProvider({ ...small, complexity: 7 })).toBe("claude");
  });
});

const header: ImageHeader = {
  format: "png",
  width: 1000,
  height: 800,
  orientation: 1,
  frames: 1,
  bitsPerChannel: 8,
  colour: "rgb",
  hasAlpha: false,
  progressive: false,
  profile: "none",
  hasMetadata: false,
  hasExif: false,
  chromaSubsampled: null,
  estimatedQuality: null,
};
const analysis: ImageAnalysis = {
  width: 1000,
  height: 800,
  hasTransparency: false,
  minimumAlpha: 255,
  isGreyscale: false,
  complexity: 5,
  distinctColours: 1000,
  dominantColours: [],
  perceptualHash: "0".repeat(16),
  averageHash: "0".repeat(16),
  thumbHash: "",
  textLikeness: 0,
  sampleWidth: 512,
  sampleHeight: 410,
};

describe("a recommendation", () => {
  test("for a plain photo has nothing to note", () => {
    expect(recommend(header, analysis, 2, false)).toEqual({
      best_provider: "claude",
      suggested_format: "JPEG",
      estimated_quality: 85,
      processing_notes: [],
    });
  });

  test("suggests PNG where transparency or lossless text would be lost, and JPEG where JPEG's loss is in it", () => {
    const suggested = (format: "png" | "jpeg", hasTransparency: boolean, textLike: boolean) =>
      recommend({ ...header, format }, { ...analysis, hasTransparency }, 2, textLike).suggested_format;
    expect(suggested("png", true, false)).toBe("PNG");
    expect(suggested("png", false, true)).toBe("PNG");
    expect(suggested("jpeg", false, true)).toBe("JPEG");
    expect(suggested("png", false, false)).toBe("JPEG");
  });

  test("notes what somebody has to know before sending the picture as it is", () => {
    const odd = { ...header, orientation: 6, frames: 12, hasExif: true };
    const notes = recommend(odd, { ...analysis, width: 90, height: 120 }, 2, true).processing_notes.join(
      "\n",
    );
    for (const word of ["orientation", "first frame", "text", "small", "location"])
      expect(notes).toContain(word);
  });
});
