import { expect, test } from "vitest";
import { collectBytes } from "./collected-bytes.ts";

test("pieces of any size come back as one, whatever was expected", () => {
  for (const expected of [0, 3, 50_000, 2 ** 31]) {
    const collected = collectBytes(expected);
    const pieces = [1, 2, 5_000, 1, 70_000, 3].map((size, index) => Buffer.alloc(size, index + 1));
    for (const piece of pieces) collected.add(piece);
    expect(collected.take().equals(Buffer.concat(pieces))).toBe(true);
  }
  expect(collectBytes(0).take()).toHaveLength(0);
});

test("what a socket read is not kept, however small its pieces are", () => {
  const read = Buffer.from("abcdef");
  const collected = collectBytes(0);
  for (let at = 0; at < read.length; at += 1) collected.add(read.subarray(at, at + 1));
  read.fill(0);
  expect(collected.take().toString()).toBe("abcdef");
});

test("what is taken holds no more memory than its bytes", () => {
  const collected = collectBytes(0);
  for (let piece = 0; piece < 1_000; piece += 1) collected.add(Buffer.alloc(33));
  const bytes = collected.take();
  expect(bytes).toHaveLength(33_000);
  expect(bytes.buffer.byteLength).toBe(33_000);
});
