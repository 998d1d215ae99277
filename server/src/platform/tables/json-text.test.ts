import { expect, test } from "vitest";
import { jsonArrayText, ndjsonText } from "./json-text.ts";

const items = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ n, text: "line\nbreak \u2028 \ud800" }));

async function piecesOf(text: AsyncIterable<string>) {
  const pieces: string[] = [];
  for await (const piece of text) pieces.push(piece);
  return pieces;
}

test("NDJSON has a value on each line", async () => {
  const text = (await piecesOf(ndjsonText([items(2), [], items(1)]))).join("");
  const lines = text.split("\n");
  expect(lines.pop()).toBe("");
  expect(lines.map((line) => JSON.parse(line))).toEqual([...items(2), ...items(1)]);
});

test("NDJSON of nothing is empty", async () => {
  expect(await piecesOf(ndjsonText([[]]))).toEqual([]);
});

test.each([0, 1, 3])("a JSON array of %j members is valid", async (count) => {
  const text = (await piecesOf(jsonArrayText([[], items(count), []]))).join("");
  expect(JSON.parse(text)).toEqual(items(count));
  expect(text.split("\n")).toHaveLength(count + 2);
});

test("a large page comes in pieces of about 64 K characters", async () => {
  const pieces = await piecesOf(ndjsonText([Array(10_000).fill("x".repeat(97))]));
  expect(pieces.join("").length).toBe(1_000_000);
  for (const piece of pieces) expect(piece.length).toBeLessThan(66_000);
});
