import { expect, onTestFinished, test } from "vitest";
import { describeServer, openMigrated } from "../engine/databases.ts";
import { until } from "../engine/world.ts";
import { leaveToSoak } from "../needs.ts";
import type { BatchOperation } from "../simulators/gemini-batch-routes.ts";
import type { Disturbance } from "../simulators/gemini-batches.ts";
import { answerMicros, laneWorld, positions } from "./batch-lane-world.ts";

type Moment = readonly [BatchOperation, Disturbance];

/** While it is bought, and while what was bought is stored. */
const dearest: readonly Moment[] = [
  ["submit", { fault: { kind: "hang" }, done: true }],
  ["download", { bytes: 9_000, isSilent: true }],
];
const others: readonly Moment[] = [
  ["upload_part", { fault: { kind: "hang" }, done: true }],
  ["status", { fault: { kind: "hang" } }],
];

describeServer("the batch lane while the database is away", (server, place) => {
  const goesOn = (moments: readonly Moment[]) =>
    test.each(moments)(
      "at its %s goes on where it was, and nothing is paid twice",
      async (operation, how) => {
        const database = await openMigrated(await place());
        onTestFinished(() => database.close());
        const { start, ask, outcome, batches, bills } = await laneWorld(database, { deadlineMs: 1_500 });
        const lane = await start({ maxRequests: 30, fillMs: 60_000 });
        batches.disturb(operation, how);
        await Promise.all(positions(30).map((position) => ask(lane, position)));
        await until(async () => {
          await batches.advance();
          expect(batches.operations).toContain(operation);
        });
        await server().crash();
        const seen = batches.operations.length;
        const asked = ask(lane, 30);
        const looked = lane.ownOf({ batchId: "00000000-0000-0000-0000-000000000001", position: 0 });
        await batches.advance();
        await server().start();
        await asked;
        expect(await looked).toBeNull();
        for (const position of positions(30))
          expect(await outcome(lane, position)).toMatchObject({ as: "answered" });
        expect(batches.operations.length).toBeGreaterThan(seen);
        const times = (what: BatchOperation) => batches.operations.filter((each) => each === what).length;
        expect(times("submit")).toBe(1);
        expect(times("upload_start")).toBeLessThanOrEqual(2);
        expect(await bills()).toEqual({
          ...{ charged: 30 * answerMicros, booked: 30 * answerMicros, calls: 30, possiblyPaidTwice: 0 },
        });
      },
    );
  goesOn(dearest);
  leaveToSoak("the batch lane while the database is away, at other moments", () => goesOn(others));
});
