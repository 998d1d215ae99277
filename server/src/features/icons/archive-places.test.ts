import { expect, test } from "vitest";
import { createArchivePlaces } from "./archive-places.ts";

const full = { code: "too_many_downloads", status: 429 };

test("a caller has two archives made at a time, and all together eight", () => {
  const take = createArchivePlaces();
  const leave = take("one");
  take("one");
  expect(() => take("one")).toThrow(expect.objectContaining(full));
  for (const caller of ["two", "three", "four"]) for (let place = 0; place < 2; place += 1) take(caller);
  expect(() => take("five")).toThrow(expect.objectContaining(full));
  leave();
  take("five");
  expect(() => take("one")).toThrow(expect.objectContaining(full));
});
