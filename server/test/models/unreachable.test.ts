import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { createGemini } from "../../src/models/hosted/gemini.ts";
import { createHostedVision } from "../../src/models/hosted/hosted-vision.ts";
import { unlistedModel } from "../../src/models/hosted/unlisted-model.ts";
import { storeFacts } from "../../src/models/instructions.ts";
import { createLedger } from "../../src/models/ledger/ledger.ts";
import { describeEngine } from "../engine/databases.ts";
import { startGemini } from "../simulators/gemini.ts";
import { createProcess, createTime, groupOf, limitsOf, newScope } from "./quota-world.ts";
import { errorOf, picture } from "./vision-conformance.ts";

describeEngine("a provider that cannot be reached", (database) => {
  test("has not been called: the books say so, and the day's quota is as it was", async () => {
    const { ask, calls, usage, usedToday, remote } = await setup();
    await remote.close();
    for (let call = 0; call < 3; call += 1)
      expect(await ask()).toMatchObject({
        failure: { kind: "unavailable", reason: expect.stringMatching(/^No connection .*ECONNREFUSED/) },
      });
    expect(await calls()).toEqual(Array(3).fill({ outcome: "unused", may_be_paid: false }));
    expect(await usage()).toMatchObject({ calls: 0, costMicros: 0, possiblyPaidTwice: 0 });
    expect(await usedToday()).toBe(0);
  });

  test("is left alone after three times, though nothing was used", async () => {
    const { ask, begin, time, granted, remote } = await setup();
    await remote.close();
    for (let call = 0; call < 3; call += 1) await ask();
    const fourth = begin();
    await time.run(900);
    expect(granted()).toBe(3);
    await time.run(200);
    expect(granted()).toBe(4);
    expect(await fourth).toMatchObject({ failure: { kind: "unavailable" } });
  });

  test("is told from one that breaks the connection, which may have done what it was asked", async () => {
    const { ask, calls, usage, usedToday, remote } = await setup();
    remote.answer({ kind: "reset", when: "before_head" });
    expect(await ask()).toMatchObject({ failure: { kind: "unavailable" } });
    expect(await calls()).toEqual([{ outcome: "unavailable", may_be_paid: true }]);
    expect(await usage()).toMatchObject({ calls: 1, possiblyPaidTwice: 1 });
    expect(await usedToday()).toBe(1);
  });

  /** A model with a quota of two requests a day, and the books of one batch. */
  async function setup() {
    const remote = await startGemini();
    onTestFinished(() => remote.close());
    const time = createTime(Date.now());
    const groups = [groupOf("group", limitsOf(6_000, { requestsPerDay: 2 }))].map((group) => ({
      ...group,
      keys: group.keys.map((key) => ({ ...key, secret: remote.key })),
    }));
    const quotas = createProcess({ database: database().sql, time, scope: newScope(), groups });
    const ledger = createLedger({ database: database(), now: Date.now });
    onTestFinished(() => ledger.close());
    let granted = 0;
    const vision = createHostedVision({
      provider: createGemini({ baseUrl: remote.url, deadlineMs: 20_000 }),
      model: unlistedModel(remote.model),
      quotas: {
        ...quotas,
        async acquire(ask) {
          const answer = await quotas.acquire(ask);
          granted += 1;
          return answer;
        },
      },
      ...{ ledger, maxOutputTokens: 500, patienceMs: 60_000, now: Date.now },
    });
    const batchId = randomUUID();
    const never = new AbortController().signal;
    /** How it fails. */
    const begin = () =>
      errorOf(
        vision.describe({
          ...{ image: picture(), format: "jpeg", width: 10, height: 10, instruction: storeFacts },
          ...{ signal: never, halting: never, mayBegin: async () => true, purpose: { batchId, position: 0 } },
        }),
      );
    return {
      remote,
      time,
      begin,
      granted: () => granted,
      async ask() {
        const failing = begin();
        await time.run(50);
        return failing;
      },
      async calls() {
        await ledger.flush();
        const { rows } = await sql`
          select outcome, may_be_paid from model_calls where batch_id = ${batchId} order by begun_at
        `.execute(database().sql);
        return rows;
      },
      usage: () => ledger.batchUsage(batchId),
      usedToday: async () => (await quotas.status()).groups[0]?.usedToday,
    };
  }
});
