import { once } from "node:events";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readTable } from "./read-table.ts";
import { readWhole } from "./test-tables.ts";

const ROWS = Buffer.from("https://example.com/shop.jpg,Shop\n".repeat(200));

/** Never ends; counts what was taken from it. */
function endless(chunk: Buffer) {
  let taken = 0;
  const source = new Readable({
    read() {
      taken += chunk.length;
      this.push(chunk);
    },
  });
  return { source, taken: () => taken };
}

/** Gives these bytes and then nothing, neither more nor an end. */
function stalled(bytes: Buffer): Readable {
  const source = new Readable({ read: () => undefined });
  source.push(bytes);
  return source;
}

test.each([
  ["plain", ROWS],
  ["gzip", gzipSync(ROWS)],
])(
  "only what is read is taken from the source, and the source is destroyed with its reader: %s",
  async (_, chunk) => {
    const { source, taken } = endless(chunk);
    const { records } = await readTable(source, { maxBytes: Number.POSITIVE_INFINITY });
    const closed = once(source, "close");
    let read = 0;
    for await (const batch of records) {
      expect(batch.length).toBeLessThanOrEqual(500);
      read += batch.length;
      if (read > 20_000) break;
    }
    await closed;
    const bytesPerRow = chunk.length / 200;
    expect(taken()).toBeLessThan(read * bytesPerRow + 500_000);
  },
);

test.each([
  ["plain", ROWS],
  ["gzip", gzipSync(ROWS)],
])("a reader that is destroyed while the source stalls takes the source with it: %s", async (_, bytes) => {
  const source = stalled(Buffer.concat(Array(20).fill(bytes)));
  const { records } = await readTable(source, { maxBytes: 10_000_000 });
  const reader = Readable.from(records);
  reader.on("error", () => undefined).resume();
  const closed = once(source, "close");
  setImmediate(() => reader.destroy());
  await closed;
  expect(source.destroyed).toBe(true);
});

test("a source that is given up before its rows are read is destroyed", async () => {
  const source = stalled(Buffer.concat(Array(20).fill(ROWS)));
  const { records } = await readTable(source, { maxBytes: 10_000_000 });
  await records[Symbol.asyncIterator]().return?.();
  expect(source.destroyed).toBe(true);
});

test.each([
  ["plain, before the first row", ROWS.subarray(0, 10), 1],
  ["plain, among the rows", ROWS, 20],
  ["gzip, before the first row", gzipSync(ROWS).subarray(0, 20), 1],
  ["gzip, among the rows", gzipSync(ROWS), 20],
])("what the source fails with is what the reader gets: %s", async (_, bytes, times) => {
  const failure = new Error("the connection was lost");
  const source = stalled(Buffer.concat(Array(times).fill(bytes)));
  setImmediate(() => source.destroy(failure));
  await expect(readWhole(source)).rejects.toBe(failure);
});

test("a source that is destroyed without an error is no complete table", async () => {
  const source = stalled(Buffer.concat(Array(20).fill(ROWS)));
  setImmediate(() => source.destroy());
  await expect(readWhole(source)).rejects.toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
});

test("a source is destroyed with the refusal of its bytes", async () => {
  const { source } = endless(Buffer.from("PK\x03\x04"));
  await expect(readTable(source, { maxBytes: 1000 })).rejects.toMatchObject({ code: "not_text" });
  expect(source.destroyed).toBe(true);
  const late = Readable.from([Buffer.concat([...Array(20).fill(ROWS), Buffer.from("\0")]), ROWS]);
  await expect(readWhole(late)).rejects.toMatchObject({ code: "not_text", line: 4001 });
  expect(late.destroyed).toBe(true);
});

test("a gzip bomb ends at the limit of its output, though its source never ends", async () => {
  const { source, taken } = endless(gzipSync(Buffer.alloc(5_000_000, "x,y\n")));
  await expect(readWhole(source, 2_000_000)).rejects.toMatchObject({ code: "table_too_large" });
  expect(source.destroyed).toBe(true);
  expect(taken()).toBeLessThan(1_000_000);
});

test("text of many chunks in memory leaves the event loop its turns", async () => {
  let turns = 0;
  let next = setImmediate(function turn() {
    turns++;
    next = setImmediate(turn);
  });
  await readWhole(Buffer.concat(Array(200).fill(ROWS)));
  clearImmediate(next);
  expect(turns).toBeGreaterThan((200 * ROWS.length) / 32_768);
});

test("rows of half a megabyte come a few at a time", async () => {
  const row = `https://example.com/a.jpg,${"x".repeat(500_000)}\n`;
  const { records } = await readTable(Readable.from([Buffer.from(row.repeat(8))]), { maxBytes: 10_000_000 });
  for await (const batch of records) expect(batch.length).toBeLessThanOrEqual(1);
});
