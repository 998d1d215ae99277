import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { closeInTurn } from "./close-in-turn.ts";

test("what fails keeps nothing after it from being closed, and is told at the end", async () => {
  const closed: string[] = [];
  const first = new Error("the first");
  const closing = closeInTurn(
    [() => closed.push("one")],
    [
      async () => {
        throw first;
      },
      async () => {
        await setImmediate();
        closed.push("beside it");
      },
      () => {
        throw new Error("another");
      },
    ],
    [() => closed.push("last")],
  );
  await expect(closing).rejects.toBe(first);
  expect(closed).toEqual(["one", "beside it", "last"]);
});

test("where nothing fails there is nothing to tell", async () => {
  await closeInTurn([], [async () => 1]);
});
