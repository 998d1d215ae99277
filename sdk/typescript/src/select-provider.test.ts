import { expect, test } from "vitest";
import type { ImageAnalysis } from "./generated/operations.ts";
import { selectProvider } from "./select-provider.ts";

type Facts = Pick<ImageAnalysis["analysis"], "has_transparency" | "size_mb" | "complexity_score"> & {
  side: number;
};

test.each<[what: string, facts: Partial<Facts>, provider: string]>([
  ["anything", {}, "claude"],
  ["what is larger than the others see", { side: 2049 }, "gemini"],
  ["what is just as large", { side: 2048 }, "claude"],
  ["transparency", { has_transparency: true }, "openai"],
  ["a large file, complex as it may be", { size_mb: 5.1, complexity_score: 9 }, "claude"],
  ["what is complex", { complexity_score: 7.1 }, "gemini"],
])("%s is for the provider that the document names", (_, facts, provider) => {
  const { side, ...others } = {
    side: 100,
    has_transparency: false,
    size_mb: 1,
    complexity_score: 1,
    ...facts,
  };
  for (const dimensions of [
    { width: side, height: 10 },
    { width: 10, height: side },
  ]) {
    // Of an analysis it reads these members only.
    const analysis = { ...others, dimensions } as unknown as ImageAnalysis["analysis"];
    expect(selectProvider({ analysis })).toBe(provider);
  }
});
