import { createHash, randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { z } from "zod";
import { auditResponse } from "../../src/features/operations/audit-schema.ts";
import { age } from "../engine/past.ts";
import { localToken } from "../world.ts";
import { type Answer, csvOf, formOf } from "./client.ts";
import { download } from "./downloads.ts";
import { makeBatch } from "./made-batch.ts";
import { shareServiceOnDatabase } from "./service-on-database.ts";

// Without workers every batch stays as its test puts it.
const service = shareServiceOnDatabase({
  ROLE: "api",
  API_KEY: "one-key,other-key",
  MAX_CONCURRENT_BATCHES: "1",
});

type Entry = z.output<typeof auditResponse>["entries"][number];
type Headers = Readonly<Record<string, string>>;

/** What the administrator reads, oldest first. */
async function entriesOf(query: Headers = {}): Promise<readonly Entry[]> {
  const authorization = `Bearer ${await localToken(service().config, { admin: true })}`;
  const address = `${service().baseUrl}/api/v1/audit?${new URLSearchParams({ limit: "1000", ...query })}`;
  const { text } = await download(address, undefined, { headers: { authorization } });
  return auditResponse.parse(JSON.parse(text)).entries.toReversed();
}

const lastId = async () => Number((await entriesOf({ limit: "1" }))[0]?.id ?? 0);

/** The entries that something left behind. */
async function leftBy(action: () => Promise<unknown>): Promise<readonly Entry[]> {
  const before = await lastId();
  await action();
  return (await entriesOf()).filter(({ id }) => Number(id) > before);
}

/** Sends as JSON, or without a body. */
async function send(method: string, path: string, body?: object, headers: Headers = {}): Promise<Answer> {
  const json = body ? { "content-type": "application/json" } : {};
  return service().client.send(method, path, {
    headers: { ...json, ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
}

const pending = async (csv = csvOf("https://a.test/1", "no address")) =>
  (await service().client.create(csv, { auto_start: "false" })).id;

/** A batch that has ended, with a row that failed. */
const ended = () =>
  makeBatch(service().database, [
    { url: "https://a.test/1", facts: {} },
    { url: "https://a.test/2", failure: { code: "http_404", message: "Gone." } },
  ]);

const keyOwner = `key:${createHash("sha256").update("one-key").digest("hex").slice(0, 12)}`;

const people: readonly (readonly [string, Headers, Pick<Entry, "actor" | "method">])[] = [
  ["nobody known", {}, { actor: "anonymous", method: "anonymous" }],
  ["the owner of an API key", { "x-api-key": "one-key" }, { actor: keyOwner, method: "api_key" }],
  ["somebody with a wrong key", { "x-api-key": "wrong" }, { actor: "anonymous", method: "anonymous" }],
];

interface Step {
  readonly method?: string;
  readonly path: (id: string) => string;
  readonly body?: object;
  readonly action: string;
  readonly details: object;
}

const control = (verb: string, action: string, details: object = {}, body?: object): Step => ({
  path: (id) => `/api/v1/batches/${id}/${verb}`,
  action,
  details,
  ...(body ? { body } : {}),
});

/** The life of a batch, each step legal after the one before. */
const life: readonly Step[] = [
  control("start", "batch.start"),
  control("pause", "batch.pause"),
  control("resume", "batch.resume"),
  control("cancel", "batch.cancel"),
  control("force-start", "batch.force_start", { skip_validation: false }),
  {
    path: (id) => `/admin/batch/${id}/reset`,
    body: { force: true },
    action: "admin.reset",
    details: { force: true, was: "queued", results: 0 },
  },
  control(
    "clone",
    "batch.clone",
    { copy_results: false, new_batch_id: expect.any(String) },
    { new_name: "Clone" },
  ),
  control("soft-delete", "batch.soft_delete", { retention_days: 7 }, { retention_days: 7 }),
  {
    method: "DELETE",
    path: (id) => `/api/v1/batches/${id}?force=true`,
    action: "batch.delete",
    details: { force: true, name: "Life" },
  },
];

test.each(people)("what %s does in the life of a batch is one entry each", async (_, headers, who) => {
  const { client } = service();
  let id = "";
  const created = await leftBy(async () => {
    const form = formOf(csvOf("https://a.test/1", "no address"), { auto_start: "false", batch_name: "Life" });
    const answer = await client.upload(form, { ...headers, "x-request-id": "creates" });
    id = (answer.body as { data: { batch_id: string } }).data.batch_id;
  });
  const entry = { ...who, address: "127.0.0.1", target: id };
  expect(created).toMatchObject([
    { ...entry, action: "batch.create", details: { rows: 2 }, request_id: "creates" },
  ]);
  for (const { method = "POST", path, body, action, details } of life) {
    const left = await leftBy(async () => {
      const answer = await send(method, path(id), body, { ...headers, "x-request-id": `step-${action}` });
      expect([action, answer.status]).toEqual([action, action === "batch.clone" ? 201 : 200]);
    });
    expect(left).toMatchObject([{ ...entry, action, details, request_id: `step-${action}` }]);
    expect(left[0]?.details).toEqual(details);
  }
  expect((await entriesOf({ target: id })).map(({ action }) => action)).toEqual([
    "batch.create",
    ...life.map(({ action }) => action),
  ]);
});

test.each(people)("a retry and a cleanup of %s are one entry for each batch", async (_, headers, who) => {
  const { client, database } = service();
  const id = await ended();
  const left = await leftBy(() =>
    send("POST", `/api/v1/batches/${id}/retry`, { codes: ["http_404"] }, headers),
  );
  expect(left).toMatchObject([
    { ...who, action: "batch.retry", target: id, details: { codes: ["http_404"] } },
  ]);
  const idle = await pending();
  for (const each of [id, idle]) await age(database, each, 50);
  const dry = { max_age_hours: 48, dry_run: true };
  expect(await leftBy(() => send("POST", "/admin/queue/cleanup", dry, headers))).toEqual([]);
  const cleaned = await leftBy(() => send("POST", "/admin/queue/cleanup", { max_age_hours: 48 }, headers));
  expect(cleaned.every((entry) => entry.actor === who.actor && entry.action === "admin.cleanup")).toBe(true);
  expect(cleaned.map(({ target }) => target).sort()).toEqual([id, idle, null].sort());
  for (const each of [id, idle]) expect(await client.progress(each)).toMatchObject({ status: "cancelled" });
});

test.each(people)(
  "an export of %s is one entry when it begins and one when it is through",
  async (_, headers, who) => {
    const id = await ended();
    const get = (path: string) => download(service().baseUrl + path, undefined, { headers });
    const post = (path: string, body: object) =>
      download(service().baseUrl + path, undefined, {
        ...{ method: "POST", body: JSON.stringify(body) },
        headers: { "content-type": "application/json", ...headers },
      });
    const exports = [
      [
        () => get(`/api/v1/export/batch/${id}?format=json&failed_only=true`),
        { target: id, details: { format: "json", container: null, failed_only: true } },
        1,
      ],
      [() => get(`/export/batch/${id}?part=1`), { target: id, details: { format: "csv", part: 1 } }, 2],
      [
        () => post("/api/v1/export/filtered", { filters: { batch_ids: [id] }, format: "xlsx", limit: 9 }),
        { target: null, details: { format: "xlsx", container: null, batch_ids: [id], limit: 9 } },
        2,
      ],
      [
        () => post("/api/v1/export/batches/multiple", { batch_ids: [id, "unknown"], format: "ndjson" }),
        { target: null, details: { format: "ndjson", container: "zip", batch_ids: [id, "unknown"] } },
        2,
      ],
    ] as const;
    for (const [run, begun, rows] of exports) {
      let bytes = 0;
      const left = await leftBy(async () => {
        const answer = await run();
        expect(answer.status).toBe(200);
        bytes = answer.bytes.length;
      });
      const { format } = begun.details;
      expect(left).toMatchObject([
        { ...who, action: "export.download", ...begun },
        { ...who, action: "export.completed", target: begun.target, details: { format, rows, bytes } },
      ]);
    }
  },
);

test("an upload that is sent again with its key is one batch and one entry", async () => {
  const headers = { "idempotency-key": randomUUID() };
  const upload = () =>
    service().client.upload(formOf(csvOf("https://a.test/1"), { auto_start: "false" }), headers);
  const left = await leftBy(async () => {
    for (const answer of [await upload(), await upload()]) expect(answer.status).toBe(201);
  });
  expect(left).toMatchObject([{ action: "batch.create" }]);
});

test("a file that is uploaded on the page is an entry like any other", async () => {
  const left = await leftBy(() =>
    download(`${service().baseUrl}/upload`, undefined, {
      ...{ method: "POST", redirect: "manual" as const },
      body: formOf(csvOf("https://a.test/1"), { auto_start: "false" }),
    }),
  );
  expect(left).toMatchObject([{ action: "batch.create", target: expect.any(String), details: { rows: 1 } }]);
});

test("what is refused, and what only reads, leaves no entry", async () => {
  const { client, database } = service();
  const waiting = await pending();
  const over = await ended();
  const deleted = await ended();
  await client.post(`/api/v1/batches/${deleted}/soft-delete`, {});
  // The one batch that may be active is.
  await sql`update batches set state = 'cancelled', completed_at = now() where state in ('queued', 'processing')`.execute(
    database.sql,
  );
  const active = await pending();
  await client.post(`/api/v1/batches/${active}/start`);

  const refusals: readonly (() => Promise<Answer>)[] = [
    () => send("POST", `/api/v1/batches/${waiting}/start`),
    () => send("POST", `/api/v1/batches/${waiting}/pause`),
    () => send("POST", `/api/v1/batches/${waiting}/resume`),
    () => send("POST", `/api/v1/batches/${waiting}/force-start`),
    () => send("POST", `/api/v1/batches/${waiting}/retry`),
    () => send("POST", `/api/v1/batches/${over}/cancel`),
    () => send("POST", `/api/v1/batches/${over}/retry`),
    () => send("POST", `/api/v1/batches/${over}/retry`, { codes: ["nobody"] }),
    () => send("POST", `/api/v1/batches/${over}/retry`, { codes: [] }),
    () => send("POST", `/api/v1/batches/${over}/clone`, {}),
    () => send("POST", `/api/v1/batches/${over}/soft-delete`, { retention_days: -1 }),
    () => send("POST", `/api/v1/batches/${deleted}/force-start`, { skip_validation: true }),
    () => send("POST", `/api/v1/batches/${deleted}/cancel`),
    () => send("DELETE", `/api/v1/batches/${active}`),
    () => send("DELETE", `/api/v1/batches/${randomUUID()}`),
    () => send("POST", `/admin/batch/${over}/reset`),
    () => send("POST", `/admin/batch/${randomUUID()}/reset`, { force: true }),
    () => send("POST", "/admin/queue/cleanup", { max_age_hours: -1 }),
    () => client.upload(formOf("a,b\n1,2\n")),
    () => client.upload(new FormData()),
    () => client.get(`/api/v1/export/batch/${over}?format=pdf`),
    () => client.get(`/api/v1/export/batch/${over}?part=2`),
    () => client.get(`/api/v1/export/batch/${over}?success_only=true&failed_only=true`),
    () => client.get(`/api/v1/export/batch/${randomUUID()}`),
    () => send("POST", "/api/v1/export/batches/multiple", { batch_ids: [randomUUID()] }),
    () => send("POST", "/api/v1/export/filtered", { filters: { batch_ids: [randomUUID()] } }),
  ];
  for (const [index, refuse] of refusals.entries()) {
    const left = await leftBy(async () => {
      const { status } = await refuse();
      expect([index, status]).toEqual([
        index,
        expect.toSatisfy((code: number) => code === 400 || code === 404),
      ]);
    });
    expect([index, left]).toEqual([index, []]);
  }
  const read = await leftBy(async () => {
    for (const path of [
      `batches/${over}/status`,
      `batches/${over}/results`,
      `batches/${over}/results/1`,
      `export/batch/${over}/preview?count=true`,
      `export/batch/${over}/summary`,
      "export/statistics",
      "export/formats",
    ])
      expect((await client.get(`/api/v1/${path}`)).status).toBe(200);
    await download(`${service().baseUrl}/api/v1/export/template`);
    await download(`${service().baseUrl}/batch/${over}`);
    await download(`${service().baseUrl}/api/v1/export/batch/${over}`, undefined, { method: "HEAD" });
  });
  expect(read).toEqual([]);
});
