import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeDatabase } from "../../../test/databases.ts";
import { migrationsFolder } from "../../stored.ts";
import { theService } from "./actor.ts";
import { createAudit } from "./audit.ts";
import { exportStatistics } from "./export-statistics.ts";

const now = new Date("2026-11-21T12:00:00Z");

describeDatabase("the statistics of exports", ({ open }) => {
  const setup = async () => {
    const database = await open({ migrations: migrationsFolder });
    const recordAt = (at: string, action: string, details: object) =>
      sql`
        insert into audit_log (at, actor, method, action, details)
        values (${at}::timestamptz, 'a', 'dev', ${action}, ${JSON.stringify(details)}::text::jsonb)
      `.execute(database.sql);
    return { database, recordAt };
  };

  test("before the first export there are none", async () => {
    const { database } = await setup();
    expect(await exportStatistics(database.sql, now)).toEqual({
      total: 0,
      today: 0,
      byFormat: {},
      averageBytes: null,
    });
  });

  test("count what was completed, this day in UTC, by format, and what it weighed", async () => {
    const { database, recordAt } = await setup();
    const done = "export.completed";
    await recordAt("2026-11-20T23:59:59.999Z", done, { format: "csv", container: null, rows: 1, bytes: 100 });
    await recordAt("2026-11-21T00:00:00Z", done, { format: "csv", container: "zip", rows: 1, bytes: 200 });
    await recordAt("2026-11-21T06:00:00Z", done, { format: "csv", rows: 1, bytes: 350 });
    await recordAt("2026-11-21T23:59:59.999Z", done, { format: "xlsx", rows: 1, bytes: 600 });
    await recordAt("2026-11-22T00:00:00Z", done, { format: "ndjson", rows: 0, bytes: 0 });
    // Begun and not ended, something else, and something longer.
    for (const action of ["export.started", "batch.cancel", "export.completed.not"])
      await recordAt("2026-11-21T10:00:00Z", action, { format: "csv", bytes: 9_999 });
    expect(await exportStatistics(database.sql, now)).toEqual({
      total: 5,
      today: 3,
      byFormat: { csv: 3, ndjson: 1, xlsx: 1 },
      averageBytes: 250,
    });
  });

  test("an entry without a size is counted and not weighed", async () => {
    const { database } = await setup();
    const audit = createAudit({ database });
    const record = (details: Readonly<Record<string, unknown>>) =>
      audit.record(database.sql, { action: "export.completed", target: null, details, by: theService });
    for (const bytes of [4_000_000_000, "many", -1, 1e300, null, undefined])
      await record({ format: "json", bytes });
    await record({ bytes: 2_000_000_000 });
    expect(await exportStatistics(database.sql, new Date(0))).toEqual({
      total: 7,
      today: 0,
      byFormat: { json: 6 },
      averageBytes: 3_000_000_000,
    });
  });
});
