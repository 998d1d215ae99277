import { randomUUID } from "node:crypto";
import type { KyselyPlugin } from "kysely";
import { expect, test } from "vitest";
import { type ItemPagesOptions, itemPages } from "../../src/engine/items.ts";
import { done, failed, type Json, waitUntil } from "../../src/engine/kind.ts";
import type { Item } from "../../src/engine/records.ts";
import { describeEngine } from "./databases.ts";
import { createWorld, numbers, until } from "./world.ts";

const megabyte = 2 ** 20;
/** Inputs are of every shape, and none is at a place that tells it. */
const inputs = numbers(93).map((n): Json => (n % 5 === 3 ? null : n % 2 ? { of: [n * 31] } : `${n * 31}`));
const small = { rows: 7, bytes: megabyte };

describeEngine(
  "items",
  (database) => {
    const read = async (id: string, options?: ItemPagesOptions, size?: Parameters<typeof itemPages>[3]) => {
      const pages: (readonly Item[])[] = [];
      for await (const page of itemPages(database().sql, id, options, size)) pages.push(page);
      return { items: pages.flat(), sizes: pages.map(({ length }) => length) };
    };
    const positions = (items: readonly Item[]) => items.map(({ position }) => position);

    /** Every third item waits for a day that does not come, every seventh of the others fails. */
    const halfDone = async (chunkSize: number) => {
      const { engine, begin } = createWorld(database(), (_input, { position }) => {
        if (position % 3 === 1) return waitUntil(new Date("2100-01-01"));
        return position % 7 === 0
          ? failed("seventh", "No.", position === 0 ? { seen: "0" } : undefined)
          : done({ position });
      });
      const id = await begin(inputs, { chunkSize });
      await engine.run();
      await until(async () => {
        const batch = await engine.read(id);
        expect((batch?.succeeded ?? 0) + (batch?.failed ?? 0)).toBe(62);
      });
      return { engine, id };
    };

    test.each([
      ["many chunks and a short last one", 10],
      ["chunks that fit", 31],
      ["one chunk that is not full", 100],
      ["chunks of one", 1],
    ])(
      "of %s come in their order, each once, with the result it has or without",
      async (_what, chunkSize) => {
        const { engine, id } = await halfDone(chunkSize);
        const { items, sizes } = await read(id, {}, small);
        expect(items.map((item) => item.input)).toEqual(inputs);
        expect(positions(items)).toEqual(numbers(93));
        expect(items.flatMap(({ result }) => result ?? [])).toEqual(
          (await engine.results(id, {}, { limit: 100 })).map(({ review: _review, ...result }) => result),
        );
        expect(positions(items.filter(({ result }) => !result))).toEqual(
          numbers(93).filter((n) => n % 3 === 1),
        );
        expect(items[0]?.result).toMatchObject({ succeeded: false, code: "seventh", output: { seen: "0" } });
        expect(items[21]?.result).toMatchObject({ succeeded: false, message: "No.", output: null });
        expect(sizes).toEqual([7, 14, 28, 44]);

        for (const [first, past] of [
          [17, 45],
          [0, 1],
          [92, 93],
          [30, 31],
          [90, 1_000_000],
          [93, 200],
          [45, 45],
        ] as const)
          expect(positions((await read(id, { first, past }, small)).items), `${first} to ${past}`).toEqual(
            numbers(93).filter((n) => n >= first && n < past),
          );
      },
    );

    test("are read with one statement a page", async () => {
      const { id } = await halfDone(10);
      let statements = 0;
      const counting: KyselyPlugin = {
        transformQuery({ node }) {
          statements += 1;
          return node;
        },
        transformResult: async ({ result }) => result,
      };
      const pages: number[] = [];
      for await (const page of itemPages(database().sql.withPlugin(counting), id, { past: 93 }, small)) {
        pages.push(page.length);
        expect(statements).toBe(pages.length);
      }
      expect(pages).toHaveLength(4);
      expect(statements).toBe(4);
    });

    test("of a batch without any, and of none, are no page", async () => {
      const { write } = createWorld(database());
      expect(await read(await write([]))).toEqual({ items: [], sizes: [] });
      expect(await read(randomUUID())).toEqual({ items: [], sizes: [] });
    });

    test("that are very large come a few at a time, however small they are stored", async () => {
      // Stored, each of them takes a hundredth of what is sent.
      const large = "x".repeat(megabyte - 2);
      const { engine, begin, reached } = createWorld(database(), (_input, { position }) =>
        position % 2 ? done(large) : failed("large", "No.", large),
      );
      const id = await begin([large, ...numbers(10)], { chunkSize: 4 });
      await engine.run();
      await reached(id, "completed");
      const sizes: number[] = [];
      const seen: number[] = [];
      for await (const page of engine.itemPages(id)) {
        sizes.push(page.length);
        seen.push(...positions(page));
        for (const { result } of page) expect(result?.output).toHaveLength(large.length);
      }
      expect(sizes).toEqual([3, 4, 4]);
      expect(seen).toEqual(numbers(11));
      expect((await read(id, { past: 3 }, { rows: 250, bytes: 1 })).sizes).toEqual([1, 1, 1]);
    });

    test("are read no further once nobody wants them", async () => {
      const { engine, write } = createWorld(database());
      const id = await write(inputs);
      const leaving = new AbortController();
      const pages = itemPages(database().sql, id, { signal: leaving.signal }, small);
      expect((await pages.next()).value).toHaveLength(7);
      leaving.abort(new Error("gone"));
      await expect(pages.next()).rejects.toThrow("gone");
      expect(await pages.next()).toEqual({ done: true, value: undefined });
      await expect(
        engine.itemPages(id, { signal: AbortSignal.abort(new Error("never")) }).next(),
      ).rejects.toThrow("never");
    });
  },
  { ordinarily: "postgresql" },
);
