import { expect, test } from "vitest";
import { createStartPlaces } from "./start-places.ts";

const nobody = new AbortController().signal;
const look = { patienceMs: 0, signal: nobody };
const wait = { patienceMs: 60_000, signal: nobody };

test("who waits is let in before those who look again, in order of arrival", async () => {
  const enter = createStartPlaces(2);
  const leave = await enter(look);
  const other = await enter(wait);
  expect(await enter(look)).toBeNull();
  const order: string[] = [];
  const first = enter(wait).then((left) => {
    order.push("first");
    return left;
  });
  const second = enter(wait).then((left) => {
    order.push("second");
    return left;
  });
  leave?.();
  leave?.();
  expect(await enter(look)).toBeNull();
  const leaveFirst = await first;
  expect(order).toEqual(["first"]);
  other?.();
  const leaveSecond = await second;
  leaveFirst?.();
  leaveSecond?.();
  expect(await enter(look)).not.toBeNull();
  expect(await enter(look)).not.toBeNull();
  expect(await enter(look)).toBeNull();
});

test("who has left or waited long enough is given no place that is lost", async () => {
  const enter = createStartPlaces(1);
  const leave = await enter(look);
  const gone = new AbortController();
  const left = enter({ patienceMs: 60_000, signal: gone.signal });
  gone.abort(new Error("gone"));
  const late = enter({ patienceMs: 1, signal: nobody });
  await expect(left).rejects.toThrow("gone");
  expect(await late).toBeNull();
  leave?.();
  expect(await enter(look)).not.toBeNull();
});
