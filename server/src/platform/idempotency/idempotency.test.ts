import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { describeDatabase } from "../../../test/databases.ts";
import { openMigrated } from "../../../test/engine/databases.ts";
import type { Database } from "../database/database.ts";
import { DatabaseUnavailable } from "../database/errors.ts";
import { createIdempotency, type FirstRequest, type Idempotency } from "./idempotency.ts";

const answer = { status: 201, body: { success: true, data: { batch_id: "b", a: null } } };
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

async function beginFirst(idempotency: Idempotency, scope: string, key: string): Promise<FirstRequest> {
  const begun = await idempotency.begin(scope, key);
  if (begun.as !== "first") throw new Error(`the request is not the first: ${begun.as}`);
  return begun;
}

describeDatabase("idempotency keys", (underTest) => {
  let opened: Database | undefined;
  beforeAll(async () => {
    opened = await openMigrated(await underTest.place());
  });
  afterAll(() => opened?.close());

  /** Each test has a scope of its own; `wait` moves the time of all that were made by it. */
  const setup = () => {
    if (!opened) throw new Error("the database is opened before the first test");
    const database = opened;
    const scope = randomUUID();
    let now = new Date("2026-11-21T10:00:00Z").getTime();
    const process = () => createIdempotency({ database, now: () => new Date(now) });
    const rows = async () => {
      const { rows: found } = await sql<{ key: string }>`
        select key from idempotency_keys where scope = ${scope} order by key
      `.execute(database.sql);
      return found.map(({ key }) => key);
    };
    const wait = (milliseconds: number) => {
      now += milliseconds;
    };
    return { database, scope, process, idempotency: process(), rows, wait };
  };

  test("the first request is told so, and the next one gets its answer, in any process", async () => {
    const { database, scope, process, idempotency } = setup();
    const request = await beginFirst(idempotency, scope, "k");
    await request.finish(database.sql, "what was asked", answer);
    const again = await process().begin(scope, "k");
    expect(again).toEqual({ as: "repeat", fingerprint: "what was asked", answer });
    // Members in the order in which the first request got them.
    expect(JSON.stringify(again.as === "repeat" && again.answer.body)).toBe(JSON.stringify(answer.body));
  });

  test.each([
    ["null", null],
    ["a text", "Fine."],
    ["a list", [1, "two", null]],
  ])("a body that is %s comes back", async (_what, body) => {
    const { database, scope, idempotency } = setup();
    await (await beginFirst(idempotency, scope, "k")).finish(database.sql, "f", { status: 500, body });
    expect(await idempotency.begin(scope, "k")).toMatchObject({ answer: { status: 500, body } });
  });

  test("while the first is under way, others are told so, in every process", async () => {
    const { scope, process, idempotency } = setup();
    const request = await beginFirst(idempotency, scope, "k");
    expect(await idempotency.begin(scope, "k")).toEqual({ as: "running" });
    expect(await process().begin(scope, "k")).toEqual({ as: "running" });
    await request.abandon();
  });

  test("of twenty at once exactly one is the first", async () => {
    const { scope, process } = setup();
    const begun = await Promise.all(Array.from({ length: 20 }, () => process().begin(scope, "k")));
    const firsts = begun.filter((one) => one.as === "first");
    expect(firsts).toHaveLength(1);
    expect(begun.filter(({ as }) => as === "running")).toHaveLength(19);
    for (const request of firsts) await request.abandon();
  });

  test("twenty that give up at once let each other in, and leave nothing", async () => {
    const { scope, process, rows } = setup();
    const attempts = Array.from({ length: 20 }, async () => {
      const begun = await process().begin(scope, "k");
      if (begun.as === "first") await begun.abandon();
      return begun.as;
    });
    expect(await Promise.all(attempts)).toContain("first");
    expect(await rows()).toEqual([]);
  });

  test("a key belongs to its scope", async () => {
    const { database, scope, idempotency } = setup();
    await (await beginFirst(idempotency, scope, "k")).finish(database.sql, "f", answer);
    const other = await beginFirst(idempotency, `${scope} other`, "k");
    await other.abandon();
  });

  test("a request that was refused frees its key", async () => {
    const { database, scope, idempotency, rows } = setup();
    const refused = await beginFirst(idempotency, scope, "k");
    await refused.abandon();
    expect(await rows()).toEqual([]);
    const next = await beginFirst(idempotency, scope, "k");
    await next.finish(database.sql, "f", answer);
  });

  test("giving up after the answer was stored changes nothing", async () => {
    const { database, scope, idempotency } = setup();
    const request = await beginFirst(idempotency, scope, "k");
    await request.finish(database.sql, "f", answer);
    await request.abandon();
    expect((await idempotency.begin(scope, "k")).as).toBe("repeat");
  });

  test("the answer is stored with the transaction, or not at all", async () => {
    const { database, scope, idempotency } = setup();
    const request = await beginFirst(idempotency, scope, "k");
    const failing = database.transaction(async (tx) => {
      await request.finish(tx, "f", answer);
      throw new Error("the rest failed");
    });
    await expect(failing).rejects.toThrow("the rest failed");
    expect(await idempotency.begin(scope, "k")).toEqual({ as: "running" });
    await database.transaction((tx) => request.finish(tx, "f", answer));
    expect((await idempotency.begin(scope, "k")).as).toBe("repeat");
  });

  test("after a transaction that was rolled back, giving up still frees the key", async () => {
    const { database, scope, idempotency, rows } = setup();
    const request = await beginFirst(idempotency, scope, "k");
    await database
      .transaction(async (tx) => {
        await request.finish(tx, "f", answer);
        throw new Error("the rest failed");
      })
      .catch(() => {});
    await request.abandon();
    expect(await rows()).toEqual([]);
  });

  test("the key of a process that died is free once its lease is over", async () => {
    const { scope, idempotency, process, wait } = setup();
    await beginFirst(idempotency, scope, "k");
    wait(minute);
    expect(await process().begin(scope, "k")).toEqual({ as: "running" });
    wait(1);
    await (await beginFirst(process(), scope, "k")).abandon();
  });

  test("who was taken for dead stores nothing, and rolls back what it did", async () => {
    const { database, scope, process, wait } = setup();
    const slow = await beginFirst(process(), scope, "k");
    wait(minute + 1);
    const next = await beginFirst(process(), scope, "k");
    const late = database.transaction(async (tx) => {
      await sql`insert into idempotency_keys (scope, key, lease_token, leased_until, created_at)
        values (${scope}, 'trace', gen_random_uuid(), now(), now())`.execute(tx);
      await slow.finish(tx, "f", { status: 201, body: "late" });
    });
    await expect(late).rejects.toMatchObject({
      code: "request_in_progress",
      status: 400,
      headers: { "retry-after": "2" },
    });
    await slow.abandon();
    await next.finish(database.sql, "f", answer);
    expect(await process().begin(scope, "k")).toMatchObject({ as: "repeat", answer });
    expect((await process().begin(scope, "trace")).as).toBe("first");
  });

  test("a request that goes on keeps its key", async () => {
    const { database, scope } = setup();
    const leased = async () => {
      const { rows } = await sql<{ until: Date }>`
        select leased_until as until from idempotency_keys where scope = ${scope}
      `.execute(database.sql);
      return rows[0]?.until.getTime() ?? 0;
    };
    const idempotency = createIdempotency({ database, leaseMs: 40 });
    const request = await beginFirst(idempotency, scope, "k");
    const began = await leased();
    await vi.waitFor(async () => expect(await leased()).toBeGreaterThan(began + 80), { timeout: 25_000 });
    await request.finish(database.sql, "f", answer);
    expect((await idempotency.begin(scope, "k")).as).toBe("repeat");
  });

  test("giving up does not hide the failure of a request whose database went away", async () => {
    const database = await openMigrated(await underTest.place());
    const request = await beginFirst(createIdempotency({ database }), "s", "k");
    await database.close();
    await expect(request.finish(database.sql, "f", answer)).rejects.toThrow(DatabaseUnavailable);
    await expect(request.abandon()).resolves.toBeUndefined();
  });

  test("an answer is told again for a day, and then its key is as new, swept or not", async () => {
    const { database, scope, idempotency, wait } = setup();
    await (await beginFirst(idempotency, scope, "k")).finish(database.sql, "old", answer);
    wait(24 * hour);
    expect((await idempotency.begin(scope, "k")).as).toBe("repeat");
    wait(1);
    const next = await beginFirst(idempotency, scope, "k");
    await next.finish(database.sql, "new", answer);
    expect(await idempotency.begin(scope, "k")).toMatchObject({ as: "repeat", fingerprint: "new" });
  });

  test("a sweep removes what is over, page by page, and nothing else", async () => {
    const { database, scope, idempotency, process, rows, wait } = setup();
    await sql`
      insert into idempotency_keys (scope, key, fingerprint, status, answer, created_at)
      select ${scope}, 'old ' || number, 'f', 200, '1', '2026-11-20T09:59:59Z'
      from generate_series(1, 2500) as number
    `.execute(database.sql);
    await beginFirst(process(), scope, "died");
    wait(24 * hour + second);
    await (await beginFirst(idempotency, scope, "answered")).finish(database.sql, "f", answer);
    await beginFirst(idempotency, scope, "running");
    expect(await idempotency.sweep()).toBeGreaterThanOrEqual(2501);
    expect(await rows()).toEqual(["answered", "running"]);
  });

  test("embedded, a start frees what the process before held; with a server others may be at work", async () => {
    const { database, scope, process } = setup();
    await beginFirst(process(), scope, "died");
    await (await beginFirst(process(), scope, "answered")).finish(database.sql, "f", answer);
    const started = process();
    const freed = await started.recover();
    const embedded = underTest.engine === "embedded";
    expect(freed > 0).toBe(embedded);
    expect((await started.begin(scope, "died")).as).toBe(embedded ? "first" : "running");
    expect((await started.begin(scope, "answered")).as).toBe("repeat");
  });

  test.each([
    ["is empty", ""],
    ["is longer than 255 characters", "k".repeat(256)],
    ["holds a space", "a b"],
    ["was sent twice", "a, b"],
    ["is not ASCII", "schlüssel"],
    ["holds a control character", "a\u007f"],
  ])("a key that %s is a 400 that says what one is", async (_what, key) => {
    const { scope, idempotency, rows } = setup();
    await expect(idempotency.begin(scope, key)).rejects.toMatchObject({
      code: "invalid_idempotency_key",
      status: 400,
      message: expect.stringContaining("255"),
    });
    expect(await rows()).toEqual([]);
  });

  test("the longest key and scope that are allowed have room in the index, longer scopes are refused", async () => {
    const { database, scope, idempotency } = setup();
    // Characters of three bytes that do not repeat, since repetition would be compressed.
    const long = scope + Array.from({ length: 464 }, (_, n) => String.fromCharCode(0x4e00 + n * 37)).join("");
    const key = Array.from({ length: 255 }, (_, n) => String.fromCharCode(33 + ((n * 41) % 94))).join("");
    await (await beginFirst(idempotency, long, key)).finish(database.sql, "f", answer);
    expect((await idempotency.begin(long, key)).as).toBe("repeat");
    await expect(idempotency.begin(`${long}x`, key)).rejects.toThrow(TypeError);
    await expect(idempotency.begin("a\u0000b", key)).rejects.toThrow(TypeError);
  });
});
