import { expect, test } from "vitest";
import type { QuotaAsk, QuotaGroup } from "../../src/models/quotas/contract.ts";
import { describeEngine } from "../engine/databases.ts";
import { createProcess, createTime, groupOf, limitsOf, newScope, slotOf } from "./quota-world.ts";

const minute = 60_000;
const patient: QuotaAsk = { tokens: 1, signal: new AbortController().signal, patienceMs: 60 * minute };

describeEngine("keys of a provider", (database) => {
  test("keys of a group take turns", async () => {
    const { time, start } = setup([groupOf("group", limitsOf(600), 3)]);
    const quotas = start();
    const used: string[] = [];
    for (let asked = 0; asked < 6; asked += 1)
      void quotas.acquire(patient).then((answer) => used.push(slotOf(answer).key.id));
    await time.run(2_000);
    expect(used).toEqual(["group-0", "group-1", "group-2", "group-0", "group-1", "group-2"]);
  });

  test("a key that fails for half a minute costs its own share alone, and is back soon after", async () => {
    const names = ["one", "other", "third"];
    const { time, start } = setup(names.map((name) => groupOf(name, limitsOf(55))));
    const quotas = start();
    const sent: { group: string; at: number; failed: boolean }[] = [];
    const worker = async (): Promise<void> => {
      const slot = slotOf(await quotas.acquire(patient));
      const at = time.now();
      const failed = slot.group === "one" && at >= minute && at < 1.5 * minute;
      sent.push({ group: slot.group, at, failed });
      await time.sleep(300);
      await slot.settle(failed ? { as: "failed", reason: "503" } : { as: "answered", tokens: null });
      return worker();
    };
    for (let count = 0; count < 6; count += 1) void worker().catch(() => {});
    await time.run(2.5 * minute);
    const count = (name: string, from: number, to: number) =>
      sent.filter(({ group, at, failed }) => group === name && !failed && at >= from && at < to).length;
    for (const name of ["other", "third"])
      expect(count(name, 0, 2.5 * minute)).toBeGreaterThanOrEqual(0.98 * 2.5 * 55);
    expect(sent.filter(({ failed }) => failed).length).toBeLessThan(12);
    expect(count("one", 1.6 * minute, 2.5 * minute)).toBeGreaterThanOrEqual(Math.floor(0.98 * 0.9 * 55));
    expect((await quotas.status()).groups[0]?.keys).toMatchObject([
      { usable: true, lastError: { reason: "503" } },
    ]);
  });

  test("a key that the provider refuses for good is taken out in every process and named, without the key", async () => {
    const { time, start } = setup([groupOf("group", limitsOf(600), 2)]);
    const [one, other] = [start(), start()];
    const answer = one.acquire(patient);
    await time.settled();
    const slot = slotOf(await answer);
    await slot.settle({ as: "key_unusable", reason: `key ${slot.key.secret} not valid` });
    const used = new Set<string>();
    for (let asked = 0; asked < 4; asked += 1)
      for (const quotas of [one, other])
        void quotas.acquire(patient).then((next) => used.add(slotOf(next).key.id));
    await time.run(2_000);
    expect([...used]).toEqual(["group-1"]);
    const { groups } = await other.status();
    expect(groups[0]?.keys.map(({ usable }) => usable)).toEqual([false, true]);
    expect(groups[0]?.keys[0]?.lastError?.reason).toBe("key …group0 not valid");
    expect(JSON.stringify(groups)).not.toContain("secret");
  });

  test("with no usable key left everybody is told so, until one is restored or configured anew", async () => {
    const groups = [groupOf("one", limitsOf(600)), groupOf("other", limitsOf(600))];
    const { time, start, shared } = setup(groups);
    const quotas = start();
    for (let times = 0; times < 2; times += 1) {
      const answer = quotas.acquire(patient);
      await time.run(500);
      await slotOf(await answer).settle({ as: "key_unusable", reason: "revoked" });
    }
    const left = {
      unusable: expect.stringMatching(
        /^No usable key is left: …one0 \(revoked\), …other0 \(revoked\)\. Once .* POST \/admin\/quotas\/restore/,
      ),
    };
    expect(await quotas.acquire(patient)).toEqual(left);
    await time.run(1_500);
    expect(await quotas.acquire(patient)).toEqual(left);
    const another = start();
    expect(await another.acquire(patient)).toEqual(left);

    expect(await another.restore("one-0")).toEqual({ keys: ["…one0"], unparked: [] });
    await time.run(1_500);
    const restored = quotas.acquire(patient);
    await time.run(500);
    expect(slotOf(await restored).key.id).toBe("one-0");

    // The other one is configured no more: for a moment, in a process that is about to go, and for good.
    const others = async () => (await start().status()).groups[1]?.keys;
    const without = async () => {
      const answer = createProcess({ ...shared, groups: groups.slice(0, 1) }).acquire(patient);
      await time.run(500);
      slotOf(await answer);
    };
    await without();
    expect(await others()).toMatchObject([{ usable: false }]);
    await time.run(24 * 60 * minute);
    await without();
    expect(await others()).toMatchObject([{ usable: true }]);
  });

  test("a request that was given up by us says nothing of its key, and has used its slot", async () => {
    const { time, start } = setup([groupOf("group", limitsOf(600, { requestsPerDay: 10 }))]);
    const quotas = start();
    for (let times = 0; times < 5; times += 1) {
      const answer = quotas.acquire(patient);
      await time.run(500);
      await slotOf(await answer).settle({ as: "abandoned" });
    }
    const { usedToday, keys } = (await quotas.status()).groups[0] ?? {};
    expect([usedToday, keys?.map(({ lastError }) => lastError)]).toEqual([5, [null]]);
    // After three failures it would rest for a second.
    const next = quotas.acquire(patient);
    await time.run(500);
    slotOf(await next);
  });

  test("no more than its concurrency is under way, and the next goes when one has ended", async () => {
    const { time, start } = setup([groupOf("group", limitsOf(6_000, { concurrency: 2 }))]);
    const quotas = start();
    let underWay = 0;
    let most = 0;
    let ended = 0;
    const worker = async () => {
      const slot = slotOf(await quotas.acquire(patient));
      underWay += 1;
      most = Math.max(most, underWay);
      await time.sleep(1_000);
      underWay -= 1;
      ended += 1;
      await slot.settle({ as: "answered", tokens: null });
    };
    for (let count = 0; count < 10; count += 1) void worker();
    await time.run(5_200);
    expect([most, ended]).toEqual([2, 10]);
  });

  function setup(groups: readonly QuotaGroup[]) {
    const time = createTime();
    const shared = { database: database().sql, time, scope: newScope(), groups };
    return { time, shared, start: () => createProcess(shared) };
  }
});
