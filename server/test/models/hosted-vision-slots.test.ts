import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { VisionRequest } from "../../src/models/contract.ts";
import { createCompatible } from "../../src/models/hosted/compatible.ts";
import { createGemini } from "../../src/models/hosted/gemini.ts";
import { createHostedVision } from "../../src/models/hosted/hosted-vision.ts";
import type { HostedProvider } from "../../src/models/hosted/provider.ts";
import { unlistedModel } from "../../src/models/hosted/unlisted-model.ts";
import { createLedger } from "../../src/models/ledger/ledger.ts";
import { systemClock } from "../../src/models/quotas/clock.ts";
import { createQuotas } from "../../src/models/quotas/quotas.ts";
import { describeEngine } from "../engine/databases.ts";
import { startGemini } from "../simulators/gemini.ts";
import { groupOf, limitsOf, newScope } from "./quota-world.ts";
import { errorOf, instruction, output, picture } from "./vision-conformance.ts";

describeEngine("a question and its slot", (database) => {
  test("given up after it was sent, it may have been paid for, and is no fault of the key's", async () => {
    const { remote, ask, call, keyState } = await setup();
    remote.answer({ kind: "hang" });
    const stop = new AbortController();
    const reason = new Error("the row took too long");
    const asked = errorOf(ask({ signal: stop.signal }));
    await remote.arrived(1);
    stop.abort(reason);
    expect(await asked).toBe(reason);
    expect(await call()).toEqual({ outcome: "unavailable", mayBePaid: true });
    expect(await keyState()).toEqual({ lastError: null, usedToday: 1 });
  });

  test("given up before it was sent, it is not in the sums, and gives its slot back", async () => {
    const { remote, ask, call, usage, keyState } = await setup();
    const stop = new AbortController();
    const reason = new Error("the batch was cancelled");
    const mayBegin = async () => {
      stop.abort(reason);
      return true;
    };
    expect(await errorOf(ask({ signal: stop.signal, mayBegin }))).toBe(reason);
    expect(remote.calls.length).toBe(0);
    expect(await call()).toEqual({ outcome: "unused", mayBePaid: false });
    expect(await usage()).toMatchObject({ calls: 0, possiblyPaidTwice: 0 });
    expect(await keyState()).toEqual({ lastError: null, usedToday: 0 });
  });

  test.each([
    ["once, it takes another slot", 1, ["unused", "answered"]],
    ["each time, it is sent all the same in the end", 9, ["unused", "unused", "answered"]],
  ])("when the line in the books comes late %s", async (_what, times, outcomes) => {
    const { remote, ask, calls, keyState, standStill } = await setup();
    let late = 0;
    const mayBegin = async () => {
      late += 1;
      if (late <= times) standStill(600);
      return true;
    };
    remote.answer({ kind: "output", output });
    await ask({ mayBegin });
    expect(remote.calls.length).toBe(1);
    expect((await calls()).map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(await keyState()).toEqual({ lastError: null, usedToday: 1 });
  });

  test("a server of one's own may call its model as it likes, a vendor may not", async () => {
    const { visionOf } = await setup();
    const settings = { baseUrl: "http://127.0.0.1:9/v1", deadlineMs: 1_000 };
    expect(visionOf(createGemini(settings)).isItself?.("/models/qwen.gguf")).toBe(false);
    expect(visionOf(createCompatible(settings)).isItself).toBeUndefined();
  });

  async function setup() {
    const remote = await startGemini();
    onTestFinished(() => remote.close());
    const key = { id: randomUUID(), label: "…key", secret: remote.key };
    let stoodStill = 0;
    const quotas = createQuotas({
      clock: { ...systemClock, now: () => systemClock.now() + stoodStill },
      database: database().sql,
      scope: newScope(),
      groups: [{ ...groupOf("group", limitsOf(6_000, { requestsPerDay: 100 })), keys: [key] }],
      dayReset: (now) => new Date(now.getTime() + 3_600_000),
      onError(error) {
        throw error;
      },
    });
    onTestFinished(() => quotas.close());
    const ledger = createLedger({ database: database(), now: Date.now });
    onTestFinished(() => ledger.close());
    const batchId = randomUUID();
    const visionOf = (provider: HostedProvider) =>
      createHostedVision({
        ...{ provider, model: unlistedModel(remote.model), quotas, ledger },
        ...{ maxOutputTokens: 100, patienceMs: 60_000, now: Date.now },
      });
    const vision = visionOf(createGemini({ baseUrl: remote.url, deadlineMs: 60_000 }));
    const never = new AbortController().signal;
    /** Those of the batch, as the books have them. */
    const calls = async () => {
      await ledger.flush();
      const { rows } = await sql<{ outcome: string; mayBePaid: boolean }>`
        select outcome, may_be_paid as "mayBePaid" from model_calls where batch_id = ${batchId}::uuid order by begun_at
      `.execute(database().sql);
      return rows;
    };
    return {
      remote,
      visionOf,
      ask: (changes: Partial<VisionRequest>) =>
        vision.describe({
          ...{ image: picture(), format: "jpeg", width: 640, height: 480, instruction },
          ...{ signal: never, halting: never, mayBegin: async () => true },
          ...{ purpose: { batchId, position: 0 }, ...changes },
        }),
      /** For the quota so much time has passed, and nothing was done. */
      standStill(ms: number) {
        stoodStill += ms;
      },
      calls,
      /** The one call of the batch. */
      async call() {
        const [call, ...others] = await calls();
        expect(others).toEqual([]);
        return call;
      },
      usage: () => ledger.batchUsage(batchId),
      async keyState() {
        const [group] = (await quotas.status()).groups;
        return { lastError: group?.keys[0]?.lastError, usedToday: group?.usedToday };
      },
    };
  }
});
