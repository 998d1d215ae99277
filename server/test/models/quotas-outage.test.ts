import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import type { QuotaAnswer } from "../../src/models/quotas/contract.ts";
import { midnightIn } from "../../src/models/quotas/day-reset.ts";
import { createQuotas } from "../../src/models/quotas/quotas.ts";
import { describeServer, openMigrated } from "../engine/databases.ts";
import { groupOf, limitsOf, slotOf } from "./quota-world.ts";

const signal = new AbortController().signal;
const patient = { tokens: 1, signal, patienceMs: 60_000 };

describeServer("quotas while the database is away", (server, place) => {
  test("nothing is sent, what waits goes on afterwards, and a refusal is not forgotten", async () => {
    const { cluster, start } = await setup();
    const quotas = start();
    const before = slotOf(await quotas.acquire(patient));
    await cluster.crash();
    const waiting = quotas.acquire(patient);
    expect(await quotas.acquire({ ...patient, patienceMs: 1_200 })).toMatchObject({
      reason: "The service cannot reach its storage at the moment.",
    });
    const parking = before.settle({ as: "rate_limited", scope: "minute", retryAfterMs: 3_000 });
    await cluster.start();
    await parking;
    slotOf(await waiting);
    expect((await quotas.status()).groups).toMatchObject([{ factor: 0.7, usedToday: 2 }]);
  });

  test("who gives up, and who ends, does not wait for it", async () => {
    const { cluster, start } = await setup();
    const quotas = start();
    slotOf(await quotas.acquire(patient));
    await cluster.crash();
    const leaving = new AbortController();
    const answers: Promise<QuotaAnswer>[] = [
      quotas.acquire({ ...patient, signal: leaving.signal }),
      quotas.acquire(patient),
    ];
    leaving.abort(new Error("gone"));
    await expect(answers[0]).rejects.toThrow("gone");
    await Promise.all([expect(answers[1]).rejects.toThrow("the quotas are closed"), quotas.close()]);
    await cluster.start();
  });

  async function setup() {
    const database = await openMigrated(await place());
    onTestFinished(() => database.close());
    const start = () => {
      const quotas = createQuotas({
        database: database.sql,
        scope: randomBytes(6).toString("hex"),
        groups: [groupOf("group", limitsOf(600))],
        dayReset: midnightIn("America/Los_Angeles"),
        onError(error) {
          throw error;
        },
      });
      onTestFinished(() => quotas.close());
      return quotas;
    };
    return { cluster: server(), start };
  }
});
