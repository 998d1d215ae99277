import { createHash } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { isFileName } from "../file-name.ts";
import type { ByteRange, Files, ListedFile } from "../files.ts";
import { hostileNames } from "./hostile-names.ts";

const png = { contentType: "image/png" };
const hashOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

export async function textOf(files: Files, name: string, range?: { start: number; end: number }) {
  const file = await files.read(name, range ? { range } : {});
  if (file === null) return null;
  return Buffer.concat(await file.bytes.toArray()).toString();
}

async function* streamed(...pieces: (Buffer | string)[]) {
  for (const piece of pieces) yield Buffer.from(piece);
}

export async function listed(files: Files, prefix = ""): Promise<ListedFile[]> {
  const all: ListedFile[] = [];
  for await (const file of files.list(prefix)) all.push(file);
  return all;
}

const names = async (files: Files, prefix = "") => (await listed(files, prefix)).map(({ name }) => name);

/** What a server of somebody else's does not do; the value says how it is at fault. */
interface Faults {
  readonly firstByteAlone?: string;
  readonly listsInOrder?: string;
  readonly replacesInOneStep?: string;
}

/** What every storage of files does. */
export function describeFiles(storage: string, open: () => Promise<Files>, faults: Faults = {}) {
  const opened = async () => {
    const files = await open();
    onTestFinished(() => files.close());
    return files;
  };

  describe(`files in ${storage}`, () => {
    test("what was put is read, with its size and the hash of what was stored", async () => {
      const files = await opened();
      const bytes = Buffer.from("a picture");
      const stored = { sha256: hashOf(bytes), size: 9 };
      expect(await files.put("generated/one.png", bytes, png)).toEqual(stored);
      expect(await files.put("two.png", streamed("a ", "", "picture"), png)).toEqual(stored);
      expect(await textOf(files, "generated/one.png")).toBe("a picture");
      expect(await textOf(files, "two.png")).toBe("a picture");
      const facts = await files.stat("two.png");
      expect(facts?.size).toBe(9);
      expect(facts?.modifiedAt.getTime()).toBeGreaterThan(0);
      expect((await files.read("two.png"))?.bytes.destroy()).toBeDefined();
    });

    test("a file may be empty, from a buffer and from a stream", async () => {
      const files = await opened();
      const nothing = { sha256: hashOf(Buffer.alloc(0)), size: 0 };
      expect(await files.put("buffer", Buffer.alloc(0), png)).toEqual(nothing);
      expect(await files.put("stream", streamed(), png)).toEqual(nothing);
      expect(await textOf(files, "buffer")).toBe("");
      expect(await files.stat("stream")).toMatchObject({ size: 0 });
    });

    test("a stream of 20 MB in uneven pieces is stored as it is", async () => {
      const files = await opened();
      const bytes = Buffer.alloc(20_000_000, "0123456789abcdef-");
      async function* pieces() {
        for (let at = 0, length = 1; at < bytes.length; at += length, length = (length * 7) % 999_983)
          yield bytes.subarray(at, at + length);
      }
      const stored = await files.put("large", pieces(), png);
      expect(stored).toEqual({ sha256: hashOf(bytes), size: 20_000_000 });
      const file = await files.read("large");
      const hash = createHash("sha256");
      for await (const piece of file?.bytes ?? []) hash.update(piece);
      expect(hash.digest("hex")).toBe(stored.sha256);
      expect(await textOf(files, "large", { start: 8_388_600, end: 8_388_620 })).toBe(
        bytes.subarray(8_388_600, 8_388_621).toString(),
      );
    });

    test("what is not there is null, and removing it is nothing", async () => {
      const files = await opened();
      expect(await files.read("a/b")).toBeNull();
      expect(await files.read("a/b", { range: { start: 0, end: 1 } })).toBeNull();
      expect(await files.stat("a/b")).toBeNull();
      await files.remove("a/b");
      await files.put("a/b", Buffer.from("1"), png);
      await files.remove("a/b");
      expect(await files.stat("a/b")).toBeNull();
      expect(await names(files)).toEqual([]);
    });

    test("another put replaces the bytes", async () => {
      const files = await opened();
      await files.put("a", Buffer.from("first, and longer"), png);
      await files.put("a", Buffer.from("second"), png);
      expect(await textOf(files, "a")).toBe("second");
      expect(await files.stat("a")).toMatchObject({ size: 6 });
    });

    const ranges: [ByteRange, string][] = [
      [{ start: 2, end: 4 }, "234"],
      [{ start: 9, end: 9 }, "9"],
      [{ start: 5, end: 1000 }, "56789"],
      [{ start: 0, end: 9 }, "0123456789"],
    ];
    if (!faults.firstByteAlone) ranges.push([{ start: 0, end: 0 }, "0"]);
    test.each(ranges)("the range %o of ten digits is %s", async (range, expected) => {
      const files = await opened();
      await files.put("digits", Buffer.from("0123456789"), png);
      expect(await textOf(files, "digits", range)).toBe(expected);
      const file = await files.read("digits", { range });
      expect(file?.size).toBe(10);
      file?.bytes.destroy();
    });

    test.each([
      { start: 10, end: 12 },
      { start: 3, end: 2 },
      { start: -1, end: 2 },
      { start: 0.5, end: 2 },
      { start: Number.NaN, end: 2 },
    ])("the range %o of ten digits is refused, with their number", async (range) => {
      const files = await opened();
      await files.put("digits", Buffer.from("0123456789"), png);
      await expect(files.read("digits", { range })).rejects.toMatchObject({
        code: "range_not_satisfiable",
        status: 416,
        headers: { "content-range": "bytes */10" },
      });
    });

    test("files are listed by the beginning of their names, in order", async () => {
      const files = await opened();
      const put = ["b", "a-b/1", "a/2", "a/1", "a.png", "ab/cd/ef", "ab/c"];
      for (const name of put) await files.put(name, Buffer.from(name), png);
      const inOrder = async (prefix = "") => {
        const all = await names(files, prefix);
        return faults.listsInOrder ? all.sort() : all;
      };
      expect(await inOrder()).toEqual([...put].sort());
      expect(await inOrder("a/")).toEqual(["a/1", "a/2"]);
      expect(await inOrder("ab/c")).toEqual(["ab/c", "ab/cd/ef"]);
      expect(await names(files, "a/1")).toEqual(["a/1"]);
      expect(await names(files, "nothing")).toEqual([]);
      expect((await listed(files, "ab/cd"))[0]).toEqual({
        name: "ab/cd/ef",
        size: 8,
        modifiedAt: expect.any(Date),
      });
    });

    test("no name leads out of the storage", async () => {
      const files = await opened();
      for (const name of hostileNames) {
        expect(isFileName(name), JSON.stringify(name)).toBe(false);
        const refusal = { code: "invalid_file_name", status: 400 };
        await expect(files.put(name, Buffer.from("x"), png)).rejects.toMatchObject(refusal);
        await expect(files.read(name)).rejects.toMatchObject(refusal);
        await expect(files.stat(name)).rejects.toMatchObject(refusal);
        await expect(files.remove(name)).rejects.toMatchObject(refusal);
      }
      expect(await names(files)).toEqual([]);
      for (const prefix of hostileNames.filter((name) => name !== ""))
        expect(await names(files, prefix)).toEqual([]);
    });

    test("a source that fails, early or late, leaves what was there", async () => {
      const files = await opened();
      await files.put("a", Buffer.from("before"), png);
      const broken = new Error("the source broke");
      async function* breaking(bytes: number) {
        for (let sent = 0; sent < bytes; sent += 1_000_000) yield Buffer.alloc(1_000_000);
        throw broken;
      }
      for (const bytes of [0, 1_000_000, 18_000_000])
        await expect(files.put("a", breaking(bytes), png)).rejects.toBe(broken);
      await expect(files.put("new", breaking(18_000_000), png)).rejects.toBe(broken);
      expect(await textOf(files, "a")).toBe("before");
      expect(await names(files)).toEqual(["a"]);
    });

    test("a signal ends a put whose source hangs, with its reason and nothing stored", async () => {
      const files = await opened();
      for (const sent of [0, 1, 20]) {
        const stop = new AbortController();
        async function* hanging() {
          for (let number = 0; number < sent; number += 1) yield Buffer.alloc(1_000_000);
          stop.abort(new Error("enough"));
          await new Promise(() => {});
        }
        const put = files.put("a", hanging(), { ...png, signal: stop.signal });
        await expect(put).rejects.toThrow("enough");
      }
      const late = { ...png, signal: AbortSignal.abort(new Error("too late")) };
      await expect(files.put("a", Buffer.from("x"), late)).rejects.toThrow("too late");
      await expect(files.put("a", streamed("x"), late)).rejects.toThrow("too late");
      await expect(files.read("a", { signal: late.signal })).rejects.toThrow("too late");
      expect(await names(files)).toEqual([]);
    });

    test("a signal ends a read that is under way", async () => {
      const files = await opened();
      await files.put("large", Buffer.alloc(4_000_000), png);
      const stop = new AbortController();
      const file = await files.read("large", { signal: stop.signal });
      const reading = file?.bytes.toArray();
      const enough = new Error("enough");
      stop.abort(enough);
      await expect(reading).rejects.toBe(enough);
      // Before anybody reads: that must not end the process, and is told to who reads then.
      const later = new AbortController();
      const unread = await files.read("large", { signal: later.signal });
      expect(unread).not.toBeNull();
      if (unread === null) return;
      const ended = new Promise((resolve) => unread.bytes.once("close", resolve));
      later.abort(enough);
      await ended;
      await expect(unread.bytes.toArray()).rejects.toBe(enough);
    });

    test("once it is closed, nothing is read or stored, and what is under way ends", async () => {
      const files = await opened();
      await files.put("large", Buffer.alloc(4_000_000), png);
      const file = await files.read("large");
      const reading = file?.bytes.toArray();
      reading?.catch(() => {});
      await files.close();
      const closed = { code: "storage_unavailable", message: expect.stringMatching(/It is closed\./) };
      await expect(reading).rejects.toMatchObject(closed);
      await expect(files.read("large")).rejects.toMatchObject(closed);
      await expect(files.put("a", Buffer.from("x"), png)).rejects.toMatchObject(closed);
      await expect(files.put("a", streamed("x"), png)).rejects.toMatchObject(closed);
    });

    const putAtOnce = async () => {
      const files = await opened();
      const versions = Array.from({ length: 20 }, (_, n) =>
        Buffer.alloc(300_000, String.fromCharCode(97 + n)),
      );
      await Promise.all(
        versions.map((bytes, n) => files.put("shared/a", n % 2 ? bytes : streamed(bytes), png)),
      );
      const text = (await textOf(files, "shared/a")) ?? "";
      expect(versions.map(String)).toContain(text);
      expect(await names(files)).toEqual(["shared/a"]);
    };

    const readReplaced = async () => {
      const files = await opened();
      const version = (letter: string) => Buffer.alloc(3_000_000, letter);
      await files.put("a", version("x"), png);
      const file = await files.read("a");
      expect(file).not.toBeNull();
      if (file === null) return;
      const iterator: AsyncIterator<Buffer> = file.bytes[Symbol.asyncIterator]();
      const pieces = [(await iterator.next()).value];
      await files.put("a", version("y"), png);
      for (let next = await iterator.next(); !next.done; next = await iterator.next())
        pieces.push(next.value);
      expect(Buffer.concat(pieces).equals(version("x"))).toBe(true);
      expect(await textOf(files, "a")).toBe(version("y").toString());
    };
    if (!faults.replacesInOneStep) {
      test("of many puts of one name at once, one is there, whole", putAtOnce);
      test("who reads a file that is replaced reads one version to its end", readReplaced);
    }

    test("puts and removes of neighbours at once do not disturb each other", async () => {
      const files = await opened();
      await Promise.all(
        Array.from({ length: 40 }, async (_, n) => {
          await files.put(`deep/er/${n}`, Buffer.from(String(n)), png);
          if (n % 4 !== 0) await files.remove(`deep/er/${n}`);
        }),
      );
      expect(await names(files)).toEqual(Array.from({ length: 10 }, (_, n) => `deep/er/${n * 4}`).sort());
    });

    test("a check finds nothing wrong, and leaves nothing", async () => {
      const files = await opened();
      await files.check();
      await files.check();
      expect(await names(files)).toEqual([]);
    });
  });
}
