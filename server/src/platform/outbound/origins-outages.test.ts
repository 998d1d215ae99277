import { describe, expect, test } from "vitest";
import { leave, minute, setup, states } from "./testing/origins-world.ts";

describe("an origin that fails", () => {
  test("is left alone after five failures in a row, and whoever waits for it is parked", async () => {
    const { origins, ask, failTimes, enter, settle, inMs } = setup();
    await failTimes(4);
    const asked = [ask(), ask(), ask(), ask()];
    await settle();
    leave(asked[0] ?? ask(), "unreachable");
    await settle();
    expect(states(asked)).toEqual(["go", "go", "parked", "parked"]);
    expect(await enter()).toEqual({ state: "parked", until: inMs(5_000) });
    expect(await enter("https://other.example")).toMatchObject({ state: "go" });
    expect(origins.state()).toMatchObject({ open: 1, givenUp: 0, waiting: 0 });
  });

  test("is not, as long as it answers now and then", async () => {
    const { begin, failTimes, enter } = setup();
    for (let round = 0; round < 5; round += 1) {
      await failTimes(4);
      (await begin()).leave("answered");
    }
    expect(await enter()).toMatchObject({ state: "go" });
  });

  test("is not for requests that were aborted, nor for failures minutes apart", async () => {
    const { begin, failTimes, enter, pass } = setup();
    for (let count = 0; count < 9; count += 1) (await begin()).leave("aborted");
    for (let count = 0; count < 9; count += 1) {
      await failTimes(1);
      await pass(2 * minute + 1);
    }
    expect(await enter()).toMatchObject({ state: "go" });
  });

  test("has one probe at a time, after 5, 10, 20, 40, 60 and 60 seconds", async () => {
    const { begin, enter, failTimes, pass, inMs } = setup({ patienceMs: 60 * minute });
    await failTimes(5);
    for (const seconds of [5, 10, 20, 40, 60, 60]) {
      await pass(seconds * 1000 - 1);
      expect(await enter()).toEqual({ state: "parked", until: inMs(1) });
      await pass(1);
      const probe = await begin();
      expect(await enter()).toEqual({ state: "parked", until: inMs(1_000) });
      expect(await enter()).toEqual({ state: "parked", until: inMs(1_000) });
      probe.leave("unreachable");
    }
  });

  test("is back with the first answer, and everything is forgotten", async () => {
    const { origins, begin, failTimes, enter, pass, inMs } = setup();
    await failTimes(5);
    await pass(5_000);
    (await begin()).leave("unreachable");
    await pass(10_000);
    (await begin()).leave("answered");
    expect(origins.state()).toMatchObject({ open: 0 });
    await failTimes(5);
    expect(await enter()).toEqual({ state: "parked", until: inMs(5_000) });
  });

  test("has the next one probe when a probe was aborted", async () => {
    const { begin, failTimes, enter, pass, inMs } = setup();
    await failTimes(5);
    await pass(5_000);
    (await begin()).leave("aborted");
    const probe = await begin();
    expect(await enter()).toEqual({ state: "parked", until: inMs(1_000) });
    probe.leave("answered");
    expect(await enter()).toMatchObject({ state: "go" });
  });

  test("is not held to what requests of before fail with, but to what they answer", async () => {
    const { begin, enter, failTimes, pass, inMs } = setup({ concurrency: 20 });
    const early = await Promise.all(Array.from({ length: 10 }, () => begin()));
    await failTimes(5);
    for (const turn of early.slice(0, 4)) turn.leave("unreachable");
    expect(await enter()).toEqual({ state: "parked", until: inMs(5_000) });
    await pass(5_000);
    const probe = await begin();
    for (const turn of early.slice(4, 6)) turn.leave("unreachable");
    probe.leave("answered");
    for (const turn of early.slice(6, 9)) turn.leave("unreachable");
    await failTimes(4);
    expect(await enter()).toMatchObject({ state: "go" });
    await failTimes(1);
    expect(await enter()).toMatchObject({ state: "parked" });
    early[9]?.leave("answered");
    expect(await enter()).toMatchObject({ state: "go" });
  });

  test("decides itself when it is asked again, later than it would be, within an hour", async () => {
    const { begin, failTimes, enter, pass, inMs } = setup();
    const until = inMs(90_000);
    await failTimes(5, until);
    expect(await enter()).toEqual({ state: "parked", until });
    await pass(90_000);
    (await begin()).leave("unreachable", inMs(1));
    expect(await enter()).toEqual({ state: "parked", until: inMs(10_000) });
    await pass(10_000);
    (await begin()).leave("unreachable", new Date(Number.NaN));
    expect(await enter()).toEqual({ state: "parked", until: inMs(20_000) });
    await pass(20_000);
    (await begin()).leave("unreachable", inMs(1e10));
    expect(await enter()).toEqual({ state: "parked", until: inMs(3_600_000) });
  });

  test("is tried again at times that are spread", async () => {
    const { failTimes, enter, inMs } = setup({ random: () => 0.5 });
    await failTimes(5);
    expect(await enter()).toEqual({ state: "parked", until: inMs(3_750) });
  });

  test("keeps its one probe within the slots and the rate", async () => {
    const { begin, enter, failTimes, pass } = setup({ perSecond: 1, concurrency: 3 });
    const stuck = await begin();
    await pass(1_000);
    await begin();
    for (let count = 0; count < 5; count += 1) {
      await pass(1_000);
      await failTimes(1);
    }
    await pass(5_000);
    const probe = await begin();
    probe.leave("aborted");
    // The probe used up the second's token.
    expect(await enter()).toMatchObject({ state: "parked" });
    await pass(1_000);
    expect(await enter()).toMatchObject({ state: "go" });
    stuck.leave("aborted");
    expect(await enter()).toMatchObject({ state: "parked" });
  });
});

describe("an origin that fails for longer than the patience", () => {
  /** Has every probe fail until so many milliseconds have passed. */
  async function failFor(ms: number, world: ReturnType<typeof setup>): Promise<void> {
    const end = world.now() + ms;
    await world.failTimes(5);
    while (world.now() < end) {
      const turn = await world.enter();
      if (turn.state === "go") turn.leave("unreachable");
      else if (turn.state === "given_up") return;
      else await world.pass(turn.until.getTime() - world.now());
    }
  }

  test("fails its rows, but not before", async () => {
    const world = setup();
    const startedAt = world.now();
    await failFor(60 * minute, world);
    expect(world.now() - startedAt).toBeGreaterThan(10 * minute);
    expect(world.now() - startedAt).toBeLessThan(12 * minute);
    expect(await world.enter()).toEqual({
      state: "given_up",
      message: "The server of this URL has failed for longer than 10 minutes; it is not asked again for now.",
    });
    expect(world.origins.state()).toMatchObject({ open: 1, givenUp: 1 });
  });

  test("is still probed, fails all other rows meanwhile, and is back with the first answer", async () => {
    const world = setup();
    await failFor(60 * minute, world);
    await world.pass(minute);
    const probe = await world.begin();
    expect(await world.enter()).toMatchObject({ state: "given_up" });
    probe.leave("unreachable");
    expect(await world.enter()).toMatchObject({ state: "given_up" });
    await world.pass(minute);
    (await world.begin()).leave("answered");
    expect(await world.enter()).toMatchObject({ state: "go" });
    expect(world.origins.state()).toMatchObject({ open: 0, givenUp: 0 });
  });

  test("fails no row before a probe has failed: a long Retry-After is not the origin's failure", async () => {
    const { begin, enter, failTimes, pass, inMs } = setup();
    await failTimes(5, inMs(30 * minute));
    await pass(20 * minute);
    expect(await enter()).toEqual({ state: "parked", until: inMs(10 * minute) });
    await pass(10 * minute);
    const probe = await begin();
    expect(await enter()).toMatchObject({ state: "parked" });
    probe.leave("unreachable");
    expect(await enter()).toMatchObject({ state: "given_up" });
  });

  test("begins a new outage when nobody looked for a long time", async () => {
    const world = setup();
    await failFor(60 * minute, world);
    await world.pass(60 * minute);
    expect(world.origins.state()).toMatchObject({ open: 0 });
    await world.failTimes(5);
    expect(await world.enter()).toEqual({ state: "parked", until: world.inMs(5_000) });
  });
});
