import { describe, expect, test } from "vitest";
import { createOrigins } from "./origins.ts";
import { leave, minute, setup, site, states } from "./testing/origins-world.ts";
import type { Turn } from "./turn.ts";

describe("concurrency", () => {
  test("lets so many begin, and the others in order of arrival", async () => {
    const { origins, ask, settle, timers } = setup();
    const asked = Array.from({ length: 4 }, () => ask());
    await settle();
    expect(states(asked)).toEqual(["go", "go", "waiting", "waiting"]);
    leave(asked[1] ?? ask());
    await settle();
    expect(states(asked)).toEqual(["go", "go", "go", "waiting"]);
    leave(asked[0] ?? ask());
    await settle();
    expect(states(asked)).toEqual(["go", "go", "go", "go"]);
    expect(origins.state()).toEqual({ known: 1, running: 2, waiting: 0, open: 0, givenUp: 0 });
    expect(timers.size).toBe(0);
  });

  test("is each origin's own", async () => {
    const { ask, settle } = setup({ concurrency: 1 });
    const asked = [
      ask("https://a"),
      ask("https://a"),
      ask("https://b"),
      ask("http://a"),
      ask("https://a:444"),
    ];
    await settle();
    expect(states(asked)).toEqual(["go", "waiting", "go", "go", "go"]);
  });

  test("is given back once, however often who left says so", async () => {
    const { begin, ask, settle } = setup({ concurrency: 1 });
    const turn = await begin();
    turn.leave("answered");
    const asked = [ask(), ask()];
    await settle();
    turn.leave("answered");
    turn.leave("unreachable");
    await settle();
    expect(states(asked)).toEqual(["go", "waiting"]);
  });
});

describe("who stops waiting", () => {
  test("is told its reason, leaves no place behind and lets the next one in", async () => {
    const { origins, ask, settle, timers } = setup({ concurrency: 1 });
    const leaving = new AbortController();
    const [running, left, next] = [ask(), ask(site, leaving.signal), ask()];
    await settle();
    leaving.abort(new Error("gone"));
    await settle();
    expect(left.error).toEqual(new Error("gone"));
    expect(origins.state()).toMatchObject({ running: 1, waiting: 1 });
    leave(running);
    await settle();
    leave(next);
    expect(origins.state()).toMatchObject({ running: 0, waiting: 0 });
    expect(timers.size).toBe(0);
  });

  test("before it asks is told so, and nothing is known of it", async () => {
    const { origins, ask, settle } = setup();
    const asked = ask(site, AbortSignal.abort(new Error("gone")));
    await settle();
    expect(asked.error).toEqual(new Error("gone"));
    expect(origins.state()).toMatchObject({ known: 0, running: 0 });
  });

  test("after it was let in keeps its slot until it leaves", async () => {
    const { origins, ask, settle } = setup({ concurrency: 1 });
    const leaving = new AbortController();
    const asked = ask(site, leaving.signal);
    await settle();
    leaving.abort();
    expect(origins.state()).toMatchObject({ running: 1 });
    leave(asked, "aborted");
    expect(origins.state()).toMatchObject({ running: 0 });
  });

  test("after it waited and was let in takes nobody with it who still waits", async () => {
    const { origins, begin, ask, settle } = setup({ concurrency: 1 });
    const leaving = new AbortController();
    const running = await begin();
    const [letIn, waiting] = [ask(site, leaving.signal), ask()];
    running.leave("answered");
    await settle();
    leaving.abort();
    expect(origins.state()).toMatchObject({ running: 1, waiting: 1 });
    leave(letIn);
    await settle();
    expect(states([waiting])).toEqual(["go"]);
  });
});

describe("a slow origin", () => {
  test("takes more into its queue the faster it answers", async () => {
    const accepted = async (ms: number) => {
      const { begin, pass, ask, settle } = setup();
      for (let round = 0; round < 60; round += 1) {
        const turn = await begin();
        await pass(ms);
        turn.leave("answered");
      }
      const asked = Array.from({ length: 200 }, () => ask());
      await settle();
      return states(asked).filter((state) => state === "waiting").length;
    };
    // Two seconds of waiting for two slots, and the bound for any origin.
    expect(await accepted(210)).toBe(19);
    expect(await accepted(1_100)).toBe(3);
    expect(await accepted(5_000)).toBe(0);
    expect(await accepted(1)).toBe(64);
  });

  test("parks who would wait too long until about its turn, and nobody else's rows", async () => {
    const { begin, pass, enter, inMs } = setup({ concurrency: 1 });
    for (let round = 0; round < 60; round += 1) {
      const turn = await begin();
      await pass(8_000);
      turn.leave("answered");
    }
    await begin();
    const parked = await enter();
    if (parked.state !== "parked") expect.unreachable();
    expect(parked.until.getTime()).toBeGreaterThan(inMs(7_900).getTime());
    expect(parked.until.getTime()).toBeLessThan(inMs(8_100).getTime());
    expect(await enter("https://other.example")).toMatchObject({ state: "go" });
  });

  test("that hangs has those who wait come later, and then parks all who come at once", async () => {
    const { origins, begin, ask, enter, settle, pass, timers } = setup();
    const hanging = await begin();
    await begin();
    const waiting = [ask(), ask()];
    await pass(3_999);
    expect(states(waiting)).toEqual(["waiting", "waiting"]);
    await pass(1);
    expect(states(waiting)).toEqual(["parked", "parked"]);
    expect(await enter()).toMatchObject({ state: "parked" });
    expect(origins.state()).toMatchObject({ running: 2, waiting: 0 });
    expect(timers.size).toBe(0);
    // As soon as one comes through there is something to wait for again.
    hanging.leave("answered");
    await begin();
    const again = ask();
    await settle();
    expect(states([again])).toEqual(["waiting"]);
  });
});

describe("a rate", () => {
  test("lets one begin after the other, evenly", async () => {
    const { ask, pass, settle } = setup({ concurrency: 100, perSecond: 10 });
    const asked = Array.from({ length: 30 }, () => ask());
    await settle();
    const counts = [];
    for (let step = 0; step < 10; step += 1) {
      counts.push(states(asked).filter((state) => state === "go").length);
      await pass(100);
      await settle();
    }
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // Who is more than two seconds behind is not kept.
    expect(states(asked).filter((state) => state === "parked")).toHaveLength(9);
    expect(states(asked).indexOf("parked")).toBe(21);
  });

  test("lets nobody overtake who waits, even where the timer is late", async () => {
    const { begin, ask, pass, settle } = setup({ perSecond: 10, schedule: () => () => {} });
    const running = await begin();
    const asked = [ask()];
    await pass(100);
    asked.push(ask());
    await settle();
    running.leave("answered");
    await settle();
    expect(states(asked)).toEqual(["go", "waiting"]);
  });

  test("below one in two seconds keeps nobody, and says when the next may begin", async () => {
    const { ask, begin, enter, pass, inMs } = setup({ perSecond: 0.1 });
    const first = await begin();
    first.leave("answered");
    expect(await enter()).toEqual({ state: "parked", until: inMs(10_000) });
    await pass(7_999);
    expect(await enter()).toEqual({ state: "parked", until: inMs(2_001) });
    await pass(1);
    // Two seconds are worth waiting for, by one.
    const asked = [ask(), ask()];
    await pass(1_999);
    expect(states(asked)).toEqual(["waiting", "parked"]);
    await pass(1);
    expect(states(asked)).toEqual(["go", "parked"]);
  });
});

describe("memory", () => {
  test("is kept of a thousand origins, however many there are", async () => {
    const { origins, begin } = setup();
    for (let count = 0; count < 5_000; count += 1)
      (await begin(`https://${count}.example`)).leave("answered");
    expect(origins.state().known).toBeLessThanOrEqual(1_000);
  });

  test("is kept of an origin that rests, is asked or has used up its rate, and of failures until they lapse", async () => {
    const { origins, begin, failTimes, enter, pass, inMs } = setup({ perSecond: 0.4, concurrency: 9 });
    const asked = await begin("https://asked.example");
    const rested = inMs(60 * minute);
    for (let count = 0; count < 5; count += 1) {
      await pass(2_500);
      await failTimes(1, rested);
    }
    (await begin("https://failed.example")).leave("unreachable");
    for (let count = 0; count < 1_500; count += 1)
      (await begin(`https://${count}.example`)).leave("answered");
    // All of them have just used up their rate.
    expect(origins.state()).toMatchObject({ known: 1_503, running: 1, open: 1 });
    expect(await enter("https://1499.example")).toMatchObject({ state: "parked" });
    await pass(2_500);
    for (let count = 0; count < 3_000; count += 1) {
      await pass(2_500);
      (await begin(`https://${count}.other`)).leave("answered");
      if (count === 1_000) expect(await enter()).toEqual({ state: "parked", until: rested });
    }
    expect(origins.state()).toMatchObject({ running: 1, open: 0 });
    expect(origins.state().known).toBeLessThanOrEqual(1_010);
    asked.leave("answered");
    expect(origins.state().running).toBe(0);
  });
});

test("at the end everybody who waits or comes is parked, and no timer is left", async () => {
  const { origins, ask, begin, enter, settle, timers, inMs } = setup({ concurrency: 1 });
  const running = await begin();
  const waiting = [ask(), ask()];
  await settle();
  expect(timers.size).toBe(1);
  origins.close();
  await settle();
  expect(waiting.map(({ turn }) => turn)).toEqual(Array(2).fill({ state: "parked", until: inMs(0) }));
  expect(await enter()).toEqual({ state: "parked", until: inMs(0) });
  running.leave("unreachable");
  expect(origins.state()).toMatchObject({ running: 0, waiting: 0 });
  expect(timers.size).toBe(0);
});

test("outside tests the timers are the process's, and are taken back", async () => {
  const origins = createOrigins({ concurrency: 9, perSecond: 100, patienceMs: minute, now: Date.now });
  const enter = (origin: string) => origins.enter(origin, new AbortController().signal);
  const turns = await Promise.all(Array.from({ length: 12 }, () => enter(site).then(leaveAtOnce)));
  expect(turns).toEqual(Array(12).fill("go"));

  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = timers();
  const all = Array.from({ length: 10 }, () => enter("https://other.example"));
  expect(timers()).toBe(before + 1);
  origins.close();
  expect(timers()).toBe(before);
  expect((await Promise.all(all)).map(({ state }) => state)).toEqual([...Array(9).fill("go"), "parked"]);
});

const leaveAtOnce = (turn: Turn) => {
  if (turn.state === "go") turn.leave("answered");
  return turn.state;
};
