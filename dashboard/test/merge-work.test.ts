import { expect, test } from "vitest";
import { mergeWork } from "../src/pages/overview/work/merge-work.ts";
import type { WorkItem } from "../src/pages/overview/work/work-item.ts";

/** @param at what stands for its time: later letters are later */
const item = (at: string, isOver = true): WorkItem => ({
  ...{ kind: "analysis", id: at, name: at, state: isOver ? "completed" : "processing", isOver },
  ...{ percent: 0, counts: null, note: null, createdAt: at },
});

const names = (items: readonly WorkItem[]) => items.map(({ name }) => name).join("");

test("lists that are whole are one list, newest first, with what is under way apart", () => {
  const merged = mergeWork([
    { items: [item("f"), item("c", false), item("a")], hasMore: false },
    { items: [item("e", false), item("b")], hasMore: false },
    { items: [], hasMore: false },
  ]);
  expect([names(merged.underWay), names(merged.ended), merged.next]).toEqual(["ec", "fba", []]);
});

test("what is older than the end of a list that goes on is not shown before that is read on", () => {
  const first = { items: [item("h"), item("g"), item("d", false)], hasMore: true };
  const second = { items: [item("f"), item("b", false), item("a")], hasMore: true };
  const third = { items: [item("e"), item("c")], hasMore: false };
  const merged = mergeWork([first, second, third]);
  expect([names(merged.ended), merged.next]).toEqual(["hgfe", [0]]);
  expect(names(merged.underWay), "what is under way is always shown").toBe("db");

  const readOn = mergeWork([{ items: [...first.items, item("0")], hasMore: false }, second, third]);
  expect([names(readOn.ended), readOn.next]).toEqual(["hgfeca", [1]]);
});
