import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, type Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { finished, pipeline } from "node:stream/promises";
import zlib from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { describeWith } from "../../../test/needs.ts";
import { type ZipEntry, zipBytes } from "./zip.ts";

const NOON = new Date("2026-03-04T12:00:00Z");
/** Does not become smaller, so what is compressed is soon more than any buffer holds. */
const RANDOM = randomBytes(70_000);

const entry = (name: string, ...chunks: (string | Buffer)[]): ZipEntry => ({
  name,
  content: () => chunks,
  compress: true,
});

/** Content without end; what it counts tells how far it was read and whether it was ended. */
function endless(name: string) {
  const state = { chunks: 0, ended: false };
  async function* content() {
    try {
      for (;;) {
        state.chunks += 1;
        yield RANDOM;
      }
    } finally {
      state.ended = true;
    }
  }
  return { state, entry: { name, content, compress: true } };
}

/** What yazl compresses with. */
function watchCompressors() {
  const made: zlib.DeflateRaw[] = [];
  const original = zlib.DeflateRaw;
  zlib.DeflateRaw = class extends original {
    constructor(options?: zlib.ZlibOptions) {
      super(options);
      made.push(this);
    }
  };
  onTestFinished(() => {
    zlib.DeflateRaw = original;
  });
  return made;
}

/** Resolves when the stream is closed, with what it failed with. */
const closeOf = (stream: Readable) =>
  new Promise<unknown>((resolve) => {
    let failure: unknown = null;
    stream.on("error", (error) => {
      failure = error;
    });
    stream.on("close", () => resolve(failure));
  });

describeWith("python3-openpyxl", "an archive as Python reads it", ({ path }) => {
  const LIST = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    broken = archive.testzip()
    print(json.dumps({"broken": broken, "entries": [[entry.filename, entry.compress_type, list(entry.date_time[:3]),
        archive.read(entry).hex()] for entry in archive.infolist()]}))`;

  async function read(entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>) {
    const folder = mkdtempSync(join(tmpdir(), "fovea-zip-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "a.zip"), await buffer(zipBytes(entries, NOON)));
    const { stdout, stderr } = spawnSync(path, ["-c", LIST, join(folder, "a.zip")], { encoding: "utf8" });
    expect(stderr).toBe("");
    const { broken, entries: listed } = JSON.parse(stdout) as {
      broken: string | null;
      entries: [string, number, number[], string][];
    };
    expect(broken).toBeNull();
    return listed.map(([name, method, date, hex]) => ({
      name,
      method,
      date,
      bytes: Buffer.from(hex, "hex"),
    }));
  }

  test("entries have their names, their time and their bytes", async () => {
    const entries = await read([
      entry("übersicht ✓.txt", "Größe ", "✓"),
      { ...entry("pictures/a.jpg", RANDOM, RANDOM), compress: false },
      entry("empty.txt"),
    ]);
    const date = [2026, 3, 4];
    expect(entries).toEqual([
      { name: "übersicht ✓.txt", method: 8, date, bytes: Buffer.from("Größe ✓") },
      { name: "pictures/a.jpg", method: 0, date, bytes: Buffer.concat([RANDOM, RANDOM]) },
      { name: "empty.txt", method: 8, date, bytes: Buffer.alloc(0) },
    ]);
  });

  test("a name that is taken gets a number before its extension", async () => {
    const entries = await read(
      ["a.csv", "A.csv", "a.csv", "x.y/b", "x.y/b"].map((name) => entry(name, name)),
    );
    expect(entries.map(({ name }) => name)).toEqual([
      "a.csv",
      "A (2).csv",
      "a (3).csv",
      "x.y/b",
      "x.y/b (2)",
    ]);
  });

  test("an archive without entries is one", async () => {
    expect(await read([])).toEqual([]);
  });

  test("a stream can be an entry", async () => {
    const content = () => {
      const stream = new PassThrough();
      stream.end("text");
      return stream;
    };
    const [first] = await read([{ name: "a", content, compress: true }]);
    expect(first?.bytes.toString()).toBe("text");
  });
});

test("nothing begins before the first read, and each entry when the one before has ended", async () => {
  const events: string[] = [];
  const watched = (name: string): ZipEntry => ({
    name,
    compress: true,
    async *content() {
      events.push(`${name} opened`);
      yield RANDOM;
      events.push(`${name} ended`);
    },
  });
  async function* entries() {
    for (const name of ["a", "b"]) {
      events.push(`${name} asked for`);
      yield watched(name);
    }
  }
  const archive = zipBytes(entries(), NOON);
  await new Promise((resolve) => setImmediate(resolve));
  expect(events).toEqual([]);
  await buffer(archive);
  expect(events).toEqual(
    ["a", "b"].flatMap((name) => [`${name} asked for`, `${name} opened`, `${name} ended`]),
  );
});

test("a reader that waits holds up the content", async () => {
  const { state, entry } = endless("a");
  const archive = zipBytes([entry], NOON);
  archive.read(1);
  let before = -1;
  // All of it is a matter of turns: when a hundred of them bring nothing, nothing comes.
  for (let quiet = 0; quiet < 100; quiet += 1) {
    await zlibTurn();
    if (state.chunks !== before) quiet = 0;
    before = state.chunks;
  }
  expect(state).toEqual({ chunks: before, ended: false });
  expect(before * RANDOM.length).toBeLessThan(4_000_000);
  archive.destroy();
  await closeOf(archive);
});

/** The thread pool has answered what it was asked before. */
const zlibTurn = () => new Promise((resolve) => zlib.deflateRaw(RANDOM, resolve));

test("a reader that leaves ends what is under way, and the rest is never asked for", async () => {
  const compressors = watchCompressors();
  const { state, entry: first } = endless("a");
  let askedFor = false;
  let entriesEnded = false;
  function* entries() {
    try {
      yield first;
      askedFor = true;
      yield entry("b");
    } finally {
      entriesEnded = true;
    }
  }
  const archive = zipBytes(entries(), NOON);
  for await (const _ of archive) break;
  if (!archive.closed) await closeOf(archive);
  expect({ ended: state.ended, askedFor, entriesEnded }).toEqual({
    ended: true,
    askedFor: false,
    entriesEnded: true,
  });
  expect(compressors.map((compressor) => compressor.closed)).toEqual([true]);
});

test("an entry that comes after the reader left is not opened", async () => {
  const { state, entry: late } = endless("late");
  const askedFor = Promise.withResolvers<void>();
  const arrival = Promise.withResolvers<ZipEntry>();
  async function* entries() {
    yield entry("a", "text");
    askedFor.resolve();
    yield arrival.promise;
  }
  const archive = zipBytes(entries(), NOON).resume();
  await askedFor.promise;
  archive.destroy();
  arrival.resolve(late);
  await closeOf(archive);
  expect(state).toEqual({ chunks: 0, ended: false });
});

test("a stream that waits for bytes does not outlive its reader", async () => {
  const source = new PassThrough();
  source.write(RANDOM);
  const archive = zipBytes([{ name: "a", content: () => source, compress: false }], NOON);
  let bytes = 0;
  for await (const chunk of archive) {
    bytes += chunk.length;
    if (bytes > RANDOM.length) break;
  }
  if (!archive.closed) await closeOf(archive);
  expect(source.destroyed).toBe(true);
});

test("a reader that leaves before it began opens nothing", async () => {
  const { state, entry } = endless("a");
  const archive = zipBytes([entry], NOON);
  archive.destroy();
  expect(await closeOf(archive)).toBeNull();
  expect(state).toEqual({ chunks: 0, ended: false });
});

test("a connection that is cut ends the content", async () => {
  const { state, entry } = endless("a");
  const ends = Promise.withResolvers<unknown>();
  const server = createServer((_request, response) => {
    const archive = zipBytes([entry], NOON);
    ends.resolve(closeOf(archive));
    pipeline(archive, response).catch(() => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`);
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await ends.promise;
  expect(state.ended).toBe(true);
});

test.each<[string, (failure: Error) => Iterable<ZipEntry> | AsyncIterable<ZipEntry>]>([
  [
    "a content, before its first bytes",
    (failure) => [
      {
        ...entry("a"),
        content: () => {
          throw failure;
        },
      },
    ],
  ],
  [
    "a content, among its bytes",
    (failure) => [
      {
        ...entry("a"),
        async *content() {
          yield* Array(50).fill(RANDOM);
          throw failure;
        },
      },
    ],
  ],
  [
    "a content that is a stream",
    (failure) => [{ ...entry("a"), content: () => new PassThrough().destroy(failure) }],
  ],
  [
    "the entries",
    async function* (failure) {
      yield entry("a", "text");
      throw failure;
    },
  ],
])("what fails destroys the archive with its error: %s", async (_, entriesFailing) => {
  const compressors = watchCompressors();
  const failure = new Error("the database went away");
  const archive = zipBytes(entriesFailing(failure), NOON);
  const closed = closeOf(archive);
  await expect(buffer(archive)).rejects.toBe(failure);
  expect(await closed).toBe(failure);
  for (const compressor of compressors) expect(compressor.closed).toBe(true);
});

test("a name that no archive can have destroys it", async () => {
  const archive = zipBytes([entry("../up")], NOON);
  await expect(buffer(archive)).rejects.toThrow("../up");
  await finished(archive).catch(() => undefined);
});
