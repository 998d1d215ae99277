import { expect, test } from "vitest";
import type { CompressRequest } from "./compress.ts";
import { estimateCompressMemory } from "./compress-memory.ts";
import { readHeader } from "./container.ts";
import { PICTURES } from "./test-pictures.ts";

const request: CompressRequest = {
  format: "keep",
  quality: 50,
  maxDimension: null,
  targetBytes: null,
  effort: "balanced",
};
const frame = 4000 * 3000;
const headerOf = async (kind: string) => ({
  ...readHeader((await PICTURES[kind]?.()) ?? Buffer.of()),
  width: 4000,
  height: 3000,
});

test("what compressing takes counts every frame, the pixels that go out, and the bytes that came in", async () => {
  const jpeg = await headerOf("a baseline JPEG");
  const gif = await headerOf("an animated GIF");
  const plain = estimateCompressMemory(jpeg, request, 0);
  expect(estimateCompressMemory(jpeg, request, 1000)).toBe(plain + 1000);
  expect(plain).toBeGreaterThan(frame * 4);
  expect(estimateCompressMemory(jpeg, { ...request, maxDimension: 400 }, 0)).toBeLessThan(plain / 5);
  expect(estimateCompressMemory(jpeg, { ...request, format: "avif" }, 0)).toBeGreaterThan(plain);
  for (const search of [{ quality: "auto" }, { targetBytes: 5000 }] as const) {
    const held = estimateCompressMemory(jpeg, { ...request, ...search }, 1000);
    expect(held).toBeGreaterThan(plain + 3 * 1000);
  }
  const three = estimateCompressMemory({ ...gif, frames: 3 }, request, 0);
  expect(estimateCompressMemory({ ...gif, frames: 4 }, request, 0) - three).toBeGreaterThanOrEqual(frame * 8);
});
