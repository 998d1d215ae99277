import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { auditRoutes } from "../src/features/operations/audit-routes.ts";
import { prepareDialect } from "../src/features/prepare/errors.ts";
import { actorOf, theService } from "../src/platform/audit/actor.ts";
import { createAudit } from "../src/platform/audit/audit.ts";
import { createAuthentication } from "../src/platform/auth/authenticate.ts";
import { addAuthentication } from "../src/platform/auth/hook.ts";
import { signLocalToken } from "../src/platform/auth/local-token.ts";
import { authSettings, jwtSecret, NOON, sessionSecret } from "../src/platform/auth/testing/settings.ts";
import { createHttp } from "../src/platform/http/http.ts";
import { createLogger } from "../src/platform/logger.ts";
import { describeEngine } from "./engine/databases.ts";

const token = (admin: boolean) =>
  signLocalToken({ secret: jwtSecret, subject: "zoë", admin, lifetimeSeconds: 60, now: NOON });

describeEngine("GET /api/v1/audit", (database) => {
  const setup = async () => {
    const audit = createAudit({ database: database() });
    const { server } = await createHttp({
      basePath: "",
      trustProxy: ["127.0.0.1"],
      corsOrigins: [],
      dialects: [{ ...prepareDialect, owns: () => true }],
      exposedHeaders: [],
      requestTimeout: 60_000,
      logger: createLogger({ level: "silent", pretty: false }),
      draining: () => false,
    });
    onTestFinished(() => server.close());
    addAuthentication(
      server,
      createAuthentication({
        settings: authSettings(),
        sessionSecrets: [sessionSecret],
        clock: () => NOON,
        basePath: "",
      }),
    );
    await server.register(auditRoutes, { audit, now: () => new Date(NOON) });
    // What any route does that changes something.
    server.post<{ Params: { target: string } }>(
      "/cancel/:target",
      { config: { access: "open" } },
      async (request) =>
        audit.record(database().sql, {
          action: "batch.cancel",
          target: request.params.target,
          details: { reason: null },
          by: actorOf(request),
        }),
    );
    const authorization = `Bearer ${await token(true)}`;
    const get = async (query: Readonly<Record<string, string>>) => {
      const url = `/api/v1/audit?${new URLSearchParams(query)}`;
      const answer = await server.inject({ url, headers: { authorization } });
      return { status: answer.statusCode, body: answer.json() };
    };
    return { audit, server, authorization, get, target: randomUUID() };
  };

  test("the administrator reads who did what, from where", async () => {
    const { audit, server, authorization, get, target } = await setup();
    await server.inject({
      method: "POST",
      url: `/cancel/${target}`,
      headers: { authorization, "x-forwarded-for": "192.0.2.7", "x-correlation-id": "order-17" },
    });
    await server.inject({
      method: "POST",
      url: `/cancel/${target}`,
      headers: { "x-request-id": "order-18" },
    });
    await audit.record(database().sql, {
      action: "batch.purge",
      target,
      details: { rows: 7 },
      by: theService,
    });
    const time = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const entry = { id: expect.stringMatching(/^\d+$/), at: time, target };
    expect(await get({ target })).toEqual({
      status: 200,
      body: {
        success: true,
        entries: [
          {
            ...{ ...entry, actor: "service", method: "service", address: null, request_id: null },
            ...{ action: "batch.purge", details: { rows: 7 } },
          },
          {
            ...{ ...entry, actor: "anonymous", method: "anonymous", address: "127.0.0.1" },
            ...{ request_id: "order-18", action: "batch.cancel", details: { reason: null } },
          },
          {
            ...{ ...entry, actor: "zoë", method: "hs256", address: "192.0.2.7" },
            ...{ request_id: "order-17", action: "batch.cancel", details: { reason: null } },
          },
        ],
        next_after: null,
        timestamp: new Date(NOON).toISOString(),
      },
    });
    const actions = async (query: Readonly<Record<string, string>>) =>
      (await get({ target, ...query })).body.entries.map(({ action }: { action: string }) => action);
    expect(await actions({ action: "batch.purge" })).toEqual(["batch.purge"]);
    expect(await actions({ action: "batch" })).toHaveLength(3);
    expect(await actions({ actor: "zoë" })).toEqual(["batch.cancel"]);
  });

  test("next_after leads through all of it, also where it all was in one millisecond", async () => {
    const { get, target } = await setup();
    await sql`
      insert into audit_log (at, actor, method, action, target, details)
      select '2026-11-21T08:00:00.123Z', 'a', 'dev', 'batch.start', ${target}, jsonb_build_object('n', n)
      from generate_series(1, 5) n`.execute(database().sql);
    const seen: number[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const { body } = await get({ target, limit: "2", ...(after && { after }) });
      seen.push(...body.entries.map((entry: { details: { n: number } }) => entry.details.n));
      after = body.next_after;
    }
    expect(seen).toEqual([5, 4, 3, 2, 1]);
  });

  test.each([
    [{ since: "2026-11-21" }, [3, 2]],
    [{ until: "2026-11-21" }, [1]],
    [{ since: "2026-11-21T09:00:00+01:00" }, [3, 2]],
    // An offset whose sign was not encoded.
    [{ since: "2026-11-21T09:00:00.001 01:00" }, [3]],
    [{ since: "2026-11-21", until: "2026-11-21T08:00:00.001Z" }, [2]],
    [{ since: "0001-01-01", until: "9999-12-31" }, [3, 2, 1]],
  ])("a time is a day in UTC or a moment: %j", async (query, expected) => {
    const { get, target } = await setup();
    for (const [n, at] of [
      [1, "2026-11-20T23:59:59.999Z"],
      [2, "2026-11-21T08:00:00Z"],
      [3, "2026-11-21T12:00:00Z"],
    ] as const)
      await sql`
        insert into audit_log (at, actor, method, action, target, details)
        values (${at}::timestamptz, 'a', 'dev', 'batch.start', ${target}, jsonb_build_object('n', ${n}::integer))
      `.execute(database().sql);
    const { body } = await get({ target, ...query });
    expect(body.entries.map((entry: { details: { n: number } }) => entry.details.n)).toEqual(expected);
  });

  test.each([
    ["since", { since: "yesterday" }, "expected an ISO 8601 time or day, such as 2026-11-21T08:00:00Z"],
    ["since", { since: "2026-02-30" }, "expected an ISO 8601 time or day"],
    ["since", { since: "0000-01-01" }, "expected an ISO 8601 time or day"],
    ["until", { until: "0001-01-01T00:00:00+23:59" }, "expected an ISO 8601 time or day"],
    ["until", { until: "9999-12-31T23:59:59-23:59" }, "expected an ISO 8601 time or day"],
    ["until", { since: "2026-11-21", until: "2026-11-21" }, "expected a time after since"],
    ["limit", { limit: "0" }, "expected a whole number from 1 to 1000"],
    ["limit", { limit: "1001" }, "expected a whole number from 1 to 1000"],
    ["limit", { limit: "many" }, "expected a whole number from 1 to 1000"],
    ["action", { action: "batch." }, "expected an action such as batch.cancel"],
    ["action", { action: "\u0000" }, "expected an action such as batch.cancel"],
    ["after", { after: "17" }, "expected next_after of the page before"],
    ["after", { after: "2026-13-21T08:00:00.123Z_1" }, "expected next_after of the page before"],
    ["after", { after: "0000-01-01T00:00:00.000Z_1" }, "expected next_after of the page before"],
  ])("a filter that cannot be is refused by its name: %s %j", async (field, query, message) => {
    const { get } = await setup();
    const { status, body } = await get(query);
    expect(status).toBe(422);
    expect(body).toMatchObject({ error: "validation_error", details: { field } });
    expect(body.message).toContain(`${field}: ${message}`);
  });

  test("odd text in a filter finds nothing, and is no failure", async () => {
    const { get } = await setup();
    for (const text of ["\u0000", "\ud800", "%", "' or true --", "🌍"])
      expect(await get({ target: text, actor: text })).toMatchObject({ status: 200, body: { entries: [] } });
  });

  test("nobody else reads it", async () => {
    const { server } = await setup();
    const status = async (headers: Readonly<Record<string, string>>) =>
      (await server.inject({ url: "/api/v1/audit", headers })).statusCode;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: `Bearer ${await token(false)}` })).toBe(403);
  });
});
