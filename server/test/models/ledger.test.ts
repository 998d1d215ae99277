import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { CallEnd, CallEntry, Ledger } from "../../src/models/ledger/contract.ts";
import { createLedger } from "../../src/models/ledger/ledger.ts";
import { describeEngine } from "../engine/databases.ts";

const answered: CallEnd = {
  outcome: "answered",
  modelUsed: "model-2026-11",
  usage: { inputTokens: 1_320, outputTokens: 150 },
  costMicros: 771,
};
const failedWith = (outcome: CallEnd["outcome"], more: Partial<CallEnd> = {}): CallEnd => ({
  ...{ outcome, modelUsed: null, usage: null, costMicros: null },
  ...more,
});

describeEngine("the ledger of calls", (database, { engine }) => {
  test("a call is on disk before it is sent, and has its end afterwards", async () => {
    const { ledger, entry, row } = setup();
    const call = await ledger.begin({ ...entry, position: 7 });
    expect(await row(call.id)).toMatchObject({
      ...{ provider: "gemini", quota_group: "group", key_id: entry.keyId, key_label: "…key", model: "model" },
      ...{ batch_id: entry.batchId, position: 7, outcome: null, ended_at: null, may_be_paid: false },
    });
    call.end({ ...answered, outcome: "repaired" });
    await ledger.flush();
    expect(await row(call.id)).toMatchObject({
      ...{ outcome: "repaired", model_used: "model-2026-11", input_tokens: 1_320, output_tokens: 150 },
      ...{ cost_micros: 771, may_be_paid: false, ended_at: expect.any(Date) },
    });
  });

  test("every way to end is counted, and what was never sent is not", async () => {
    const { ledger, entry, ended } = setup();
    await ended(
      answered,
      failedWith("refused", { usage: { inputTokens: 1_000, outputTokens: 0 }, costMicros: 300 }),
      failedWith("invalid_output", { usage: { inputTokens: 10, outputTokens: 1 } }),
      failedWith("rate_limited"),
      failedWith("key_unusable"),
      failedWith("rejected"),
      failedWith("unavailable", { mayBePaid: false }),
      failedWith("unavailable"),
      failedWith("unused"),
    );
    const usage = {
      ...{ calls: 8, inputTokens: 2_330, outputTokens: 151, costMicros: 1_071 },
      ...{ unpriced: 1, possiblyPaidTwice: 1 },
    };
    // Before they are written, while they are, and after.
    expect(await ledger.batchUsage(entry.batchId)).toEqual(usage);
    const writing = ledger.flush();
    expect(await ledger.batchUsage(entry.batchId)).toEqual(usage);
    await writing;
    expect(await ledger.batchUsage(entry.batchId)).toEqual(usage);
    expect(await ledger.spent(entry.batchId)).toMatchObject({ costMicros: 1_071 });
  });

  test("who counts is told of every end once, with how long an answer took that somebody waited for", async () => {
    const told: { readonly model: string; readonly outcome: string; readonly tookMs: number | null }[] = [];
    let now = Date.now();
    const ledger = createLedger({
      database: database(),
      now: () => now,
      onEnded: ({ model }, { outcome }, tookMs) => told.push({ model, outcome, tookMs }),
    });
    onTestFinished(() => ledger.close());
    const entry = {
      ...{ provider: "gemini", group: "group", keyId: null, keyLabel: null, batchId: null, position: null },
      model: "waited-for",
    };
    const call = await ledger.begin(entry);
    now += 700;
    call.end(answered);
    call.end(answered);
    const recorded = {
      ...{ ...entry, model: "collected", id: randomUUID(), begunAt: new Date(now) },
      ...{ endedAt: new Date(now), end: answered },
    };
    for (const _again of [1, 2]) await database().transaction((tx) => ledger.record(tx, [recorded]));
    expect(told).toEqual([
      { model: "waited-for", outcome: "answered", tookMs: 700 },
      { model: "collected", outcome: "answered", tookMs: null },
    ]);
  });

  test("a batch whose calls have no price has no known cost, and one without calls costs nothing", async () => {
    const { ledger, entry, ended } = setup();
    const none = {
      ...{ calls: 0, inputTokens: 0, outputTokens: 0 },
      ...{ unpriced: 0, possiblyPaidTwice: 0 },
    };
    expect(await ledger.batchUsage(entry.batchId)).toEqual({ ...none, costMicros: 0 });
    await ended({ ...answered, costMicros: null });
    expect(await ledger.batchUsage(entry.batchId)).toMatchObject({ calls: 1, costMicros: null, unpriced: 1 });
  });

  test("an end that is told twice counts once", async () => {
    const { ledger, entry } = setup();
    const call = await ledger.begin(entry);
    call.end(answered);
    call.end(answered);
    await ledger.flush();
    call.end(answered);
    expect(await ledger.batchUsage(entry.batchId)).toMatchObject({ calls: 1, costMicros: 771 });
  });

  test("spending is known to the call while ends are written and others are told", async () => {
    const { ledger, entry } = setup();
    for (let round = 1; round <= 5; round += 1) {
      const calls = await Promise.all(Array.from({ length: 120 }, () => ledger.begin(entry)));
      for (const call of calls) call.end(answered);
      const writing = ledger.flush();
      const late = await ledger.begin(entry);
      late.end(answered);
      expect(await ledger.spent(entry.batchId)).toMatchObject({ costMicros: 771 * 121 * round });
      await writing;
      expect(await ledger.spent(entry.batchId)).toMatchObject({ costMicros: 771 * 121 * round });
    }
  });

  test("what another process spends is known after a second", async () => {
    let now = Date.now();
    const { ledger, entry, start, ended } = setup({ now: () => now });
    expect(await ledger.spent(entry.batchId)).toMatchObject({ costMicros: 0 });
    const other = start();
    const call = await other.begin(entry);
    call.end(answered);
    await other.flush();
    await ended(answered);
    now += 1_000;
    expect(await ledger.spent(entry.batchId)).toMatchObject({ costMicros: 2 * 771 });
  });

  test("keys have their own sums, by the day in UTC on which a call was begun", async () => {
    let now = Date.UTC(2031, 4, 30, 23, 59, 59, 900);
    const { ledger, entry, ended } = setup({ now: () => now });
    const over = await ledger.begin(entry);
    now += 200;
    over.end(answered);
    await ended(answered, failedWith("rate_limited"));
    const other = await ledger.begin({ ...entry, keyId: null, keyLabel: null });
    other.end({ ...answered, costMicros: null });
    await ledger.flush();
    const mine = async (since: Date) =>
      (await ledger.keyUsage(since)).filter(({ day }) => day.startsWith("2031"));
    const sum = {
      inputTokens: 1_320,
      outputTokens: 150,
      possiblyPaidTwice: 0,
      provider: "gemini",
      group: "group",
    };
    const key = { keyId: entry.keyId, keyLabel: "…key", unpriced: 0 };
    const days = [
      { ...sum, keyId: null, keyLabel: null, day: "2031-05-31", calls: 1, costMicros: null, unpriced: 1 },
      { ...sum, ...key, day: "2031-05-31", calls: 2, costMicros: 771 },
      { ...sum, ...key, day: "2031-05-30", calls: 1, costMicros: 771 },
    ];
    expect(await mine(new Date(Date.UTC(2031, 4, 30, 12)))).toEqual(days);
    expect(await mine(new Date(now))).toEqual(days.slice(0, 2));
  });

  test("calls of a process that is gone are lost, once, and listed with whether their rows were asked again", async () => {
    const { ledger, entry, start, orphan } = setup();
    await orphan({ ...entry, position: 3 }, { ...entry, position: 4 }, { ...entry, position: null });
    const mine = await ledger.begin({ ...entry, position: 5 });
    const again = await ledger.begin({ ...entry, position: 4 });
    again.end(answered);
    const unused = await ledger.begin({ ...entry, position: 3 });
    unused.end(failedWith("unused"));
    await ledger.flush();
    // By both at once, and then by whoever comes: who else is there is the business of processes that share a server.
    await Promise.all(engine === "postgresql" ? [ledger.recover(), start().recover()] : [ledger.recover()]);
    await ledger.recover();
    expect(await ledger.batchUsage(entry.batchId)).toMatchObject({
      calls: 4,
      possiblyPaidTwice: 3,
      costMicros: 771,
    });
    const lost = { ...{ model: "model", keyLabel: "…key", outcome: "lost" }, begunAt: expect.any(Date) };
    expect(await ledger.unanswered(entry.batchId, 10)).toEqual([
      { ...lost, position: 3, askedAgain: false },
      { ...lost, position: 4, askedAgain: true },
      { ...lost, position: null, askedAgain: false },
    ]);
    expect(await ledger.unanswered(entry.batchId, 1)).toHaveLength(1);
    mine.end(answered);
    expect(await ledger.batchUsage(entry.batchId)).toMatchObject({ calls: 5, possiblyPaidTwice: 3 });
  });

  test("a call that was taken for lost and ends after all is counted as it ended", async () => {
    const { ledger, entry, row } = setup();
    const call = await ledger.begin(entry);
    const unsent = await ledger.begin(entry);
    await sql`
      update model_calls set process = gen_random_uuid() where id = any(${[call.id, unsent.id]}::uuid[])
    `.execute(database().sql);
    await ledger.recover();
    expect(await ledger.batchUsage(entry.batchId)).toMatchObject({ calls: 2, possiblyPaidTwice: 2 });
    call.end(answered);
    unsent.end(failedWith("unused"));
    await ledger.flush();
    expect(await row(call.id)).toMatchObject({ outcome: "answered", may_be_paid: false });
    expect(await ledger.batchUsage(entry.batchId)).toEqual({
      ...{ calls: 1, inputTokens: 1_320, outputTokens: 150, costMicros: 771 },
      ...{ unpriced: 0, possiblyPaidTwice: 0 },
    });
  });

  test("many callers begin in few statements, and sums agree with the rows", async () => {
    const { ledger, entry } = setup();
    const outcomes = ["answered", "rate_limited", "unused", "unavailable"] as const;
    await Promise.all(
      Array.from({ length: 400 }, async (_, index) => {
        const call = await ledger.begin({ ...entry, position: index });
        const outcome = outcomes[index % outcomes.length] ?? "answered";
        call.end(outcome === "answered" ? answered : failedWith(outcome));
      }),
    );
    await ledger.flush();
    const { rows } = await sql<{ calls: number; cost: number; paid: number }>`
      select count(*) filter (where outcome <> 'unused') as calls, sum(cost_micros)::bigint as cost,
        count(*) filter (where may_be_paid) as paid
      from model_calls where batch_id = ${entry.batchId}::uuid and ended_at is not null
    `.execute(database().sql);
    expect(rows[0]).toEqual({ calls: 300, cost: 77_100, paid: 100 });
    expect(await ledger.batchUsage(entry.batchId)).toMatchObject({
      ...{ calls: 300, costMicros: 77_100, possiblyPaidTwice: 100 },
    });
  });

  test("old calls go, and stay where people may look: those without an answer of a batch that is there", async () => {
    let now = Date.UTC(2020, 0, 1);
    const { ledger, entry, started, removed } = setup({ now: () => now });
    const unanswered = failedWith("unavailable");
    const ask = async (batchId: string | null, position: number | null, end: CallEnd | null) => {
      const call = await ledger.begin({ ...entry, batchId, position });
      if (end) call.end(end);
      now += 1;
    };
    const gone = randomUUID();
    await started(entry.batchId);
    await ask(entry.batchId, 0, answered);
    await ask(entry.batchId, 1, unanswered);
    await ask(entry.batchId, 1, answered);
    await ask(entry.batchId, null, unanswered);
    await ask(entry.batchId, 2, null);
    for (const position of [0, null]) await ask(gone, position, unanswered);
    await ask(null, null, unanswered);
    const long = await ledger.begin({ ...entry, batchId: null });
    now += 1;
    const before = new Date(now);
    long.end(answered);
    await ask(entry.batchId, 3, answered);
    await ledger.flush();

    const usage = await ledger.batchUsage(entry.batchId);
    const told = await ledger.unanswered(entry.batchId, 10);
    expect(told).toMatchObject([
      { position: 1, askedAgain: true },
      { position: null, askedAgain: false },
    ]);
    // Position 0, and all that is of no batch that is there.
    expect(await ledger.forget(before)).toBe(4);
    expect(await ledger.forget(before)).toBe(0);
    expect(await ledger.unanswered(entry.batchId, 10)).toEqual(told);
    expect(await ledger.batchUsage(entry.batchId)).toEqual(usage);
    expect(await ledger.batchUsage(gone)).toMatchObject({ calls: 2, possiblyPaidTwice: 2 });

    await removed(entry.batchId);
    expect(await ledger.forget(before)).toBe(3);
    expect(await ledger.unanswered(entry.batchId, 10)).toEqual([]);
    expect(await ledger.forget(new Date(now))).toBe(2);
    // What is under way stays, however old it is.
    const { rows } = await sql`
      select position from model_calls where batch_id = ${entry.batchId}::uuid
    `.execute(database().sql);
    expect(rows).toEqual([{ position: 2 }]);
  });

  test("old calls go page by page, also where many of them ended at one moment or stay", async () => {
    const { ledger, entry, started } = setup();
    await started(entry.batchId);
    const total = 5_000;
    await sql`
      insert into model_calls (
        id, provider, quota_group, model, batch_id, position, process, begun_at, ended_at, outcome, may_be_paid
      )
      select gen_random_uuid(), 'gemini', 'group', 'model', ${entry.batchId}::uuid, number, gen_random_uuid(),
        '2019-01-01', '2019-01-01', case when number <= 2500 then 'lost' else 'answered' end, number <= 2500
      from generate_series(1, ${total}::integer) as number
    `.execute(database().sql);
    expect(await ledger.forget(new Date("2019-06-01"))).toBe(2_500);
    expect(await ledger.unanswered(entry.batchId, total)).toHaveLength(2_500);
  });

  test("what has ended is written when the ledger is closed, and after some time by itself", async () => {
    const { ledger, entry, start, row } = setup();
    const call = await ledger.begin(entry);
    call.end(answered);
    await ledger.close();
    expect(await row(call.id)).toMatchObject({ outcome: "answered" });
    const other = start();
    const unattended = await other.begin(entry);
    unattended.end(answered);
    await expect.poll(() => row(unattended.id), { timeout: 20_000 }).toMatchObject({ outcome: "answered" });
  });

  function setup({ now = Date.now }: { now?: () => number } = {}) {
    const start = (): Ledger => {
      const ledger = createLedger({
        database: database(),
        now,
        onError(error) {
          throw error;
        },
      });
      onTestFinished(() => ledger.close());
      return ledger;
    };
    const ledger = start();
    const entry = {
      ...{ provider: "gemini", group: "group", keyId: randomUUID(), keyLabel: "…key", model: "model" },
      ...{ batchId: randomUUID(), position: 0 },
    } satisfies CallEntry;
    return {
      ledger,
      entry,
      start,
      async ended(...ends: readonly CallEnd[]) {
        for (const end of ends) (await ledger.begin(entry)).end(end);
      },
      /** Calls of a process that is gone: its lease ran out. */
      async orphan(...entries: readonly CallEntry[]) {
        const calls = await Promise.all(entries.map((each) => ledger.begin(each)));
        await sql`
          update model_calls set process = gen_random_uuid() where id = any(${calls.map(({ id }) => id)}::uuid[])
        `.execute(database().sql);
      },
      async started(id: string) {
        await sql`
          insert into batches (id, kind, owner, name, created_at, touched_at)
          values (${id}::uuid, 'ledger', 'owner', 'batch', now(), now())
        `.execute(database().sql);
      },
      async removed(id: string) {
        await sql`delete from batches where id = ${id}::uuid`.execute(database().sql);
      },
      async row(id: string) {
        const { rows } = await sql`select * from model_calls where id = ${id}::uuid`.execute(database().sql);
        return rows[0];
      },
    };
  }
});
