import { expect, test } from "vitest";
import type { QuotaAsk, QuotaGroup, Slot } from "../../src/models/quotas/contract.ts";
import { describeEngine } from "../engine/databases.ts";
import { createProcess, createTime, groupOf, limitsOf, newScope, slotOf, type Time } from "./quota-world.ts";

const minute = 60_000;
const patient: QuotaAsk = { tokens: 1, signal: new AbortController().signal, patienceMs: 60 * minute };
const impatient: QuotaAsk = { ...patient, patienceMs: 2_000 };

describeEngine("refusals of a provider", (database) => {
  test("its delay parks the group in every process, and the rate is lowered once, not for each request", async () => {
    const { time, groups, start, startedAt } = setup([groupOf("group", limitsOf(600))]);
    const [one, other] = [start(), start()];
    const slots = await take(time, one, 3);
    for (const slot of slots) await slot.settle(refused(10_000));
    await time.settled();
    expect(await other.acquire(impatient)).toEqual({
      waitUntil: new Date(startedAt + time.now() + 10_000),
      reason: "The provider's limit for a minute is used up.",
    });
    const at: number[] = [];
    const until = time.now() + 10_000;
    for (let asked = 0; asked < 3; asked += 1)
      void other.acquire(patient).then(() => at.push(Math.round(time.now() - until)));
    await time.run(11_000);
    const spacing = 61_000 / 600 / 0.7;
    expect(at).toEqual([0, Math.round(spacing), Math.round(2 * spacing)]);
    expect((await one.status()).groups).toMatchObject([{ name: groups[0]?.name, factor: 0.7, parked: null }]);
  });

  test("a process that holds slots of a group that was parked meanwhile sends nothing after a second", async () => {
    const { time, start } = setup([groupOf("group", limitsOf(600))]);
    const [one, other] = [start(), start()];
    const [first] = await take(time, one, 1);
    const at: number[] = [];
    for (let asked = 0; asked < 30; asked += 1)
      void other.acquire(patient).then(() => at.push(time.now()), closing);
    await time.settled();
    await first?.settle(refused(10_000));
    const refusedAt = time.now();
    await time.run(9_000);
    expect(at.filter((each) => each > refusedAt + 1_000)).toEqual([]);
    await time.run(10_000);
    expect(at).toHaveLength(30);
  });

  test("a group that is parked leaves the work to the others", async () => {
    const { time, start } = setup([groupOf("one", limitsOf(60)), groupOf("other", limitsOf(60))]);
    const quotas = start();
    const [first] = await take(time, quotas, 1);
    await first?.settle(refused(30_000));
    const slots = await take(time, quotas, 5, 10_000);
    expect(new Set(slots.map(({ group }) => group))).toEqual(new Set(["other"]));
  });

  test("with time and success the rate comes back to the limit, and not beyond", async () => {
    const { time, start } = setup([groupOf("group", limitsOf(60))]);
    const quotas = start();
    const factor = async () => (await quotas.status()).groups[0]?.factor;
    const [first] = await take(time, quotas, 1);
    await first?.settle(refused(5_000));
    const factors: (number | undefined)[] = [await factor()];
    await time.run(5_000);
    for (let minutes = 0; minutes < 4; minutes += 1) {
      const [slot] = await take(time, quotas, 1);
      await time.run(minute);
      await slot?.settle({ as: "answered", tokens: null });
      await time.run(2_000);
      factors.push(await factor());
    }
    expect(factors.map((each) => each?.toFixed(1))).toEqual(["0.7", "0.8", "0.9", "1.0", "1.0"]);
  });

  test("without a delay of the provider's own the pauses grow up to a minute, until one is answered", async () => {
    const { time, start, startedAt } = setup([groupOf("group", limitsOf(60))]);
    const quotas = start();
    const pauses: number[] = [];
    for (let times = 0; times < 5; times += 1) {
      const [answered] = times === 4 ? await take(time, quotas, 1, 2_000) : [];
      await answered?.settle({ as: "answered", tokens: null });
      await time.run(2_000);
      const [slot] = await take(time, quotas, 1, 2_000);
      await slot?.settle({ as: "rate_limited", scope: "unknown", retryAfterMs: null });
      const { parked } = (await quotas.status()).groups[0] ?? {};
      pauses.push(((parked?.waitUntil.getTime() ?? 0) - startedAt - time.now()) / 1_000);
      await time.run(70_000);
    }
    expect(pauses).toEqual([15, 30, 60, 60, 15]);
  });

  test("an answer to what was sent before a refusal does not make up for it", async () => {
    const { time, start, startedAt } = setup([groupOf("group", limitsOf(60))]);
    const quotas = start();
    const again = { as: "rate_limited", scope: "unknown", retryAfterMs: null } as const;
    const [first, second] = await take(time, quotas, 2, 2_000);
    await first?.settle(again);
    const third = quotas.acquire(patient);
    await time.run(1_000);
    await second?.settle({ as: "answered", tokens: null });
    await time.run(16_000);
    await slotOf(await third).settle(again);
    const { parked } = (await quotas.status()).groups[0] ?? {};
    expect(parked?.waitUntil).toEqual(new Date(startedAt + time.now() + 30_000));
  });

  test("a group that was restored is asked again at the whole rate, at once here and soon in every process", async () => {
    const { time, start } = setup([groupOf("group", limitsOf(60))]);
    const [one, other] = [start(), start()];
    const slots = await take(time, one, 2, 2_000);
    for (const slot of slots) await slot.settle({ as: "rate_limited", scope: "day", retryAfterMs: null });
    const [slow] = [await one.acquire(impatient), await other.acquire(impatient)].filter(
      (answer) => "settle" in answer,
    );
    expect(slow).toBeUndefined();

    expect(await other.restore("group-0")).toEqual({ keys: [], unparked: [] });
    expect((await one.status()).groups).toMatchObject([{ parked: { reason: expect.stringMatching(/day/) } }]);
    expect(await other.restore()).toEqual({ keys: [], unparked: ["group"] });
    expect((await one.status()).groups).toMatchObject([{ parked: null, factor: 1 }]);
    expect(await other.restore()).toEqual({ keys: [], unparked: [] });
    // Who asks at once, and who learns it with the next look at the books; both of them alone.
    expect((await take(time, other, 1)).length).toBe(1);
    await time.run(2_000);
    const answers = [one.acquire(impatient), one.acquire(impatient)];
    await time.run(1_500);
    expect((await Promise.all(answers)).map((answer) => "settle" in answer)).toEqual([true, true]);
  });

  test("a rate that was lowered is whole again once it is restored, and is lowered and raised as before", async () => {
    const { time, start } = setup([groupOf("group", limitsOf(600))]);
    const quotas = start();
    const factor = async () => (await quotas.status()).groups[0]?.factor;
    const [first] = await take(time, quotas, 1);
    await first?.settle(refused(60 * minute));
    await quotas.restore();
    expect(await factor()).toBe(1);
    await time.run(1_000);
    const [second] = await take(time, quotas, 1);
    await second?.settle(refused(1_000));
    expect(await factor()).toBe(0.7);
    await time.run(1_000);
    const [third] = await take(time, quotas, 1);
    await time.run(minute);
    await third?.settle({ as: "answered", tokens: null });
    await time.run(2_000);
    // The park that was lifted would have kept success from counting for an hour.
    expect((await factor())?.toFixed(1)).toBe("0.8");
  });

  test("requests for the day used up park until midnight in California, whoever's clock is wrong", async () => {
    const { time, start } = setup([groupOf("group", limitsOf(60))]);
    const quotas = start(3 * minute);
    const [slot] = await take(time, quotas, 1);
    await slot?.settle({ as: "rate_limited", scope: "day", retryAfterMs: 34_000 });
    const { parked, factor } = (await quotas.status()).groups[0] ?? {};
    expect(factor).toBe(1);
    expect(parked?.reason).toBe("The provider's requests for the day are used up.");
    const midnight = Date.parse("2026-06-02T00:00:00-07:00");
    expect(Math.abs((parked?.waitUntil.getTime() ?? 0) - midnight)).toBeLessThan(4 * minute);
  });

  test("our own count of the day ends at its limit, and begins anew at midnight", async () => {
    const { time, start, startedAt } = setup([groupOf("group", limitsOf(60, { requestsPerDay: 3 }))]);
    const quotas = start();
    await take(time, quotas, 3, 5_000);
    const midnight = Date.parse("2026-06-02T00:00:00-07:00");
    expect(await quotas.acquire(impatient)).toEqual({
      waitUntil: new Date(midnight),
      reason: "The provider's requests for the day are used up.",
    });
    const again = quotas.acquire({ ...patient, patienceMs: 24 * 60 * minute });
    await time.run(midnight - startedAt - time.now() + 1_000);
    slotOf(await again);
    expect((await quotas.status()).groups[0]?.usedToday).toBe(1);
  });

  test("who waits longer than his patience behind others is told when it will be about his turn", async () => {
    const { time, start, startedAt } = setup([groupOf("group", limitsOf(61))]);
    const quotas = start();
    const answers = Array.from({ length: 8 }, () => quotas.acquire({ ...impatient, patienceMs: 1_500 }));
    await time.run(2_000);
    const all = await Promise.all(answers);
    expect(all.slice(0, 2).map((answer) => "settle" in answer)).toEqual([true, true]);
    expect(all[2]).toEqual({
      waitUntil: new Date(startedAt + 1_500 + 6_000),
      reason: "Others wait for the same quota.",
    });
  });

  test("groups that are always refused together are suspected to be one project", async () => {
    const { time, start } = setup(["one", "other", "third"].map((name) => groupOf(name, limitsOf(60))));
    const quotas = start();
    for (let times = 0; times < 5; times += 1) {
      const slots = await take(time, quotas, 3, 1_000);
      for (const slot of slots)
        if (slot.group !== "third") await slot.settle(refused(1_000));
        else await slot.settle({ as: "answered", tokens: null });
      expect((await quotas.status()).suspicions).toHaveLength(times === 4 ? 1 : 0);
      await time.run(2_000);
    }
    expect((await quotas.status()).suspicions).toEqual([{ groups: ["one", "other"], times: 5 }]);
    const slots = await take(time, quotas, 3, 10_000);
    await slots.find(({ group }) => group === "one")?.settle(refused(1_000));
    expect((await quotas.status()).suspicions).toEqual([]);
  });

  function setup(groups: readonly QuotaGroup[]) {
    const startedAt = Date.UTC(2026, 5, 1, 12);
    const time = createTime(startedAt);
    const shared = { database: database().sql, time, scope: newScope(), groups };
    return { time, groups, startedAt, start: (wrongByMs = 0) => createProcess(shared, wrongByMs) };
  }
});

const closing = () => {};
const refused = (retryAfterMs: number) => ({ as: "rate_limited", scope: "minute", retryAfterMs }) as const;

/** So many slots, of which the last comes within `ms`. */
async function take(
  time: Time,
  quotas: ReturnType<typeof createProcess>,
  count: number,
  ms = 500,
): Promise<Slot[]> {
  const answers = Array.from({ length: count }, () => quotas.acquire(patient));
  await time.run(ms);
  return (await Promise.all(answers)).map(slotOf);
}
