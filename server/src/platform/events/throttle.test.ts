import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LiveEvent } from "./live-event.ts";
import { createThrottle } from "./throttle.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup() {
  const sent: string[] = [];
  const throttle = createThrottle(500, ({ id }) => sent.push(id));
  const take = (id: string, { kind = "progress", name = "progress", topic = "batch/1" } = {}) =>
    throttle.take({ id, kind, name, topic, data: null, owner: null, at: "" } as LiveEvent);
  return { sent, throttle, take };
}

test("of much progress the first is sent at once, then the newest twice a second, and the last in any case", () => {
  const { sent, take } = setup();
  for (let ms = 0; ms < 1_200; ms += 100) {
    take(String(ms));
    vi.advanceTimersByTime(100);
  }
  expect(sent).toEqual(["0", "400", "900"]);
  vi.advanceTimersByTime(10_000);
  expect(sent).toEqual(["0", "400", "900", "1100"]);
  expect(vi.getTimerCount()).toBe(0);
  take("later");
  expect(sent.at(-1)).toBe("later");
});

test("each topic and name has its own turns, and facts have none", () => {
  const { sent, take } = setup();
  take("a");
  take("b", { topic: "batch/2" });
  take("c", { name: "other_progress" });
  take("d");
  for (const fact of ["e", "f"]) take(fact, { kind: "fact", name: "output" });
  expect(sent).toEqual(["a", "b", "c", "e", "f"]);
});

test("an end comes after the progress that waits, and what is late is left out until things go on", () => {
  const { sent, take } = setup();
  for (const progress of ["50 %", "70 %", "100 %"]) take(progress);
  take("end", { kind: "end", name: "completed" });
  take("97 % of another process");
  vi.advanceTimersByTime(900);
  take("98 % of another process");
  expect(sent).toEqual(["50 %", "100 %", "end"]);
  take("retried", { kind: "fact", name: "retried" });
  take("60 %");
  expect(sent.slice(3)).toEqual(["retried", "60 %"]);
  take("end again", { kind: "end", name: "completed" });
  vi.advanceTimersByTime(1_000);
  take("0 %");
  expect(sent.slice(5)).toEqual(["end again", "0 %"]);
});

test("closing sends what waits and leaves no timer", () => {
  const { sent, throttle, take } = setup();
  take("a");
  take("b");
  take("end", { kind: "end", topic: "batch/2" });
  throttle.close();
  expect(sent).toEqual(["a", "end", "b"]);
  expect(vi.getTimerCount()).toBe(0);
});
