import { sql } from "kysely";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { z } from "zod";
import { auditResponse } from "../../src/features/operations/audit-schema.ts";
import { quotasResponse, restoreResponse } from "../../src/features/operations/quota-schema.ts";
import { type GeminiSettings, type GeminiSimulator, startGemini } from "../simulators/gemini.ts";
import type { SimulatedAnswer } from "../simulators/vision-simulator.ts";
import { accepted, analysisClient, csvOf, patient, refused } from "./client.ts";
import { startDistinctOrigin } from "./distinct-origin.ts";
import { shareEmptied } from "./emptied-database.ts";
import { hurried, serviceOn } from "./world.ts";

/** As long as Google's, and told apart by their ends. */
const keys = { a: "AIzaSimulatedKey-0123456789abcdefghAAAA", b: "AIzaSimulatedKey-0123456789abcdefghBBBB" };
const adminToken = "the-admin-token-of-this-test";
const admin = { authorization: `Bearer ${adminToken}` };

const answered: SimulatedAnswer = {
  kind: "output",
  output: {
    ...{ store_image: true, text_content: null, store_name: null, business_contact: null },
    image_description: "A shop.",
  },
  usage: { inputTokens: 1_200, outputTokens: 80 },
};
const denied: SimulatedAnswer = { kind: "error", status: 403, message: "The project was suspended." };

interface SetupOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly projects?: NonNullable<GeminiSettings["keys"]>;
}

const emptied = shareEmptied();

/** A service with two groups of a key each, and the provider that they are for. */
async function setup({ env = {}, projects = { [keys.a]: "one", [keys.b]: "two" } }: SetupOptions = {}) {
  const gemini = await startGemini({ keys: projects });
  onTestFinished(() => gemini.close());
  gemini.answer(answered);
  const settings = {
    ...hurried,
    ADMIN_TOKEN: adminToken,
    GEMINI_API_KEYS: `one:${keys.a},two:${keys.b}`,
    GEMINI_BASE_URL: gemini.url,
    GEMINI_MODEL: "gemini-3.5-flash-lite",
    GEMINI_RPM_PER_KEY: "6000",
    ...env,
  };
  const database = await emptied();
  const [world, close] = await serviceOn(settings, database);
  onTestFinished(close);
  const origin = await startDistinctOrigin();
  const operator = analysisClient(world.baseUrl, admin);
  const quotas = async (query = ""): Promise<Quotas> =>
    accepted(quotasResponse, await operator.get(`/admin/quotas${query}`)).data;
  return {
    ...{ client: world.client, baseUrl: world.baseUrl, operator, gemini, quotas, database },
    csv: (count: number) => csvOf(...origin.addresses(count)),
    groups: async () => (await quotas()).providers.flatMap(({ groups }) => groups),
    restore: async (body?: object) =>
      accepted(restoreResponse, await operator.post("/admin/quotas/restore", body)).data,
  };
}

type Quotas = z.output<typeof quotasResponse>["data"];

/** Calls and tokens by the last characters of the key, of all days: midnight may come in between. */
function usageByKey({ usage }: Quotas) {
  const sums: Record<string, { requests: number; inputTokens: number; outputTokens: number }> = {};
  for (const row of usage) {
    const label = row.label ?? "none";
    const sum = sums[label] ?? { requests: 0, inputTokens: 0, outputTokens: 0 };
    sums[label] = sum;
    sum.requests += row.calls;
    sum.inputTokens += row.input_tokens;
    sum.outputTokens += row.output_tokens;
  }
  return sums;
}

const billedByKey = ({ books }: GeminiSimulator) =>
  Object.fromEntries(Object.entries(books.billed()).map(([key, bill]) => [`…${key.slice(-4)}`, bill]));

describe("GET /admin/quotas", () => {
  test("tells groups, keys and what was asked with them, as the provider's own books have it", async () => {
    const { client, gemini, csv, quotas } = await setup({ env: { GEMINI_RPD_PER_KEY: "500" } });
    await client.analyze(csv(20));
    const told = await vi.waitFor(async () => {
      const now = await quotas();
      expect(usageByKey(now)).toEqual(billedByKey(gemini));
      return now;
    }, patient);
    expect(Object.keys(billedByKey(gemini)).sort()).toEqual(["…AAAA", "…BBBB"]);
    const [provider, ...others] = told.providers;
    expect([provider?.provider, others]).toEqual(["gemini/gemini-3.5-flash-lite", []]);
    expect(provider?.suspicions).toEqual([]);
    const groups = provider?.groups ?? [];
    for (const [index, [name, label]] of [
      ["one", "…AAAA"],
      ["two", "…BBBB"],
    ].entries())
      expect(groups[index]).toEqual({
        name,
        limits: {
          requests_per_minute: 6000,
          requests_per_day: 500,
          tokens_per_minute: null,
          concurrency: null,
        },
        ...{ share_in_use: 1, parked_until: null, parked_reason: null, requests_today: expect.any(Number) },
        keys: [{ key_id: expect.stringMatching(/^[0-9a-f]{32}$/), label, usable: true, last_error: null }],
      });
    expect(groups.reduce((sum, group) => sum + group.requests_today, 0)).toBe(20);
    // 1,200 tokens at $0.30 a million and 80 at $2.50, each rounded to a micro-dollar.
    const cost = told.usage.reduce((sum, row) => sum + (row.estimated_cost_usd ?? Number.NaN), 0);
    expect(cost).toBeCloseTo(20 * 0.00056, 9);
    for (const { key_id: id, group } of told.usage)
      expect(groups.find(({ keys: [key] }) => key?.key_id === id)?.name).toBe(group);
  });

  test("tells of the usual model, and of those that were asked, each with limits of its own", async () => {
    const { client, csv, quotas } = await setup();
    const seen = async () =>
      (await quotas()).providers.map(({ provider, groups }) => [
        provider,
        groups.reduce((sum, group) => sum + group.requests_today, 0),
      ]);
    expect(await seen()).toEqual([["gemini/gemini-3.5-flash-lite", 0]]);
    await client.analyze(csv(2), { model: "gemini-3.8-flash" });
    await client.analyze(csv(3));
    expect((await seen()).sort()).toEqual([
      ["gemini/gemini-3.5-flash-lite", 3],
      ["gemini/gemini-3.8-flash", 2],
    ]);
  });

  test("shows of no key more than its last characters, whatever was said of it", async () => {
    const { client, operator, gemini, csv } = await setup();
    gemini.answer(({ key }) => ({
      kind: "error",
      status: 403,
      message: `Key ${key} was reported as leaked; see https://example.com/?key=${key}.`,
    }));
    const { id } = await client.create(csv(2));
    await client.reached(id, { status: "paused" });
    const { body } = await operator.get("/admin/quotas");
    const text = JSON.stringify(body);
    expect(text).toContain("was reported as leaked");
    expect(text).toContain("…AAAA");
    for (const key of Object.values(keys)) expect(text).not.toContain(key.slice(0, 12));
  });

  test("tells until when a group rests, as the progress of a batch that waits for it does", async () => {
    const { client, gemini, csv, groups } = await setup();
    const asked = Date.now();
    gemini.answer({ kind: "limited", scope: "minute", retryAfterMs: 600_000 });
    const { id } = await client.create(csv(4));
    const parked = await vi.waitFor(async () => {
      const now = await groups();
      for (const group of now) expect(group.parked_until).not.toBeNull();
      return now;
    }, patient);
    const times = parked.map(({ parked_until: until }) => Date.parse(until ?? ""));
    for (const time of times) expect(time).toBeGreaterThanOrEqual(asked + 600_000);
    for (const group of parked)
      expect(group).toMatchObject({
        parked_reason: "The provider's limit for a minute is used up.",
        share_in_use: 0.7,
      });
    const waiting = await client.progress(id);
    expect(waiting).toMatchObject({ status: "processing", processed_count: 0, error_message: null });
    // A question that was on its way when the others were refused moves it by a moment.
    await vi.waitFor(async () => {
      const ends = (await groups()).map(({ parked_until: until }) => Date.parse(until ?? ""));
      const { waiting_until: until } = await client.progress(id);
      expect(Date.parse(until ?? "")).toBe(Math.min(...ends));
    }, patient);
  });

  test("tells until when a group rests that has used up its own day", async () => {
    const { client, gemini, csv, groups } = await setup({
      env: { GEMINI_API_KEYS: keys.a, GEMINI_RPD_PER_KEY: "3" },
    });
    const { id } = await client.create(csv(5));
    const waiting = await client.reached(id, { processed_count: 3, waiting_until: expect.any(String) });
    expect(waiting).toMatchObject({ status: "processing", error_message: null });
    expect(gemini.calls).toHaveLength(3);
    expect(await groups()).toMatchObject([
      {
        requests_today: 3,
        parked_until: waiting.waiting_until,
        parked_reason: "The provider's requests for the day are used up.",
        share_in_use: 1,
      },
    ]);
    const hour = new Intl.DateTimeFormat("en", {
      ...{ timeZone: "America/Los_Angeles", hour: "numeric", minute: "numeric" },
      hourCycle: "h23",
    });
    expect(hour.format(new Date(waiting.waiting_until ?? ""))).toBe("00:00");
  });

  test("names groups that are always refused together", async () => {
    const { client, gemini, csv, groups, quotas, database } = await setup({
      projects: { [keys.a]: "same", [keys.b]: "same" },
    });
    gemini.answer({ kind: "limited", scope: "minute", retryAfterMs: 600_000 });
    await client.create(csv(10));
    await vi.waitFor(async () => {
      for (const group of await groups()) expect(group.parked_until).not.toBeNull();
    }, patient);
    expect((await quotas()).providers.flatMap(({ suspicions }) => suspicions)).toEqual([]);
    // As if that had happened five times: each takes a second at least.
    const refused = await sql`
      update model_quotas set refused_at = array_fill(now(), array[5]) where cardinality(refused_at) > 0 returning name
    `.execute(database.sql);
    expect(refused.rows).toHaveLength(2);
    expect((await quotas()).providers.flatMap(({ suspicions }) => suspicions)).toEqual([
      {
        ...{ groups: ["one", "two"], times: 5 },
        message:
          "one and two are always refused together: their keys probably belong to one project, which has its limits " +
          "once. Put them into one group.",
      },
    ]);
  });

  test("knows no limits and no key of a server of one's own", async () => {
    const { groups } = await setup({
      env: {
        ...{ GEMINI_API_KEYS: "", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" },
        OPENAI_VISION_MODEL: "qwen3-vl:8b",
      },
    });
    expect(await groups()).toMatchObject([
      {
        name: "server",
        limits: {
          ...{ requests_per_minute: null, requests_per_day: null, tokens_per_minute: null },
          concurrency: 4,
        },
        keys: [{ label: "no key", usable: true }],
      },
    ]);
  });

  test("takes from one day to a year of them", async () => {
    const { operator, quotas } = await setup();
    for (const days of ["0", "367", "soon"]) {
      const answer = await operator.get(`/admin/quotas?days=${days}`);
      expect(refused(answer, 400, "validation_error")).toMatch(/^days/);
    }
    for (const days of [1, 366]) expect((await quotas(`?days=${days}`)).usage).toEqual([]);
  });
});

describe("POST /admin/quotas/restore", () => {
  const lost = async () => {
    const world = await setup();
    world.gemini.answer(denied);
    const { id } = await world.client.create(world.csv(4));
    const { error_message } = await world.client.reached(id, { status: "paused" });
    for (const label of ["…AAAA", "…BBBB"])
      expect(error_message).toContain(`${label} (The project was suspended.)`);
    const keyStates = async () =>
      (await world.groups())
        .flatMap((group) => group.keys)
        .map(({ key_id, ...key }) => ({ ...key, id: key_id }));
    return { ...world, id, keyStates };
  };

  test("tries keys again, so that a batch goes on once it is resumed, and is recorded", async () => {
    const { client, operator, gemini, id, keyStates, restore } = await lost();
    const recorded = async () =>
      auditResponse.parse((await operator.get("/api/v1/audit?action=admin")).body).entries;
    const earlier = await recorded();
    for (const key of await keyStates())
      expect(key).toMatchObject({
        usable: false,
        last_error: { reason: "The project was suspended.", at: expect.any(String) },
      });
    // A resumed batch alone changes nothing: nobody asks with a key that was refused.
    const before = gemini.calls.length;
    await client.post(`/api/v1/batches/${id}/resume`);
    await client.reached(id, { status: "paused" });
    expect(gemini.calls).toHaveLength(before);

    gemini.answer(answered);
    expect(await restore()).toEqual({ restored: ["…AAAA", "…BBBB"], unparked: [] });
    expect((await keyStates()).map(({ usable }) => usable)).toEqual([true, true]);
    await client.post(`/api/v1/batches/${id}/resume`);
    await client.reached(id, { status: "completed", successful_count: 4 });

    expect(await restore()).toEqual({ restored: [], unparked: [] });
    const entries = await recorded();
    expect(entries.slice(1)).toEqual(earlier);
    expect(entries[0]).toMatchObject({
      ...{ action: "admin.restore_keys", target: null, actor: "admin-token" },
      details: { keys: ["…AAAA", "…BBBB"] },
    });
  });

  test("tries one key again where one is named", async () => {
    const { keyStates, restore } = await lost();
    const [one, other] = await keyStates();
    for (const nobody of [{ key_id: "0".repeat(32) }, { provider: "openai" }])
      expect(await restore(nobody)).toEqual({ restored: [], unparked: [] });
    expect(await restore({ key_id: other?.id })).toEqual({ restored: ["…BBBB"], unparked: [] });
    expect(await keyStates()).toMatchObject([
      { id: one?.id, usable: false },
      { id: other?.id, usable: true },
    ]);
  });

  test("asks groups again that the provider has parked", async () => {
    const { client, gemini, csv, groups, restore } = await setup();
    gemini.answer({ kind: "limited", scope: "day", retryAfterMs: null });
    const { id } = await client.create(csv(4));
    await client.reached(id, { waiting_until: expect.any(String) });
    gemini.answer(answered);
    expect(await restore({ provider: "gemini" })).toEqual({
      restored: [],
      unparked: [
        { provider: "gemini/gemini-3.5-flash-lite", group: "one" },
        { provider: "gemini/gemini-3.5-flash-lite", group: "two" },
      ],
    });
    for (const group of await groups()) expect(group).toMatchObject({ parked_until: null, share_in_use: 1 });
    expect(await client.progress(id)).toMatchObject({ status: "processing", waiting_until: null });
  });

  test("takes no key itself, and nothing else that names none", async () => {
    const { operator } = await setup();
    for (const body of [{ key_id: 1 }, { key_id: "x".repeat(65) }])
      expect(refused(await operator.post("/admin/quotas/restore", body), 400, "validation_error")).toMatch(
        /key_id/,
      );
  });
});

test("quotas are the administrator's, and the refusal says nothing of them", async () => {
  const { client } = await setup();
  for (const answer of [await client.get("/admin/quotas"), await client.post("/admin/quotas/restore")]) {
    expect(answer.status).toBe(401);
    expect(JSON.stringify(answer.body)).not.toContain("AAAA");
  }
});
