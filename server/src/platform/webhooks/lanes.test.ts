import { expect, test } from "vitest";
import { createLanes, type Turn, type Want } from "./lanes.ts";

test("a receiver starts with two at a time, and has one more after each success", () => {
  const { lanes, take, wake } = setup();
  wake("a");
  expect(take()).toEqual([{ origin: "a", limit: 2 }]);
  const turns = lanes.claimed({ origin: "a", limit: 2 }, 2);
  expect(take()).toEqual([]);
  for (const turn of turns) turn.leave("answered", true);
  expect(take()).toEqual([{ origin: "a", limit: 4 }]);
});

test("one with fewer than were asked for is asked again when it is woken, also while it is asked", () => {
  const { lanes, take, wake } = setup();
  wake("a");
  const [want = none] = take();
  lanes.claimed(want, 0);
  expect(take()).toEqual([]);
  wake("a");
  const [again = none] = take();
  wake("a");
  expect(take()).toEqual([]);
  lanes.claimed(again, 0);
  expect(take()).toHaveLength(1);
});

test("after five failures in a row it rests, and then has one probe at a time until one succeeds", () => {
  const { lanes, take, wake, pass } = setup();
  wake("a");
  let failures = 0;
  for (let [want] = take(); want; [want] = take()) {
    for (const turn of lanes.claimed(want, want.limit)) {
      turn.leave("unreachable", false);
      failures += 1;
    }
  }
  expect(failures).toBe(5);
  expect(lanes.state()).toEqual({ known: 1, running: 0, resting: 1 });
  pass(60_000);
  const [probe = none] = take();
  expect(probe).toEqual({ origin: "a", limit: 1 });
  const [turn] = lanes.claimed(probe, 1);
  expect(take()).toEqual([]);
  turn?.leave("unreachable", false);
  expect(take()).toEqual([]);
  pass(60_000);
  for (const answer of lanes.claimed(take()[0] ?? none, 1)) answer.leave("answered", true);
  expect(take()).toEqual([{ origin: "a", limit: 2 }]);
});

test("one that asks to be spared rests for so long", () => {
  const { lanes, take, wake, pass } = setup();
  wake("a");
  for (const turn of lanes.claimed(take()[0] ?? none, 2)) turn.leave("unreachable", false);
  for (let n = 0; n < 3; n += 1) {
    const [want = none] = take();
    for (const turn of lanes.claimed(want, want.limit)) turn.leave("unreachable", false, 1_000_000);
  }
  pass(999_000);
  expect(take()).toEqual([]);
  pass(1_000);
  expect(take()).toHaveLength(1);
});

test("an answer that is no success keeps it awake, with fewer at a time", () => {
  const { lanes, take, wake } = setup();
  wake("a");
  for (let n = 0; n < 20; n += 1) {
    const [want = none] = take();
    for (const turn of lanes.claimed(want, want.limit)) turn.leave("answered", false);
  }
  expect(take()).toEqual([{ origin: "a", limit: 1 }]);
});

test("receivers that have not succeeded share half of the slots, and who has finds the others", () => {
  const { lanes, take, wake, begin } = setup({ slots: 16 });
  wake("good");
  for (const turn of begin()) turn.leave("answered", true);
  lanes.claimed(take()[0] ?? none, 0);
  for (let n = 0; n < 100; n += 1) wake(`hanging-${n}`);
  expect(begin()).toHaveLength(8);
  expect(take()).toEqual([]);
  wake("good");
  expect(take()).toEqual([{ origin: "good", limit: 1 }]);
});

test("receivers that take all they can leave slots to those of which nothing is known", () => {
  const { lanes, take, wake, begin } = setup({ slots: 16, perReceiver: 100 });
  for (let n = 0; n < 50; n += 1) {
    wake(`good-${n}`);
    for (const turn of begin()) turn.leave("answered", true);
  }
  // All of them hang from now on.
  expect(begin()).toHaveLength(14);
  expect(take()).toEqual([]);
  wake("new");
  expect(take()).toEqual([{ origin: "new", limit: 1 }]);
  expect(lanes.state().running).toBe(15);
});

test("who was just served comes last", () => {
  const { lanes, take, wake } = setup({ slots: 2 });
  for (const origin of ["a", "b", "c"]) wake(origin);
  const served: string[] = [];
  for (let n = 0; n < 6; n += 1) {
    const [want = none] = take();
    served.push(want.origin);
    for (const turn of lanes.claimed(want, want.limit)) turn.leave("answered", false);
  }
  expect(served).toEqual(["a", "b", "c", "a", "b", "c"]);
});

test("what was given back says nothing of a receiver", () => {
  const { lanes, take, wake } = setup();
  wake("a");
  for (let n = 0; n < 10; n += 1) {
    const [want = none] = take();
    expect(want.limit).toBe(2);
    for (const turn of lanes.claimed(want, 2)) turn.leave("aborted", false);
  }
});

test("receivers without anything to do are forgotten, and those that are needed are not", () => {
  const { lanes, take, wake, pass } = setup();
  for (let n = 0; n < 3_000; n += 1) wake(`r${n}`);
  for (let wants = take(); wants.length > 0; wants = take()) {
    for (const want of wants) lanes.claimed(want, 0);
  }
  wake("r7");
  pass(1);
  expect(lanes.state().known).toBe(1);
  expect(take()).toEqual([{ origin: "r7", limit: 2 }]);
});

const none: Want = { origin: "none", limit: 0 };

function setup(settings: { slots?: number; perReceiver?: number } = {}) {
  let time = 0;
  const lanes = createLanes({ slots: 128, perReceiver: 16, random: () => 0.5, now: () => time, ...settings });
  const take = () => lanes.take();
  return {
    lanes,
    take,
    wake: (origin: string) => lanes.wake(origin),
    /** Takes all there is, and begins it. */
    begin(): readonly Turn[] {
      const turns: Turn[] = [];
      for (let wants = take(); wants.length > 0; wants = take()) {
        for (const want of wants) turns.push(...lanes.claimed(want, want.limit));
      }
      return turns;
    },
    pass(ms: number) {
      time += ms;
      lanes.tick();
    },
  };
}
