import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/world.ts";
import { FileStream } from "./file-stream.ts";

async function openFile(bytes: Buffer) {
  const path = join(await temporaryFolder(), "file");
  writeFileSync(path, bytes);
  return await open(path, "r");
}

const bytes = Buffer.alloc(1_000_000, "0123456789abcdef-");

test.each([
  [0, 1_000_000],
  [0, 0],
  [999_999, 1],
  [262_143, 262_146],
])("from %d, %d bytes are read, and the file is closed", async (start, length) => {
  const file = await openFile(bytes);
  const stream = new FileStream(file, start, length, undefined);
  const closed = once(stream, "close");
  expect(Buffer.concat(await stream.toArray()).equals(bytes.subarray(start, start + length))).toBe(true);
  await closed;
  expect(file.fd).toBe(-1);
});

test("a stream that nobody wants closes its file, read from or not, destroyed or by its signal", async () => {
  const ends = [
    (stream: FileStream) => stream.destroy(),
    (stream: FileStream) => stream.resume().once("data", () => stream.destroy()),
    (_: FileStream, stop: AbortController) => stop.abort(),
  ];
  for (const end of ends) {
    const file = await openFile(bytes);
    const stop = new AbortController();
    const stream = new FileStream(file, 0, bytes.length, stop.signal);
    stream.on("error", () => {});
    const closed = new Promise((resolve) => stream.once("close", resolve));
    end(stream, stop);
    await closed;
    expect(file.fd).toBe(-1);
  }
});
