import { setImmediate as afterTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTeller } from "./teller.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

function setup() {
  const told: string[] = [];
  const warned: string[] = [];
  let reading = Promise.withResolvers<void>();
  let held = false;
  const teller = createTeller<string>({
    async tell(id, facts) {
      told.push([id, ...facts].join(" "));
      if (held) await reading.promise;
    },
    log: { warn: (_fields: unknown, message?: string) => void warned.push(message ?? "") },
  });
  return {
    ...{ teller, told, warned },
    hold() {
      held = true;
      reading = Promise.withResolvers();
    },
    async release(error?: Error) {
      held = false;
      if (error) reading.reject(error);
      else reading.resolve();
      await afterTurn();
    },
  };
}

const pass = async (milliseconds: number) => {
  await afterTurn();
  await vi.advanceTimersByTimeAsync(milliseconds);
};

test("what goes on is read at once and then twice a second, the last in any case, and what is over is forgotten", async () => {
  const { teller, told } = setup();
  for (let ms = 0; ms < 1_200; ms += 100) {
    teller.soon("a", `${ms}`);
    await pass(100);
  }
  teller.soon("b");
  expect(told).toEqual(["a 0", "a 100 200 300 400", "a 500 600 700 800 900", "b"]);
  await pass(10_000);
  expect(told.slice(4)).toEqual(["a 1000 1100"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("what cannot wait is read without its turn, but never beside a reading that is under way", async () => {
  const { teller, told, hold, release } = setup();
  teller.soon("a", "first");
  await pass(100);
  teller.soon("a", "second");
  hold();
  teller.now("a", "paused");
  teller.soon("a", "third");
  teller.now("a", "resumed");
  teller.soon("a", "fourth");
  expect(told).toEqual(["a first", "a second paused"]);
  await release();
  expect(told.slice(2)).toEqual(["a third resumed fourth"]);
});

test("a reading that fails is logged, and what comes after it is told", async () => {
  const { teller, told, warned, hold, release } = setup();
  hold();
  teller.soon("a", "lost");
  await release(new Error("the database is away"));
  expect(warned).toEqual(["a live event was not told"]);
  teller.now("a", "heard");
  expect(told.at(-1)).toBe("a heard");
});

test("of a database that hangs no more is kept than the newest", async () => {
  const { teller, told, hold, release } = setup();
  hold();
  for (let fact = 0; fact < 1_000; fact += 1) teller.now("a", `${fact}`);
  await release();
  expect(told[1]?.split(" ").slice(1)).toHaveLength(200);
  expect(told[1]?.endsWith(" 999")).toBe(true);
});

test("closing tells what waits, waits for what is read, and leaves no timer", async () => {
  const { teller, told, hold, release } = setup();
  teller.soon("a", "1");
  teller.soon("idle");
  await pass(100);
  teller.soon("a", "2");
  hold();
  teller.soon("b", "1");
  teller.soon("b", "2");
  let closed = false;
  const closing = teller.close().then(() => {
    closed = true;
  });
  teller.now("a", "too late");
  await afterTurn();
  expect(closed).toBe(false);
  await release();
  await closing;
  expect(told).toEqual(["a 1", "idle", "b 1", "a 2", "b 2"]);
  expect(vi.getTimerCount()).toBe(0);
});
