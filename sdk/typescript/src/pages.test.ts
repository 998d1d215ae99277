import { expect, test } from "vitest";
import { FoveaError } from "./errors.ts";
import { type Page, Pages } from "./pages.ts";

/** Three pages, and where they were begun. */
function threePages() {
  const asked: (string | number | null)[] = [];
  const pages = new Pages<string>(async (from) => {
    asked.push(from);
    const at = Number(from ?? 0);
    return { items: [`${at}a`, `${at}b`], next: at < 2 ? at + 1 : null };
  });
  return { asked, pages };
}

test("a loop goes over the items of all pages, and asks for no more of them than it needs", async () => {
  const { asked, pages } = threePages();
  const items: string[] = [];
  for await (const item of pages) {
    items.push(item);
    if (item === "1a") break;
  }
  expect(items).toEqual(["0a", "0b", "1a"]);
  expect(asked).toEqual([null, 1]);
});

test("a second loop begins at the beginning", async () => {
  const { asked, pages } = threePages();
  expect(await pages.toArray()).toEqual(["0a", "0b", "1a", "1b", "2a", "2b"]);
  expect(await pages.toArray({ limit: 3 })).toEqual(["0a", "0b", "1a"]);
  expect(await pages.toArray({ limit: 0 })).toEqual([]);
  expect(asked).toEqual([null, 1, 2, null, 1]);
});

test("pages can be had one by one", async () => {
  const { pages } = threePages();
  const first = await pages.page();
  expect(first).toEqual({ items: ["0a", "0b"], next: 1 });
  expect(await pages.page(first.next)).toEqual({ items: ["1a", "1b"], next: 2 });
  const sizes: number[] = [];
  for await (const { items } of pages.pages()) sizes.push(items.length);
  expect(sizes).toEqual([2, 2, 2]);
});

test("an empty page in the middle is no end", async () => {
  const all: Page<number>[] = [
    { items: [1], next: 1 },
    { items: [], next: 2 },
    { items: [2], next: null },
  ];
  const pages = new Pages<number>(async (from) => all[Number(from ?? 0)] ?? { items: [], next: null });
  expect(await pages.toArray()).toEqual([1, 2]);
});

test("a list that says it goes on where it began is not read for ever", async () => {
  const pages = new Pages<number>(async () => ({ items: [1], next: "same" }));
  await expect(pages.toArray({ limit: 1000 })).rejects.toThrow(
    new FoveaError("The list does not go on after same."),
  );
});
