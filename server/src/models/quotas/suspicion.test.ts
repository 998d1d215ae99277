import { expect, test } from "vitest";
import { suspectSharing } from "./suspicion.ts";

const group = (name: string, ...seconds: number[]) => ({
  name,
  refusedAt: seconds.map((second) => new Date(second * 1_000)),
});

test("five times together, within a second, and never alone", () => {
  const one = group("one", 10, 20, 30, 40, 50);
  expect(suspectSharing([one, group("other", 10.5, 19, 31, 40, 50.9)])).toEqual([
    { groups: ["one", "other"], times: 5 },
  ]);
  expect(suspectSharing([one, group("other", 10.5, 19, 31, 40, 51.1)])).toEqual([]);
  expect(suspectSharing([one, group("other", 10, 20, 30, 40, 50, 60)])).toEqual([]);
  expect(suspectSharing([group("one", 10, 20, 30, 40), group("other", 10, 20, 30, 40)])).toEqual([]);
});

test("of three groups in one project each pair is named", () => {
  const times = [10, 20, 30, 40, 50];
  const found = suspectSharing([group("a", ...times), group("b", ...times), group("c", ...times)]);
  expect(found.map(({ groups }) => groups.join("+"))).toEqual(["a+b", "a+c", "b+c"]);
});
