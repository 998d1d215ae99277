import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { draw, type Subject } from "./draw.ts";
import { distance, glance } from "./testing.ts";

const subject = (prompt: string, seed: number, size: Partial<Subject> = {}): Subject => ({
  ...{ prompt, seed, width: 128, height: 128 },
  ...size,
});

const seen = (drawn: Subject) => {
  const { width, height } = drawn;
  return glance(sharp(draw(drawn), { raw: { width, height, channels: 3 } }));
};

/** As the eye has it: shares of red, green and blue in all that shines. */
async function tint(drawn: Subject) {
  const pixels = await seen(drawn);
  const [red, green, blue] = [0, 1, 2].map((part) =>
    pixels.reduce((sum, pixel) => sum + (pixel[part] ?? 0), 0),
  );
  return { red: red ?? 0, green: green ?? 0, blue: blue ?? 0 };
}

/** Whose prompts name nothing that is known: they get any composition and any colours. */
const plain = ["hello world", "quantum entanglement", "Портрет кошки", "<svg onload=x>", ""];

describe("a local drawing", () => {
  it("is the same for the same prompt, seed and size", () => {
    for (const prompt of plain) {
      const [once, again] = [draw(subject(prompt, 7)), draw(subject(prompt, 7))];
      expect(Buffer.compare(once, again), prompt).toBe(0);
    }
  });

  it("is clearly another one for each seed", async () => {
    for (const prompt of ["hello world", "a sunset over mountains", "red"]) {
      const glances = await Promise.all(Array.from({ length: 10 }, (_, seed) => seen(subject(prompt, seed))));
      const distances = glances.flatMap((one, index) =>
        glances.slice(index + 1).map((other) => distance(one, other)),
      );
      expect(Math.min(...distances), prompt).toBeGreaterThan(8);
    }
  });

  it("is clearly another one for other words", async () => {
    const glances = await Promise.all(plain.map((prompt) => seen(subject(prompt, 1))));
    const distances = glances.flatMap((one, index) =>
      glances.slice(index + 1).map((other) => distance(one, other)),
    );
    expect(Math.min(...distances)).toBeGreaterThan(8);
  });

  it("has the colours that its prompt names, whatever is drawn", async () => {
    for (let seed = 0; seed < 9; seed += 1) {
      const red = await tint(subject("something red", seed));
      expect(red.red, `seed ${seed}`).toBeGreaterThan(1.15 * Math.max(red.green, red.blue));
      const green = await tint(subject("Greens!", seed));
      expect(green.green, `seed ${seed}`).toBeGreaterThan(1.03 * Math.max(green.red, green.blue));
      const blue = await tint(subject("a BLUE one", seed));
      expect(blue.blue, `seed ${seed}`).toBeGreaterThan(1.1 * Math.max(blue.red, blue.green));
    }
  });

  it("has the colours of what its prompt makes one think of", async () => {
    for (let seed = 0; seed < 9; seed += 1) {
      const [fire, sea] = [await tint(subject("A dragon!", seed)), await tint(subject("Under water", seed))];
      expect(fire.red, `seed ${seed}`).toBeGreaterThan(1.3 * fire.blue);
      expect(sea.blue, `seed ${seed}`).toBeGreaterThan(1.1 * sea.red);
    }
  });

  it("goes on to the last pixel of long and high formats, whatever is drawn", () => {
    // As many seeds as there are compositions: each of them is drawn.
    for (const size of [
      { width: 512, height: 32 },
      { width: 32, height: 512 },
    ])
      for (let seed = 0; seed < 9; seed += 1) {
        const pixels = draw(subject("hello world", seed, size));
        expect(pixels).toHaveLength(512 * 32 * 3);
        const end = pixels.subarray(-32 * 3);
        // Black has its grain, too, which is 1.6 on average.
        expect(end.reduce((sum, part) => sum + part, 0) / end.length, `seed ${seed}`).toBeGreaterThan(1);
      }
  });

  it("tells how far it is, and never goes back", () => {
    const told: number[] = [];
    draw(subject("hello", 1, { width: 128, height: 512 }), (progress) => told.push(progress));
    expect(told.length).toBeGreaterThan(4);
    expect(told).toEqual(told.toSorted((one, other) => one - other));
    expect(told.every((progress) => progress > 0 && progress < 1)).toBe(true);
  });
});
