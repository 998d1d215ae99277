import { expect, test } from "vitest";
import type { Clock } from "./clock.ts";
import { createDispatch } from "./dispatch.ts";
import { createLane } from "./lane.ts";
import type { Lease, LeasedGroup } from "./lease.ts";

const limits = { requestsPerMinute: 30, requestsPerDay: null, tokensPerMinute: null, concurrency: null };
const ask = { tokens: 1, signal: new AbortController().signal, patienceMs: 120_000 };

test("who waits goes on when a key on trial succeeds that came to be tried while slots were asked for", async () => {
  const { advance, answers, lane, dispatch } = setup();
  for (let failure = 0; failure < 3; failure += 1) lane.keys[0]?.health.fail(0);
  advance(1_000);
  const first = dispatch.acquire(ask);
  await answers.next({ slots: 1, inMs: 500, nextInMs: 2_500 });
  const second = dispatch.acquire(ask);
  advance(500);
  const slot = await first;
  await answers.next({ slots: 0, inMs: 2_000, nextInMs: 2_000 });
  if ("settle" in slot) await slot.settle({ as: "answered", tokens: 1 });
  await answers.next({ slots: 1, inMs: 0, nextInMs: 2_000 });
  expect(await second).toHaveProperty("settle");
});

test("nobody is told to come back at no time at all when the last key went while the books are asked", async () => {
  const { advance, answers, lane, dispatch } = setup();
  const waiting = dispatch.acquire({ ...ask, patienceMs: 500 });
  const [laneKey] = lane.keys;
  if (laneKey) laneKey.unusable = "revoked";
  advance(500);
  expect(await waiting).toEqual({
    unusable:
      "No usable key is left: …y (revoked). " +
      "Once that is mended, call POST /admin/quotas/restore, and then resume the batch.",
  });
  await answers.next({ slots: 0, inMs: 0, nextInMs: 0 });
});

test("who asks when it is closed is turned away, and waits for nothing", async () => {
  const { dispatch } = setup();
  const reason = new Error("closed");
  dispatch.close(reason);
  await expect(dispatch.acquire(ask)).rejects.toBe(reason);
});

test("what the books say that were asked before a restoration counts no more", async () => {
  const { advance, answers, dispatch } = setup();
  const waiting = dispatch.acquire(ask);
  dispatch.restored();
  await answers.next({ slots: 0, inMs: 10_000_000, nextInMs: 10_000_000 });
  await answers.next({ slots: 1, inMs: 0, nextInMs: 2_000 });
  advance(0);
  expect(await waiting).toHaveProperty("settle");
});

test("a refusal that the books were told of after they were asked outweighs what they say", async () => {
  const { advance, answers, lane, dispatch } = setup();
  Object.assign(lane, { parks: 1, parkedUntil: 10_000 });
  let answered = false;
  const waiting = dispatch.acquire(ask).finally(() => {
    answered = true;
  });
  const free = { slots: 1, inMs: 0, nextInMs: 2_000 };
  await answers.next(free);
  // This time it is written before they answer.
  lane.parksWritten = 1;
  await answers.next(free);
  expect(answered).toBe(false);
  await answers.next(free);
  advance(0);
  expect(await waiting).toHaveProperty("settle");
  expect(lane.parkedUntil).toBeLessThan(0);
});

/** One lane with one key, with time and the answers of the database in the test's hands. */
function setup() {
  let now = 0;
  let timers: { readonly at: number; readonly work: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    date: () => new Date(now),
    after(ms, work) {
      const timer = { at: now + ms, work };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
  };
  const advance = (ms: number) => {
    now += ms;
    for (let due = timers.find(({ at }) => at <= now); due; due = timers.find(({ at }) => at <= now)) {
      const { work } = due;
      timers = timers.filter((each) => each !== due);
      work();
    }
  };
  const lane = createLane({ name: "group", limits, keys: [{ id: "id", label: "…y", secret: "key" }] });
  let asked = Promise.withResolvers<(lease: Lease) => void>();
  const dispatch = createDispatch({
    lanes: new Map([["group", lane]]),
    clock,
    dayReset: () => new Date(now + 86_400_000),
    lease: () => new Promise((resolve) => asked.resolve(resolve)),
    open: (_leased, { key, health }) => ({
      group: "group",
      key,
      isLate: () => false,
      async settle() {
        lane.underWay -= 1;
        health.succeed();
        dispatch.changed(lane);
      },
    }),
    giveBack() {},
  });
  const answers = {
    /** Waits until the database is asked, and answers. */
    async next(row: Pick<LeasedGroup, "slots" | "inMs" | "nextInMs">) {
      const answer = await asked.promise;
      asked = Promise.withResolvers();
      const group = {
        ...row,
        name: "group",
        stepMs: 2_000,
        spacingMs: 2_000,
        factor: 1,
        refusals: 0,
        why: null,
        parkedMs: 0,
        parkedWhy: null,
      };
      answer({ now, groups: [group], unusable: [] });
      await new Promise(setImmediate);
    },
  };
  return { advance, answers, lane, dispatch };
}
