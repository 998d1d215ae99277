import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { startProcess } from "../../../scripts/fixture-process.ts";
import type { CallEntry } from "../../src/models/ledger/contract.ts";
import { createLedger } from "../../src/models/ledger/ledger.ts";
import { DatabaseUnavailable } from "../../src/platform/database/errors.ts";
import { describeDatabase, type Place } from "../databases.ts";
import { describeServer, openMigrated } from "../engine/databases.ts";
import { leaveToSoak } from "../needs.ts";
import type { CallerOrders } from "./dying-caller.ts";

const script = fileURLToPath(new URL("dying-caller.ts", import.meta.url));
const answered = {
  ...({ outcome: "answered", modelUsed: "model", costMicros: 771 } as const),
  usage: { inputTokens: 1_320, outputTokens: 150 },
};

async function opened(place: Place, leaseMs?: number) {
  const database = await openMigrated(place);
  const ledger = createLedger({ database, now: Date.now, ...(leaseMs === undefined ? {} : { leaseMs }) });
  const close = async () => {
    await ledger.close();
    await database.close();
  };
  onTestFinished(close);
  return { database, ledger, close };
}

const entryOf = (batchId: string): CallEntry => ({
  ...{ provider: "gemini", group: "group", keyId: "key", keyLabel: "…key", model: "model" },
  ...{ batchId, position: 0 },
});

leaveToSoak("the books of calls, after a crash", () => {
  describeDatabase("a process that is killed in the middle of calls", (underTest) => {
    test("leaves what may have been paid for, which is found once and no more", async () => {
      const place = await underTest.place();
      const before = await opened(place);
      await before.close();
      const batchId = randomUUID();
      const orders: CallerOrders = { place, batchId, ended: 5, ending: 2, underWay: 3, leaseMs: 60_000 };
      const { signal } = await startProcess(process.execPath, [script, JSON.stringify(orders)]).ended;
      expect(signal).toBe("SIGKILL");

      const { database, ledger } = await opened(place);
      const ended = { calls: 5, costMicros: 5 * 771, possiblyPaidTwice: 0 };
      if (underTest.engine === "postgresql") {
        // Its lease has not run out: it may be alive.
        await ledger.recover();
        expect(await ledger.batchUsage(batchId)).toMatchObject(ended);
        await sql`update model_processes set leased_until = now() - interval '1 second'`.execute(
          database.sql,
        );
      }
      await ledger.recover();
      await ledger.recover();
      expect(await ledger.batchUsage(batchId)).toMatchObject({ ...ended, calls: 10, possiblyPaidTwice: 5 });
      expect((await ledger.unanswered(batchId, 100)).map(({ position }) => position)).toEqual([
        5, 6, 7, 8, 9,
      ]);
      expect(await ledger.spent(batchId)).toMatchObject({ costMicros: 5 * 771 });
      const { rows } = await sql`select from model_processes`.execute(database.sql);
      expect(rows).toEqual([]);
    });
  });

  describeServer("the ledger with several processes and a server that goes away", (server, place) => {
    test("another process takes over what a dead one left, without being asked", async () => {
      const where = await place();
      const leaseMs = 400;
      const { ledger } = await opened(where, leaseMs);
      const batchId = randomUUID();
      const orders: CallerOrders = { place: where, batchId, ended: 0, ending: 0, underWay: 4, leaseMs };
      const { signal } = await startProcess(process.execPath, [script, JSON.stringify(orders)]).ended;
      expect(signal).toBe("SIGKILL");
      await expect
        .poll(() => ledger.batchUsage(batchId), { timeout: 20_000 })
        .toMatchObject({ calls: 4, possiblyPaidTwice: 4 });
    });

    test("a call that takes longer than a lease is not lost while its process lives", async () => {
      const where = await place();
      // It is over without a renewal in time; a machine that stalls for a moment is no reason.
      const leaseMs = 2_500;
      const mine = await opened(where, leaseMs);
      const other = await opened(where, leaseMs);
      const batchId = randomUUID();
      const call = await mine.ledger.begin(entryOf(batchId));
      const renewals = async () => {
        const { rows } = await sql<{
          until: Date;
        }>`select leased_until as until from model_processes`.execute(mine.database.sql);
        return rows[0]?.until.getTime() ?? 0;
      };
      const first = await renewals();
      await expect.poll(renewals, { timeout: 20_000 }).toBeGreaterThan(first + leaseMs);
      await other.ledger.recover();
      expect(await mine.ledger.batchUsage(batchId)).toMatchObject({ possiblyPaidTwice: 0 });
      call.end(answered);
      expect(await mine.ledger.batchUsage(batchId)).toMatchObject({ calls: 1, possiblyPaidTwice: 0 });
    });

    test("without the database nothing is begun, and what ended is written when it is back", async () => {
      const { ledger, database } = await opened(await place());
      const batchId = randomUUID();
      const call = await ledger.begin(entryOf(batchId));
      await server().crash();
      await expect(ledger.begin(entryOf(batchId))).rejects.toBeInstanceOf(DatabaseUnavailable);
      call.end(answered);
      await expect(ledger.flush()).rejects.toBeInstanceOf(DatabaseUnavailable);
      await server().start();
      await expect
        .poll(
          async () => {
            const { rows } =
              await sql`select outcome from model_calls where batch_id = ${batchId}::uuid`.execute(
                database.sql,
              );
            return rows;
          },
          { timeout: 20_000 },
        )
        .toEqual([{ outcome: "answered" }]);
      expect(await ledger.batchUsage(batchId)).toMatchObject({ calls: 1, costMicros: 771 });
    });
  });
});
