import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { webhooksDialect } from "../../src/features/operations/webhook-errors.ts";
import { webhookRoutes } from "../../src/features/operations/webhook-routes.ts";
import { createAudit } from "../../src/platform/audit/audit.ts";
import { createTrail } from "../../src/platform/audit/trail.ts";
import { createAuthentication } from "../../src/platform/auth/authenticate.ts";
import { addAuthentication } from "../../src/platform/auth/hook.ts";
import { signLocalToken } from "../../src/platform/auth/local-token.ts";
import { authSettings, jwtSecret, NOON, sessionSecret } from "../../src/platform/auth/testing/settings.ts";
import { createHttp } from "../../src/platform/http/http.ts";
import { registerInboundLimits } from "../../src/platform/limits/inbound.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { createOutbound } from "../../src/platform/outbound/outbound.ts";
import { describeEngine } from "../engine/databases.ts";
import { numbers } from "../engine/world.ts";
import { receiverUnderTest, status } from "./receiver.ts";
import { webhooksUnderTest } from "./world.ts";

const time = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describeEngine("the API of webhooks", (database) => {
  test("a delivery is listed with every attempt, and shown with what is sent", async () => {
    const receiver = await receiverUnderTest((before) =>
      status(before === 0 ? 503 : 201, {}, `seen ${before}`),
    );
    const { world, get } = await setup();
    await world.webhooks.start();
    const id = await world.send(`${receiver.url}?token=hidden`, { owner: "zoë" });
    await world.reached(id, "delivered");
    const { body } = await get(`/deliveries?topic=${world.topic}`);
    const [listed] = body.deliveries;
    expect(body).toEqual({ success: true, deliveries: [listed], next_after: null, timestamp: time });
    const attempt = { at: time, took_ms: expect.any(Number) };
    expect(listed).toEqual({
      ...{ id, event: "test.happened", topic: world.topic, owner: "zoë", url: `${receiver.url}?…` },
      ...{ status: "delivered", attempt_count: 2, attempting: false, next_attempt_at: null },
      ...{ created_at: time, ended_at: time },
      attempts: [
        {
          ...attempt,
          ...{ number: 1, delivered: false, status_code: 503, code: "http_status", response: "seen 0" },
          reason: "The receiver answered 503.",
        },
        {
          ...attempt,
          ...{ number: 2, delivered: true, status_code: 201, code: null, reason: null, response: "seen 1" },
        },
      ],
    });
    expect((await get(`/deliveries/${id}`)).body).toEqual({
      ...{ success: true, delivery: { ...listed, body: '{"n":1}' }, timestamp: time },
    });
  });

  test("pages and filters are those of the query", async () => {
    const { world, get } = await setup();
    const ids: string[] = [];
    for (const n of numbers(5))
      ids.push(await world.send(n === 4 ? "junk" : `http://127.0.0.1:9/${n}?secret=1`, { owner: "zoë" }));
    const list = async (query: string) => {
      const { code, body } = await get(`/deliveries?topic=${world.topic}&${query}`);
      expect(code).toBe(200);
      return { found: body.deliveries.map((each: { id: string }) => each.id), next: body.next_after };
    };
    const all = await list("limit=5");
    expect([all.found.toSorted(), all.next]).toEqual([ids.toSorted(), null]);
    const paged: string[] = [];
    for (let query = "limit=2"; ; ) {
      const { found, next } = await list(query);
      paged.push(...found);
      if (next === null) break;
      query = `limit=2&after=${next}`;
    }
    expect(paged).toEqual(all.found);
    expect((await list("status=failed")).found).toEqual([ids[4]]);
    expect((await list(`url=${encodeURIComponent("http://127.0.0.1:9/2?secret=2")}`)).found).toEqual([
      ids[2],
    ]);
    expect((await list("event=test.happened&since=2026-01-01")).found).toHaveLength(5);
    expect((await list("event=test")).found).toEqual([]);
    expect((await list("since=2999-01-01")).found).toEqual([]);
  });

  test("others are shown none of it, and the administrator all", async () => {
    const receiver = await receiverUnderTest();
    const { world, get, post } = await setup();
    const id = await world.send(receiver.url, { owner: "zoë" });
    const ids = async (who: Who) =>
      (await get(`/deliveries?topic=${world.topic}`, who)).body.deliveries.map(
        (each: { id: string }) => each.id,
      );
    for (const who of ["max", "nobody"] as const) {
      expect(await ids(who)).toEqual([]);
      const refused = { code: 404, body: { detail: expect.stringContaining(`no webhook delivery ${id}`) } };
      expect(await get(`/deliveries/${id}`, who)).toMatchObject(refused);
      expect(await post(`/deliveries/${id}/redeliver`, undefined, who)).toMatchObject(refused);
    }
    for (const who of ["zoë", "admin"] as const) {
      expect(await ids(who)).toEqual([id]);
      expect((await get(`/deliveries/${id}`, who)).code).toBe(200);
    }
  });

  test("a redelivery is sent with the same id, and recorded with who wanted it", async () => {
    const receiver = await receiverUnderTest((before) => status(before === 0 ? 410 : 200));
    const { world, post, audited } = await setup();
    await world.webhooks.start();
    const id = await world.send(receiver.url, { owner: "zoë" });
    await world.reached(id, "disabled");
    const { code, body } = await post(`/deliveries/${id}/redeliver`);
    expect([code, body.delivery.id, body.delivery.body]).toEqual([202, id, '{"n":1}']);
    await world.reached(id, "delivered");
    expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual([id, id]);
    expect(await audited(id)).toEqual([
      { action: "webhook.redeliver", actor: "zoë", details: { event: "test.happened", url: receiver.url } },
    ]);
    const junk = await world.send("junk", { owner: "zoë" });
    expect(await post(`/deliveries/${junk}/redeliver`)).toMatchObject({
      ...{ code: 409, error: "webhook_not_redeliverable" },
    });
    expect(await audited(junk)).toEqual([]);
  });

  test("a test answers what the receiver said, and is recorded", async () => {
    const receiver = await receiverUnderTest((before) =>
      before === 0 ? status(200, {}, "hello") : { kind: "redirect", to: "/elsewhere" },
    );
    const { post, audited } = await setup();
    const url = `${receiver.url}?token=hidden`;
    const taken = await post("/test", { url });
    expect(taken).toMatchObject({
      code: 200,
      body: {
        ...{ success: true, delivered: true, timestamp: time },
        delivery: {
          ...{ event: "webhook.test", owner: "zoë", status: "delivered", attempt_count: 1 },
          attempts: [{ status_code: 200, response: "hello" }],
        },
      },
    });
    const [sent] = receiver.received;
    expect(sent?.headers).toMatchObject({
      "x-webhook-event": "webhook.test",
      "x-webhook-id": taken.body.delivery.id,
    });
    expect(taken.body.delivery).toMatchObject({ id: sent?.headers["webhook-id"], body: sent?.body });
    expect(await post("/test", { url })).toMatchObject({
      code: 200,
      body: { delivered: false, delivery: { status: "failed", attempts: [{ code: "redirected" }] } },
    });
    expect(receiver.received).toHaveLength(2);
    const entry = { action: "webhook.test", actor: "zoë", details: {} };
    expect(await audited(`${receiver.url}?…`)).toEqual([entry, entry]);
  });

  test("a test asks no address that may not be reached", async () => {
    const receiver = await receiverUnderTest();
    const outbound = createOutbound({ allowPrivate: [] });
    onTestFinished(() => outbound.close());
    const { post } = await setup({ outbound });
    expect(await post("/test", { url: receiver.url })).toMatchObject({
      body: { delivered: false, delivery: { attempts: [{ code: "blocked_address", response: null }] } },
    });
    expect(receiver.received).toEqual([]);
  });

  test("tests and redeliveries are counted together, and reading is not", async () => {
    const receiver = await receiverUnderTest();
    const { world, get, post } = await setup({}, 2);
    const id = await world.send(receiver.url, { owner: "zoë" });
    expect((await post("/test", { url: receiver.url })).code).toBe(200);
    expect((await post(`/deliveries/${id}/redeliver`)).code).toBe(202);
    for (const [path, body] of [
      ["/test", { url: receiver.url }] as const,
      [`/deliveries/${id}/redeliver`] as const,
    ])
      expect(await post(path, body)).toMatchObject({
        ...{ code: 429, body: { detail: "Rate limit exceeded: 2 per 1 minute" } },
      });
    for (const path of ["/deliveries", `/deliveries/${id}`]) expect((await get(path)).code).toBe(200);
    expect(receiver.received).toHaveLength(1);
  });

  test.each([
    ["/deliveries?limit=0", "limit"],
    ["/deliveries?limit=101", "limit"],
    ["/deliveries?status=gone", "status"],
    ["/deliveries?event=%00", "event"],
    ["/deliveries?topic=%00", "topic"],
    ["/deliveries?since=0000-01-01", "since"],
    ["/deliveries?after=2026-99-01T00:00:00.000Z_a", "after"],
    ["/deliveries?after=0000-01-01T00:00:00.000Z_a", "after"],
    ["/deliveries/%00", "id"],
  ])("%s is refused with a sentence", async (path, named) => {
    const { get } = await setup();
    expect(await get(path)).toMatchObject({
      ...{ code: 400, error: "validation_error", body: { detail: expect.stringContaining(named) } },
    });
  });

  test.each([undefined, {}, { url: 1 }, { url: "ftp://example.com/" }, { url: "http://[/" }, { url: "" }])(
    "a test of %j is refused, and not recorded",
    async (body) => {
      const { post, audited } = await setup();
      expect(await post("/test", body)).toMatchObject({ code: 400, body: { detail: expect.any(String) } });
      expect(await audited("")).toEqual([]);
    },
  );

  type Who = "zoë" | "max" | "admin" | "nobody";

  async function setup(settings: Parameters<typeof webhooksUnderTest>[1] = {}, most = 1_000) {
    const world = webhooksUnderTest(database(), settings);
    const { server } = await createHttp({
      ...{ basePath: "", trustProxy: [], corsOrigins: [], dialects: [webhooksDialect], exposedHeaders: [] },
      ...{ requestTimeout: 60_000, logger: createLogger({ level: "silent", pretty: false }) },
      draining: () => false,
    });
    onTestFinished(() => server.close());
    const authentication = {
      settings: authSettings(),
      sessionSecrets: [sessionSecret] as const,
      clock: () => NOON,
      basePath: "",
    };
    addAuthentication(server, createAuthentication(authentication));
    await registerInboundLimits(server, { enabled: true, redis: null });
    await server.register(webhookRoutes, {
      webhooks: world.webhooks,
      trail: createTrail(createAudit({ database: database() }), database()),
      seesAll: ({ admin }) => admin,
      rate: { max: most, windowMs: 60_000 },
      now: () => new Date(),
    });
    async function send(method: "GET" | "POST", path: string, who: Who, payload?: object) {
      const identity = { subject: who, admin: who === "admin" };
      const token = { secret: jwtSecret, lifetimeSeconds: 60, now: NOON, ...identity };
      const headers = who === "nobody" ? {} : { authorization: `Bearer ${await signLocalToken(token)}` };
      const url = `/api/v1/webhooks${path}`;
      const answer = await server.inject({ method, url, headers, ...(payload ? { payload } : {}) });
      return { code: answer.statusCode, error: answer.headers["x-error-code"], body: answer.json() };
    }
    return {
      world,
      get: (path: string, who: Who = "zoë") => send("GET", path, who),
      post: (path: string, payload?: object, who: Who = "zoë") => send("POST", path, who, payload),
      async audited(target: string) {
        const { rows } = await sql`
          select action, actor, details from audit_log where target = ${target} order by id
        `.execute(database().sql);
        return rows;
      },
    };
  }
});
