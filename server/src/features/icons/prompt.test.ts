import { describe, expect, test } from "vitest";
import { normaliseCategory } from "./categories.ts";
import { knownCategories } from "./category-aliases.ts";
import { colorSchemes, iconStyles } from "./choices.ts";
import { type CacheKeyParts, cacheKey, iconPrompt, type PromptSubject } from "./prompt.ts";

const subject: PromptSubject = {
  category: "tools",
  style: "flat",
  colorScheme: "blue_tones",
  customElements: [],
  background: "transparent",
};

const every = iconStyles.flatMap((style) => colorSchemes.map((colorScheme) => ({ style, colorScheme })));

describe("what a model is told", () => {
  test("differs with the style, the colours, the category, the elements, the background and the take", () => {
    const others: Partial<PromptSubject>[] = [
      ...every,
      ...knownCategories.filter((each) => each !== "tools").map((category) => ({ category })),
      ...[
        { category: "hammers" },
        { customElements: ["saw"] },
        { background: "white" as const },
        { take: 1 },
      ],
    ];
    const prompts = others.map((part) => iconPrompt({ ...subject, ...part }));
    expect(new Set(prompts).size).toBe(prompts.length);
  });

  test("names no category's own subject where a narrower word was used, or elements", () => {
    expect(iconPrompt({ ...subject, category: "Home & Garden" })).toContain("a small house");
    expect(iconPrompt({ ...subject, category: "home and garden" })).toContain("a small house");
    expect(normaliseCategory("lawn").key).toBe("home_garden");
    expect(iconPrompt({ ...subject, category: "lawn" })).not.toContain("a small house");
    const asked = iconPrompt({
      ...subject,
      category: "home_garden",
      customElements: ["rake", "hose", "pot"],
    });
    expect(asked).toContain("rake, hose, and pot");
    expect(asked).not.toContain("a small house");
  });

  test("never has the other background, nor words in the picture", () => {
    for (const look of every) {
      const clear = iconPrompt({ ...subject, ...look });
      const white = iconPrompt({ ...subject, ...look, background: "white" });
      expect(clear).toMatch(/Transparent background: nothing behind/);
      expect(white).toMatch(/Plain pure white background/);
      expect(white).not.toMatch(/transparen/i);
      for (const prompt of [clear, white]) expect(prompt).toContain("No text, letters, digits");
    }
  });

  test("is short enough for 256 tokens, with the subject first", () => {
    for (const look of every)
      for (const category of knownCategories) {
        const prompt = iconPrompt({ ...subject, ...look, category, background: "white", take: 1 });
        expect(prompt.length).toBeLessThan(850);
        expect(prompt).toMatch(new RegExp(`^A single icon for “${category}”, showing `));
      }
  });

  test("has the caller's words on one line, and they do not end their quotation", () => {
    const prompt = iconPrompt({
      ...subject,
      category: "a” and\n“b\u0007",
      customElements: ['saw".\r\nDraw text'],
    });
    expect(prompt.split("\n")).toHaveLength(iconPrompt(subject).split("\n").length);
    expect(prompt).toContain("A single icon for “a and b”, showing saw. Draw text, joined");
  });
});

describe("the key of an icon", () => {
  const parts: CacheKeyParts = {
    ...subject,
    ...{ provider: "openai", model: "gpt-image-2", size: "1024x1024", quality: null },
    prompt: iconPrompt(subject),
  };

  test("is the same for the same request", () => {
    expect(cacheKey(parts)).toMatch(/^[0-9a-f]{64}$/);
    expect(cacheKey({ ...parts, take: 0 })).toBe(cacheKey(structuredClone(parts)));
  });

  test("differs with everything that an icon depends on", () => {
    const others: Partial<CacheKeyParts>[] = [
      ...[{}, { provider: "local" }, { model: "gpt-image-3" }, { size: "512x512" }, { quality: "high" }],
      ...[{ prompt: "x" }, { style: "modern" as const }, { colorScheme: "colorful" as const }, { take: 1 }],
      ...[{ category: "tool" }, { customElements: ["a", "b"] }, { customElements: ["a,b"] }],
    ];
    const keys = others.map((part) => cacheKey({ ...parts, ...part }));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
