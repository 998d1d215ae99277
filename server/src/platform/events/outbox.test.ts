import { expect, test } from "vitest";
import { createOutbox } from "./outbox.ts";

/** A reader that takes so many frames at once. */
function setup(takes: number, limit = 3) {
  const read: string[] = [];
  let room = takes;
  const outbox = createOutbox(limit, (frame) => {
    read.push(String(frame));
    room -= 1;
    return room > 0;
  });
  return {
    outbox,
    read,
    push: (text: string, replaces?: string) => outbox.push(Buffer.from(text), replaces),
    catchUp(count: number) {
      room = count;
      outbox.resume();
    },
  };
}

test("everything is kept in its order until the reader begins", () => {
  const { push, read, catchUp } = setup(0);
  push("a");
  push("b");
  expect(read).toEqual([]);
  catchUp(10);
  push("c");
  expect(read).toEqual(["a", "b", "c"]);
});

test("for a reader that is behind, the newest of a kind stands in for those before it, in its own place", () => {
  const { push, read, catchUp, outbox } = setup(0);
  catchUp(1);
  push("taken");
  for (const percent of [10, 20, 30]) push(`${percent} %`, "progress");
  push("a fact");
  push("40 %", "progress");
  expect(outbox.waiting).toBe(2);
  catchUp(1);
  expect(read).toEqual(["taken", "a fact"]);
  catchUp(1);
  expect(read).toEqual(["taken", "a fact", "40 %"]);
  expect(outbox.waiting).toBe(0);
});

test("more than may wait is said, and what replaces still has its place", () => {
  const { push, outbox } = setup(0);
  push("10 %", "progress");
  for (const fact of ["a", "b"]) expect(push(fact)).toBe(true);
  expect(push("20 %", "progress")).toBe(true);
  expect(push("c")).toBe(false);
  expect(outbox.waiting).toBe(3);
});
