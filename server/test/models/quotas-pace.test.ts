import { expect, test } from "vitest";
import type { Quotas } from "../../src/models/quotas/contract.ts";
import { describeEngine } from "../engine/databases.ts";
import { leaveToSoak } from "../needs.ts";
import {
  createProcess,
  createRandom,
  createTime,
  createWindow,
  groupOf,
  isSlot,
  limitsOf,
  newScope,
  slotOf,
  type Time,
} from "./quota-world.ts";

const minute = 60_000;
const signal = new AbortController().signal;
/** Who still waits when the test has ended. */
const closing = () => {};

leaveToSoak("quotas at the pace of several processes", () => {
  describeEngine(
    "the pace of quotas",
    (database) => {
      test.each([
        { processes: 1, groups: 1 },
        { processes: 4, groups: 3 },
        { processes: 1, groups: 6 },
      ])(
        "$processes processes use 98 % of $groups groups, evenly and without one refusal",
        {
          timeout: 120_000,
        },
        async ({ processes, groups: count }) => {
          const time = createTime();
          const random = createRandom(count * 10 + processes);
          const names = Array.from({ length: count }, (_, index) => `group-${index}`);
          const groups = names.map((name) => groupOf(name, limitsOf(55)));
          const window = createWindow(time, 55);
          const shared = { database: database().sql, time, scope: newScope(), groups };
          // Wrong about the time by up to half an hour, each in its way.
          const all = Array.from({ length: processes }, () =>
            createProcess(shared, (random() - 0.5) * 60 * minute),
          );
          for (const quotas of all)
            for (let worker = 0; worker < 16; worker += 1) void work(quotas, time, random, window);
          await time.run(4 * minute);
          expect(window.violations()).toBe(0);
          const used = names.map((name) => window.count(name, 5_000, 3 * minute + 5_000));
          for (const each of used) expect(each).toBeGreaterThanOrEqual(0.98 * 3 * 55);
          expect(Math.max(...used)).toBeLessThanOrEqual(Math.min(...used) * 1.05);
        },
      );

      test("after an idle time one request goes out at once, and no two together", async () => {
        const time = createTime();
        const quotas = createProcess({
          database: database().sql,
          time,
          scope: newScope(),
          groups: [groupOf("group", limitsOf(55))],
        });
        await time.run(10 * minute);
        const at: number[] = [];
        const start = time.now();
        for (let asked = 0; asked < 4; asked += 1)
          void quotas
            .acquire({ tokens: 1, signal, patienceMs: minute })
            .then(() => void at.push(time.now() - start), closing);
        await time.run(5_000);
        expect(at.map(Math.round)).toEqual([0, 1109, 2218, 3327]);
      });

      test("slots are given in the order of asking", async () => {
        const time = createTime();
        const groups = [groupOf("one", limitsOf(600)), groupOf("other", limitsOf(300))];
        const quotas = createProcess({ database: database().sql, time, scope: newScope(), groups });
        const order: number[] = [];
        for (let asked = 0; asked < 40; asked += 1)
          void quotas
            .acquire({ tokens: 1, signal, patienceMs: minute })
            .then(() => void order.push(asked), closing);
        await time.run(5_000);
        expect(order).toEqual(Array.from({ length: 40 }, (_, index) => index));
      });

      test("a process that stood still does not send what it missed in a bunch", async () => {
        const time = createTime();
        const groups = [groupOf("group", limitsOf(600))];
        const quotas = createProcess({ database: database().sql, time, scope: newScope(), groups });
        const at: number[] = [];
        for (let asked = 0; asked < 60; asked += 1)
          void quotas
            .acquire({ tokens: 1, signal, patienceMs: minute })
            .then(() => void at.push(time.now()), closing);
        await time.run(1_000);
        const before = at.length;
        time.stall(3_000);
        await time.run(2_000);
        const gaps = at.slice(before + 1).map((each, index) => Math.round(each - (at[before + index] ?? 0)));
        expect(gaps.length).toBeGreaterThan(10);
        for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(101);
      });

      test("among groups that are free it is the turn of the one that has rested longest", async () => {
        const time = createTime();
        const groups = [groupOf("one", limitsOf(60)), groupOf("other", limitsOf(60))];
        const quotas = createProcess({ database: database().sql, time, scope: newScope(), groups });
        const used: string[] = [];
        for (let asked = 0; asked < 6; asked += 1) {
          used.push(slotOf(await quotas.acquire({ tokens: 1, signal, patienceMs: minute })).group);
          await time.run(10_000);
        }
        expect(used).toEqual(["one", "other", "one", "other", "one", "other"]);
      });

      test("who leaves while he waits takes no slot of others, of another process neither", async () => {
        const time = createTime();
        const groups = [groupOf("group", limitsOf(60))];
        const shared = { database: database().sql, time, scope: newScope(), groups };
        const [one, other] = [createProcess(shared), createProcess(shared)];
        const leaving = new AbortController();
        const at: number[] = [];
        const stay = (quotas: Quotas) =>
          void quotas
            .acquire({ tokens: 1, signal, patienceMs: minute })
            .then(() => void at.push(Math.round(time.now())), closing);
        stay(one);
        const left = Array.from({ length: 3 }, () =>
          one.acquire({ tokens: 1, signal: leaving.signal, patienceMs: minute }),
        );
        await time.run(500);
        leaving.abort(new Error("gone"));
        for (const each of left) await expect(each).rejects.toThrow("gone");
        await time.settled();
        stay(other);
        await time.run(3_000);
        stay(one);
        await time.run(1_000);
        expect(at).toEqual([0, 1017, 3500]);
      });

      test("a slot for which nothing was sent is had again", async () => {
        const time = createTime();
        const groups = [groupOf("group", limitsOf(55, { requestsPerDay: 2 }))];
        const quotas = createProcess({ database: database().sql, time, scope: newScope(), groups });
        const ask = { tokens: 1, signal, patienceMs: 500 };
        const first = quotas.acquire(ask);
        await time.settled();
        await slotOf(await first).settle({ as: "unused" });
        const at: number[] = [];
        for (let asked = 0; asked < 2; asked += 1) {
          void quotas
            .acquire({ ...ask, patienceMs: minute })
            .then(() => void at.push(Math.round(time.now())), closing);
        }
        await time.run(3_000);
        expect(at).toEqual([0, 1109]);
      });

      test("tokens bound the pace where they are fewer than the requests, and are corrected by the answers", async () => {
        const time = createTime();
        const limits = limitsOf(600, { tokensPerMinute: 61_000 });
        const quotas = createProcess({
          database: database().sql,
          time,
          scope: newScope(),
          groups: [groupOf("group", limits)],
        });
        const sent: { at: number; tokens: number }[] = [];
        const worker = async () => {
          for (;;) {
            const slot = slotOf(await quotas.acquire({ tokens: 1_000, signal, patienceMs: 10 * minute }));
            const tokens = 2_000;
            sent.push({ at: time.now(), tokens });
            await time.sleep(300);
            await slot.settle({ as: "answered", tokens });
          }
        };
        for (let count = 0; count < 5; count += 1) void worker().catch(() => {});
        await time.run(3 * minute);
        const perMinute = (from: number) =>
          sent
            .filter(({ at }) => at >= from && at < from + minute)
            .reduce((sum, { tokens }) => sum + tokens, 0);
        for (let from = minute; from <= 2 * minute; from += 10_000) {
          expect(perMinute(from)).toBeLessThanOrEqual(61_000);
          expect(perMinute(from)).toBeGreaterThanOrEqual(0.9 * 61_000);
        }
      });
    },
    { ordinarily: "postgresql" },
  );

  async function work(
    quotas: Quotas,
    time: Time,
    random: () => number,
    window: ReturnType<typeof createWindow>,
  ): Promise<void> {
    for (;;) {
      const slot = await quotas.acquire({ tokens: 1_500, signal, patienceMs: 10 * minute }).catch(() => null);
      if (!slot || !isSlot(slot)) return;
      window.send(slot.group);
      await time.sleep(random() * 950);
      const letIn = window.arrive(slot.group);
      await time.sleep(150 + random() * 1_350);
      await slot.settle(
        letIn
          ? { as: "answered", tokens: 1_400 }
          : { as: "rate_limited", scope: "minute", retryAfterMs: 5_000 },
      );
    }
  }
});
