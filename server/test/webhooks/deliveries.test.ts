import { sql } from "kysely";
import { expect, test } from "vitest";
import { createOutbound } from "../../src/platform/outbound/outbound.ts";
import { unusedPort } from "../../src/platform/outbound/testing/servers.ts";
import { describeEngine } from "../engine/databases.ts";
import { atGate, createGate, numbers, until } from "../engine/world.ts";
import { receiverUnderTest, status } from "./receiver.ts";
import { webhooksUnderTest } from "./world.ts";

describeEngine(
  "deliveries",
  (database) => {
    test("one that was sent in a transaction arrives when that is committed, byte for byte", async () => {
      const receiver = await receiverUnderTest();
      const { webhooks, topic, reached } = await started();
      const body = { status: "failed", z: 1, a: "ü\u0000 👍", error_details: { retry_count: 3 } };
      const id = await database().transaction((tx) =>
        webhooks.send(tx, { url: receiver.url, event: "job.failed", body, topic, owner: "someone" }),
      );
      const delivery = await reached(id, "delivered");
      expect(receiver.received).toHaveLength(1);
      expect(receiver.received[0]).toMatchObject({
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", "webhook-id": id },
      });
      expect(delivery).toMatchObject({
        ...{ id, topic, owner: "someone", event: "job.failed", url: receiver.url, attempts: 1 },
        ...{ attempting: false, nextAttemptAt: null, body: JSON.stringify(body) },
        lastAttempt: { number: 1, delivered: true, status: 200, code: null, reason: null },
      });
    });

    test("nothing is said of a transaction that was undone", async () => {
      const receiver = await receiverUnderTest();
      const { webhooks, topic, send, reached } = await started();
      const undone = database().transaction(async (tx) => {
        await webhooks.send(tx, { url: receiver.url, event: "no", body: {}, topic, owner: "o" });
        throw new Error("undone");
      });
      await expect(undone).rejects.toThrow("undone");
      const id = await send(receiver.url);
      await reached(id, "delivered");
      expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual([id]);
      expect(await webhooks.list({ topic }, { limit: 10 })).toHaveLength(1);
    });

    test("what is sent twice with one id is one delivery", async () => {
      const receiver = await receiverUnderTest();
      const { webhooks, topic, send, reached } = await started();
      const id = `once-${topic.slice(5)}`;
      await send(receiver.url, { id, body: { first: true } });
      await reached(id, "delivered");
      await send(receiver.url, { id, body: { first: false } });
      await reached(await send(receiver.url), "delivered");
      expect(receiver.received.map(({ body }) => body)).toEqual(['{"first":true}', '{"n":1}']);
      expect(await webhooks.get(id)).toMatchObject({ body: '{"first":true}', attempts: 1 });
    });

    test("a receiver that fails nine times has it at the tenth attempt, with one id and new signatures", async () => {
      const receiver = await receiverUnderTest((before) => status(before < 9 ? 500 : 204));
      let time = 1_700_000_000_000;
      const { webhooks, send, reached, ended } = await started({ now: () => (time += 2_000) });
      const id = await send(receiver.url);
      const { log, attempts } = await reached(id, "delivered");
      expect(attempts).toBe(10);
      expect(log.map(({ number, code }) => [number, code])).toEqual([
        ...numbers(9).map((n) => [n + 1, "http_status"]),
        [10, null],
      ]);
      expect(log[0]).toMatchObject({ status: 500, reason: "The receiver answered 500.", delivered: false });
      const heads = receiver.received.map(({ headers }) => headers);
      expect(new Set(heads.map((head) => head["webhook-id"]))).toEqual(new Set([id]));
      expect(new Set(heads.map((head) => head["webhook-timestamp"])).size).toBe(10);
      expect(new Set(heads.map((head) => head["webhook-signature"])).size).toBe(10);
      await webhooks.stop(20_000);
      expect(ended.map(({ state }) => state)).toEqual([...Array(9).fill("pending"), "delivered"]);
    });

    test("after ten failures it is given up, and says why", async () => {
      const receiver = await receiverUnderTest(() => status(404, {}, "no such hook"));
      const { webhooks, send, reached, logged } = await started();
      const delivery = await reached(await send(receiver.url), "failed");
      expect(delivery).toMatchObject({
        ...{ attempts: 10, nextAttemptAt: null },
        lastAttempt: { number: 10, status: 404, code: "http_status", excerpt: "no such hook" },
      });
      expect(receiver.received).toHaveLength(10);
      await webhooks.stop(20_000);
      expect(logged).toMatchObject([
        { message: "a webhook was given up", fields: { delivery: delivery.id, code: "http_status" } },
      ]);
    });

    test.each([
      ["answers with a redirect", { kind: "redirect", to: "/elsewhere" }, { code: "redirected" }],
      ["hangs", { kind: "hang" }, { code: "response_timeout" }],
      ["answers too slowly", { kind: "slow_body", ends: false }, { code: "response_timeout" }],
      ["hangs up before it answers", { kind: "reset", when: "before_head" }, { code: "connection_reset" }],
      ["hangs up in its answer", { kind: "reset", when: "after_head" }, { code: "connection_reset" }],
      ["is a broken gateway", { kind: "page", status: 502 }, { code: "http_status", status: 502 }],
    ] as const)("one that %s has not got it, and gets it again", async (_what, fault, expected) => {
      const receiver = await receiverUnderTest((before) => (before === 0 ? fault : status(200)));
      // The others are not to run out of time too, so only those that do have little of it.
      const { send, reached } = await started(
        expected.code === "response_timeout" ? { timeoutMs: 1_000 } : {},
      );
      const { log } = await reached(await send(receiver.url), "delivered");
      expect(log).toMatchObject([{ delivered: false, ...expected }, { delivered: true }]);
      expect(receiver.received.map(({ path }) => path)).toEqual(
        Array(2).fill(new URL(receiver.url).pathname),
      );
    });

    test("a receiver that is not there is tried again", async () => {
      const { send, attempted } = await started({ baseMs: 2_000 });
      const { state, lastAttempt, nextAttemptAt } = await attempted(
        await send(`http://127.0.0.1:${await unusedPort()}/`),
        1,
      );
      expect([state, lastAttempt?.code]).toEqual(["pending", "connection_refused"]);
      expect(nextAttemptAt?.getTime()).toBeGreaterThan(lastAttempt?.begunAt.getTime() ?? Infinity);
    });

    test("success with an answer without end is success", async () => {
      const receiver = await receiverUnderTest(() => ({ kind: "endless_body" }));
      const { send, reached } = await started();
      await reached(await send(receiver.url), "delivered");
      expect(receiver.received).toHaveLength(1);
    });

    test.each([
      ["120", 120],
      ["999999", 3_600],
    ])("Retry-After: %s is honoured, and bounded", async (value, seconds) => {
      const receiver = await receiverUnderTest(() => status(429, { "retry-after": value }));
      const { send, attempted } = await started();
      const { lastAttempt, nextAttemptAt } = await attempted(await send(receiver.url), 1);
      const pause = (nextAttemptAt?.getTime() ?? 0) - (lastAttempt?.begunAt.getTime() ?? 0);
      // The pause begins when the answer was read.
      expect(pause / 1_000).toBeGreaterThan(seconds - 1);
      expect(pause / 1_000).toBeLessThan(seconds + 30);
    });

    test("410 disables the URL: what waits and what comes ends so, and other URLs there go on", async () => {
      const receiver = await receiverUnderTest((_before, { path }) =>
        path.endsWith("/gone") ? status(410, {}, "bye") : status(200),
      );
      const gone = `${receiver.url}/gone`;
      const { webhooks, send, reached } = await started();
      const first = await reached(await send(gone), "disabled");
      expect(first).toMatchObject({ lastAttempt: { status: 410, code: "gone", excerpt: "bye" } });
      expect(await reached(await send(gone), "disabled")).toMatchObject({ attempts: 0, lastAttempt: null });
      await reached(await send(receiver.url), "delivered");
      expect(receiver.received.map(({ path }) => path.endsWith("/gone"))).toEqual([true, false]);
      expect((await webhooks.disabled(1_000)).filter(({ url }) => url === gone)).toMatchObject([
        { deliveryId: first.id, reason: expect.stringContaining("410") },
      ]);
    });

    test("a redelivery enables a disabled URL, and keeps the id", async () => {
      let answer = status(410);
      const receiver = await receiverUnderTest(() => answer);
      const { webhooks, send, reached } = await started();
      const id = await send(receiver.url);
      await reached(id, "disabled");
      answer = status(200);
      expect(await webhooks.redeliver(id)).toMatchObject({ id });
      expect(await reached(id, "delivered")).toMatchObject({ attempts: 2 });
      await reached(await send(receiver.url), "delivered");
      expect(receiver.received.map(({ headers }) => headers["webhook-id"]).slice(0, 2)).toEqual([id, id]);
      expect((await webhooks.disabled(1_000)).map(({ url }) => url)).not.toContain(receiver.url);
    });

    test("a redelivery of what was given up has ten attempts again", async () => {
      const receiver = await receiverUnderTest((before) => status(before < 15 ? 500 : 200));
      const { webhooks, send, reached } = await started();
      const id = await send(receiver.url);
      await reached(id, "failed");
      await webhooks.redeliver(id);
      expect(await reached(id, "delivered")).toMatchObject({ attempts: 16 });
    });

    test("a test is sent at once and once, and tells how it ended", async () => {
      const receiver = await receiverUnderTest((before) => status(before === 0 ? 500 : 200, {}, "seen"));
      // Nothing is started: it does not wait for its turn.
      const { webhooks } = webhooksUnderTest(database());
      expect(await webhooks.test({ url: receiver.url, owner: "tester" })).toMatchObject({
        ...{ event: "webhook.test", state: "failed", attempts: 1 },
        lastAttempt: { status: 500, excerpt: "seen" },
      });
      expect(await webhooks.test({ url: receiver.url, owner: "tester" })).toMatchObject({
        ...{ state: "delivered", lastAttempt: { status: 200, delivered: true } },
      });
      expect(JSON.parse(receiver.received[1]?.body ?? "")).toMatchObject({ type: "webhook.test" });
      await expect(webhooks.test({ url: "ftp://example.com", owner: "tester" })).rejects.toMatchObject({
        code: "invalid_webhook_url",
      });
    });

    test("a test that arrives enables a disabled URL", async () => {
      let answer = status(410);
      const receiver = await receiverUnderTest(() => answer);
      const { webhooks, send, reached } = await started();
      await reached(await send(receiver.url), "disabled");
      answer = status(200);
      expect(await webhooks.test({ url: receiver.url, owner: "tester" })).toMatchObject({
        state: "delivered",
      });
      await reached(await send(receiver.url), "delivered");
    });

    test("an unusable URL fails its delivery, and not the transaction of the event", async () => {
      const { webhooks, topic } = await started();
      const id = await database().transaction(async (tx) => {
        await sql`create table if not exists events_of_webhooks (topic text)`.execute(tx);
        await sql`insert into events_of_webhooks values (${topic})`.execute(tx);
        return webhooks.send(tx, { url: "http://[/\u0000", event: "e", body: {}, topic, owner: "o" });
      });
      expect(await webhooks.get(id)).toMatchObject({ state: "failed", lastAttempt: { code: "invalid_url" } });
      const { rows } = await sql`select 1 from events_of_webhooks where topic = ${topic}`.execute(
        database().sql,
      );
      expect(rows).toHaveLength(1);
    });

    test("an address that may not be reached fails at once", async () => {
      const outbound = createOutbound({ allowPrivate: [] });
      const { send, reached } = await started({ outbound });
      const delivery = await reached(await send("http://127.0.0.1:8080/hook"), "failed");
      expect(delivery).toMatchObject({ attempts: 1, lastAttempt: { code: "blocked_address", status: null } });
      await outbound.close();
    });

    test("credentials of the URL are sent, and never shown", async () => {
      const receiver = await receiverUnderTest();
      const { webhooks, topic, send, reached } = await started();
      const secretive = `${receiver.url.replace("//", "//user:p%40ss@")}?token=hidden`;
      const id = await send(secretive);
      const delivery = await reached(id, "delivered");
      expect(receiver.received[0]).toMatchObject({
        path: `${new URL(receiver.url).pathname}?token=hidden`,
        headers: { authorization: `Basic ${Buffer.from("user:p@ss").toString("base64")}` },
      });
      expect(delivery.url).toBe(`${receiver.url}?…`);
      expect((await webhooks.list({ topic, url: secretive }, { limit: 10 })).map((each) => each.id)).toEqual([
        id,
      ]);
    });

    test("deliveries are listed newest first, page by page, by state, topic, owner, event, time and URL", async () => {
      const good = await receiverUnderTest();
      const bad = await receiverUnderTest(() => status(410));
      const { webhooks, topic, send, reached } = await started();
      const ids: string[] = [];
      for (const n of numbers(5)) {
        const event = n === 4 ? "test.last" : "test.happened";
        ids.unshift(await send(n === 2 ? bad.url : good.url, { owner: n === 0 ? "first" : "tester", event }));
      }
      await Promise.all(ids.map((id, index) => reached(id, index === 2 ? "disabled" : "delivered")));
      // An hour apart, so that none is as old as another.
      await sql`
      update webhook_deliveries set created_at = now() - array_position(${ids}::text[], id) * interval '1 hour'
      where topic = ${topic}
    `.execute(database().sql);
      const listed = async (...[filter, page]: Parameters<typeof webhooks.list>) =>
        (await webhooks.list({ topic, ...filter }, page)).map(({ id }) => id);
      expect(await listed({}, { limit: 3 })).toEqual(ids.slice(0, 3));
      const third = await webhooks.get(ids[2] ?? "");
      expect(await listed({}, { limit: 3, after: third })).toEqual(ids.slice(3));
      expect(await listed({ since: third.createdAt }, { limit: 10 })).toEqual(ids.slice(0, 3));
      expect(await listed({ event: "test.last" }, { limit: 10 })).toEqual([ids[0]]);
      expect(await listed({ state: "disabled" }, { limit: 10 })).toEqual([ids[2]]);
      expect(await listed({ url: bad.url }, { limit: 10 })).toEqual([ids[2]]);
      expect(await listed({ owner: "first" }, { limit: 10 })).toEqual([ids[4]]);
      expect(await listed({ topic: "another" }, { limit: 10 })).toEqual([]);
      await expect(webhooks.get("nobody")).rejects.toMatchObject({ status: 404 });
      await expect(webhooks.redeliver("nobody")).rejects.toMatchObject({ status: 404 });
    });

    test("a hundred to a receiver that is down cost a few attempts, and those to others arrive", async () => {
      const port = await unusedPort();
      const good = await receiverUnderTest();
      const { webhooks, topic, send } = await started({ baseMs: 2_000 });
      await Promise.all(numbers(100).map(() => send(`http://127.0.0.1:${port}/`)));
      await Promise.all(numbers(100).map(() => send(good.url)));
      await good.receivedAtLeast(100);
      await until(async () => {
        expect(await webhooks.list({ topic, state: "delivered" }, { limit: 1_000 })).toHaveLength(100);
        expect(webhooks.state().resting).toBe(1);
      });
      const waiting = await webhooks.list({ topic, state: "pending" }, { limit: 1_000 });
      expect(waiting).toHaveLength(100);
      const attempts = waiting.reduce((sum, each) => sum + each.attempts, 0);
      expect(attempts).toBeGreaterThan(4);
      expect(attempts).toBeLessThan(20);
    });

    test("hanging receivers, however many, leave slots to the one that answers", async () => {
      const gate = createGate();
      const hanging = await Promise.all(
        numbers(6).map(() =>
          receiverUnderTest(async () => {
            await gate.pass();
            return status(200);
          }),
        ),
      );
      const good = await receiverUnderTest();
      const { send, reached } = await started({ slots: 8, timeoutMs: 25_000 });
      await reached(await send(good.url), "delivered");
      for (const receiver of hanging) await Promise.all(numbers(10).map(() => send(receiver.url)));
      // All that receivers get that have not answered yet: half of the slots.
      await atGate(gate, 4);
      for (const _ of numbers(20)) await reached(await send(good.url), "delivered");
      expect(gate.arrived()).toBe(4);
      gate.open();
    });

    test("a stop gives back what is under way, not counted, and the next start delivers it", async () => {
      let hang = true;
      const receiver = await receiverUnderTest(() => (hang ? { kind: "hang" } : status(200)));
      const before = await started();
      const id = await before.send(receiver.url);
      await receiver.receivedAtLeast(1);
      await before.webhooks.stop(0);
      expect(await before.webhooks.get(id)).toMatchObject({
        ...{ state: "pending", attempts: 1, attempting: false, log: [] },
      });
      hang = false;
      const after = await started();
      expect(await after.reached(id, "delivered")).toMatchObject({ attempts: 2 });
    });

    test("the end of an attempt that was taken for dead says nothing of the one after it", async () => {
      const gates = [createGate(), createGate()];
      const receiver = await receiverUnderTest(async (before) => {
        await gates[before]?.pass();
        return status(before === 0 ? 500 : 200);
      });
      const { webhooks, send, reached, ended } = await started({ timeoutMs: 25_000, leaseMs: 60_000 });
      const id = await send(receiver.url);
      await receiver.receivedAtLeast(1);
      // Only the first lease is over, however long the second attempt takes.
      await sql`update webhook_deliveries set due_at = now() where id = ${id}`.execute(database().sql);
      await receiver.receivedAtLeast(2);
      gates[0]?.open();
      await until(async () => expect(webhooks.state().running).toBe(1));
      gates[1]?.open();
      expect((await reached(id, "delivered")).log).toMatchObject([{ number: 2, delivered: true }]);
      await webhooks.stop(20_000);
      expect(ended).toMatchObject([{ attempt: 2, state: "delivered" }]);
    });

    test("a stop waits for what answers within its grace", async () => {
      const gate = createGate();
      const receiver = await receiverUnderTest(async () => {
        await gate.pass();
        return status(200);
      });
      const { webhooks, send } = await started();
      const id = await send(receiver.url);
      await atGate(gate, 1);
      const stopped = webhooks.stop(20_000);
      gate.open();
      await stopped;
      expect(await webhooks.get(id)).toMatchObject({ state: "delivered" });
    });

    test("what is older than asked is forgotten, and what has waited for days is given up", async () => {
      const receiver = await receiverUnderTest();
      const { webhooks, topic, send, reached } = await started();
      const old = await send(receiver.url);
      const young = await send(receiver.url);
      await Promise.all([reached(old, "delivered"), reached(young, "delivered")]);
      await webhooks.stop(0);
      const late = await send(receiver.url);
      await sql`
      update webhook_deliveries set created_at = now() - interval '31 days', queued_at = now() - interval '31 days'
      where id = ${old}
    `.execute(database().sql);
      await sql`update webhook_deliveries set queued_at = now() - interval '6 days' where id = ${late}`.execute(
        database().sql,
      );
      expect(await webhooks.forget(new Date(Date.now() - 30 * 86_400_000))).toBe(1);
      const left = await webhooks.list({ topic }, { limit: 10 });
      expect(left.map(({ id, state }) => [id, state])).toEqual([
        [late, "failed"],
        [young, "delivered"],
      ]);
    });

    async function started(settings: Parameters<typeof webhooksUnderTest>[1] = {}) {
      const world = webhooksUnderTest(database(), settings);
      await world.webhooks.start();
      return world;
    }
  },
  { ordinarily: "postgresql" },
);
