import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeEngine } from "../../../test/engine/databases.ts";
import { theService } from "./actor.ts";
import { createAudit } from "./audit.ts";
import type { AuditCursor, AuditEntry, AuditFilter } from "./entry.ts";

const somebody = {
  actor: "key:0f3c",
  method: "api_key",
  address: "192.0.2.7",
  requestId: "req-1",
} as const;

describeEngine("the audit log", (database) => {
  /** Entries stay for good, so each test has a target of its own. */
  const setup = () => {
    const audit = createAudit({ database: database() });
    const target = randomUUID();
    const record = (changes: Partial<AuditEntry> = {}) =>
      audit.record(database().sql, {
        action: "batch.cancel",
        target,
        details: {},
        by: somebody,
        ...changes,
      });
    const list = async (filter: AuditFilter = {}) =>
      (await audit.list({ target, ...filter }, { limit: 1000 })).entries;
    /** Entries of one moment, whose numbers are their details. */
    const recordAt = (at: string, ...numbers: readonly number[]) =>
      sql`
        insert into audit_log (at, actor, method, action, target, details)
        select ${at}::timestamptz, 'a', 'dev', ${`batch-${target}.start`}, ${target}, jsonb_build_object('n', n)
        from unnest(${numbers}::integer[]) n
      `.execute(database().sql);
    return { audit, target, record, list, recordAt };
  };

  test("an entry is read as it was written, with the time of the database", async () => {
    const { record, list, target } = setup();
    const details = { text: "Zoë 🌍 'quoted' \\u0000", list: [1, null, { deep: true }] };
    await record({ details });
    await record({ action: "batch.purge", by: theService });
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(database().sql);
    const entries = await list();
    expect(entries).toEqual([
      {
        id: expect.any(Number),
        at: expect.any(Date),
        action: "batch.purge",
        target,
        details: {},
        actor: "service",
        method: "service",
        address: null,
        requestId: null,
      },
      {
        id: expect.any(Number),
        at: expect.any(Date),
        action: "batch.cancel",
        target,
        details,
        ...somebody,
      },
    ]);
    const [last, first] = entries;
    expect(Number(first?.at)).toBeLessThanOrEqual(Number(last?.at));
    expect(Number(last?.at)).toBeLessThanOrEqual(Number(rows[0]?.now));
  });

  test("an entry is there exactly if the change is", async () => {
    const { audit, target, list } = setup();
    const entry = { action: "batch.pause", target, details: {}, by: somebody };
    await expect(
      database().transaction(async (tx) => {
        await audit.record(tx, entry);
        throw new Error("the change failed");
      }),
    ).rejects.toThrow("the change failed");
    expect(await list()).toEqual([]);
    await database().transaction((tx) => audit.record(tx, entry));
    expect(await list()).toHaveLength(1);
  });

  test.each([
    ["update", sql`update audit_log set actor = 'nobody'`],
    ["update", sql`update audit_log set actor = 'nobody' where false`],
    ["delete", sql`delete from audit_log`],
    ["truncate", sql`truncate audit_log`],
    ["truncate", sql`truncate installation, audit_log`],
    [
      "update",
      sql`insert into audit_log (id, actor, method, action) overriding system value
        select id, 'nobody', 'dev', 'batch.cancel' from audit_log on conflict (id) do update set actor = 'nobody'`,
    ],
  ])("the database refuses to %s what is recorded (%#)", async (verb, statement) => {
    const { record, list } = setup();
    await record();
    const before = await list();
    await expect(statement.execute(database().sql)).rejects.toThrow(
      `audit_log is append-only: ${verb} is refused`,
    );
    expect(await list()).toEqual(before);
  });

  test("a session that skips triggers is refused too", async () => {
    const { record, list } = setup();
    await record();
    await expect(
      database().transaction(async (tx) => {
        await sql`set local session_replication_role = replica`.execute(tx);
        await sql`delete from audit_log`.execute(tx);
      }),
    ).rejects.toThrow("audit_log is append-only: delete is refused");
    expect(await list()).toHaveLength(1);
  });

  test("a filter is an action or its first parts, a target, an actor, and a time", async () => {
    const { audit, target, record, list } = setup();
    const actions = ["batch", "batch.cancel", "batch.cancel.forced", "batch-x", "batches.cancel", "batch0"];
    for (const action of actions) await record({ action });
    const named = async (action: string) => (await list({ action })).map((entry) => entry.action).sort();
    expect(await named("batch")).toEqual(["batch", "batch.cancel", "batch.cancel.forced"]);
    expect(await named("batch.cancel")).toEqual(["batch.cancel", "batch.cancel.forced"]);
    expect(await named("batch.canc")).toEqual([]);

    const actor = randomUUID();
    await record({ target: null, by: { ...somebody, actor } });
    await record({ by: { ...somebody, actor } });
    expect(await list({ actor })).toMatchObject([{ target, actor }]);
    expect((await audit.list({ actor }, { limit: 10 })).entries).toMatchObject([
      { target },
      { target: null },
    ]);
    expect(await list({ actor, action: "export" })).toEqual([]);
  });

  test("since is part of the time asked for, and until is not", async () => {
    const { list, recordAt } = setup();
    const times = ["2026-11-20T23:59:59.999Z", "2026-11-21T00:00:00.000Z", "2026-11-22T00:00:00.000Z"];
    for (const [n, time] of times.entries()) await recordAt(time, n);
    const found = async (filter: AuditFilter) => (await list(filter)).map(({ details }) => details["n"]);
    const [since, until] = [new Date("2026-11-21"), new Date("2026-11-22")];
    expect(await found({ since })).toEqual([2, 1]);
    expect(await found({ until })).toEqual([1, 0]);
    expect(await found({ since, until })).toEqual([1]);
  });

  test.each([
    ["a target", (target: string) => ({ target })],
    // Of several ranges of an index, so what is found has to be sorted.
    ["the beginning of an action", (target: string) => ({ action: `batch-${target}` })],
  ])(
    "pages by %s hold every entry once, newest first, while entries of the same millisecond are added",
    async (_name, filterOf) => {
      const { audit, target, recordAt } = setup();
      const moment = "2026-11-21T08:00:00.123Z";
      await recordAt("2026-11-21T08:00:00.122Z", 0);
      await recordAt(moment, 1, 2, 3, 4, 5, 6);
      const seen: unknown[] = [];
      let after: AuditCursor | null | undefined;
      let added = 100;
      while (after !== null) {
        const page = await audit.list(filterOf(target), { limit: 2, after });
        seen.push(...page.entries.map(({ details }) => details["n"]));
        after = page.next;
        added += 1;
        await recordAt(moment, added);
      }
      expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0]);
    },
  );

  test("a page that holds all there is says so", async () => {
    const { audit, target, recordAt } = setup();
    expect(await audit.list({ target }, { limit: 2 })).toEqual({ entries: [], next: null });
    await recordAt("2026-11-21T08:00:00Z", 1, 2);
    expect(await audit.list({ target }, { limit: 2 })).toMatchObject({ entries: [{}, {}], next: null });
  });

  test("text that a database cannot hold is recorded all the same, and found by what was sent", async () => {
    const { audit, record } = setup();
    const odd = `${randomUUID()} \u0000 \ud800 🌍`;
    const kept = odd.replace("\u0000", "\uFFFD").replace("\ud800", "\uFFFD");
    await record({
      target: odd,
      details: { name: odd, [odd]: ["\udc00", "\\u0000 \\\u0000", { ends: "\ud83d" }] },
      by: { ...somebody, actor: odd, requestId: odd },
    });
    const { entries } = await audit.list({ target: odd, actor: odd }, { limit: 10 });
    expect(entries).toMatchObject([
      {
        target: kept,
        actor: kept,
        requestId: kept,
        details: { name: kept, [kept]: ["\uFFFD", "\\u0000 \\\uFFFD", { ends: "\uFFFD" }] },
      },
    ]);
  });

  test("a name that is too long for an index is cut, and found by what was sent", async () => {
    const { audit, record } = setup();
    const long = `${randomUUID()}${"語".repeat(10_000)}`;
    await record({ target: long, by: { ...somebody, actor: long } });
    const { entries } = await audit.list({ target: long, actor: long }, { limit: 10 });
    expect(entries).toHaveLength(1);
    expect(entries[0]?.target).toBe(`${long.slice(0, 499)}…`);
  });

  test("the deepest details that fit are recorded", async () => {
    const { record, list } = setup();
    const deep: unknown = JSON.parse(`${"[".repeat(4_000)}${"]".repeat(4_000)}`);
    await record({ details: { deep } });
    expect(JSON.stringify(await list())).toContain("[".repeat(4_000));
  });
});
