import { sql } from "kysely";
import { expect, test } from "vitest";
import { until } from "../engine/world.ts";
import { lastOf, type MediaService, servedPicture, shareDatabase, succeed } from "./service.ts";

const setup = shareDatabase();

/** Only an address that the world can reach is told to a provider. */
const reachable = { PUBLIC_BASE_URL: "https://fovea.example" };

test("after a callback that its provider has signed a job is looked at, however far its turn is", async () => {
  const service = await setup({ ...reachable, AUTH: "all", API_KEY: "of-somebody-else" });
  const { replicate } = service;
  const { id, path } = await startHeld(service);
  const { url } = await servedPicture();
  succeed(lastOf(replicate), [url]);
  const { headers, body } = replicate.callback(lastOf(replicate), now());
  // One that is repeated changes nothing.
  const answers = await Promise.all([1, 2, 3].map(() => post(service, path, headers, body)));
  for (const answer of answers) expect(answer).toEqual({ status: 200, body: { received: true } });
  await until(async () => expect(await stateOf(service, id)).toBe("completed"));
  const { rows } = await sql`select from media_outputs where job_id = ${id}`.execute(service.database.sql);
  expect(rows).toHaveLength(1);
  expect(replicate.predictions).toHaveLength(1);
});

test("a callback that somebody else made is refused, and nobody is asked", async () => {
  const service = await setup(reachable);
  const { replicate } = service;
  const { id, path } = await startHeld(service);
  const { url } = await servedPicture();
  const old = replicate.callback(lastOf(replicate), now() - 3_600);
  succeed(lastOf(replicate), [url]);
  const { headers, body } = replicate.callback(lastOf(replicate), now());
  const asked = () => replicate.requests.filter(({ line }) => line.includes("/predictions/p")).length;
  const before = asked();
  const changed = Buffer.from(body.toString().replace("succeeded", "processing"));
  const forged = { ...headers, "webhook-signature": `v1,${Buffer.alloc(32).toString("base64")}` };
  for (const [what, [sentHeaders, sentBody]] of Object.entries({
    forged: [forged, body],
    changed: [headers, changed],
    unsigned: [{}, body],
    old: [old.headers, old.body],
  } as const)) {
    expect(await post(service, path, sentHeaders, sentBody), what).toMatchObject({
      status: 401,
      body: { detail: "The signature of this callback is not its provider's." },
    });
  }
  for (const unknown of ["550e8400-e29b-41d4-a716-446655440000", "7", "%00"]) {
    const elsewhere = path.replace(/[^/]+$/, unknown);
    expect(await post(service, elsewhere, headers, body)).toMatchObject({
      status: 404,
      body: { detail: "Job not found" },
    });
  }
  const { rows } =
    await sql`select data from pgboss.job where name = 'media-steps' and data->>'hint' = 'true'`.execute(
      service.database.sql,
    );
  expect(rows).toEqual([]);
  expect(asked()).toBe(before);
  expect(await stateOf(service, id)).toBe("processing");
  // The same as it was signed is believed, of course.
  expect((await post(service, path, headers, body)).status).toBe(200);
  await until(async () => expect(await stateOf(service, id)).toBe("completed"));
});

test("while its signature cannot be checked a callback is asked for again, and then believed", async () => {
  const service = await setup(reachable);
  const { replicate } = service;
  const { id, path } = await startHeld(service);
  const { url } = await servedPicture();
  succeed(lastOf(replicate), [url]);
  const { headers, body } = replicate.callback(lastOf(replicate), now());
  replicate.disturb({ kind: "error", status: 500 });
  expect(await post(service, path, headers, body)).toMatchObject({
    status: 503,
    body: { detail: "Whether this callback is its provider's own cannot be found out now." },
  });
  expect(await stateOf(service, id)).toBe("processing");
  replicate.disturb(null);
  expect((await post(service, path, headers, body)).status).toBe(200);
  await until(async () => expect(await stateOf(service, id)).toBe("completed"));
});

test("no callback is asked for where nobody could call", async () => {
  const { client, replicate } = await setup();
  await client.completed(await client.create({ prompt: "a cove" }));
  expect(replicate.predictions.map(({ webhook }) => webhook)).toEqual([null]);
});

/** Seconds, as Standard Webhooks counts them. */
const now = () => Math.floor(Date.now() / 1_000);

/** A job whose prediction is under way, and whose turn to be looked at is an hour away. */
async function startHeld({ baseUrl, config, database, replicate }: MediaService) {
  replicate.hold();
  const created = await fetch(`${baseUrl}/api/v1/jobs/generate`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": config.API_KEY[0] ?? "" },
    body: JSON.stringify({ prompt: "a bay" }),
  });
  const { id } = (await created.json()) as { id: string };
  await until(() => lastOf(replicate));
  const { webhook } = lastOf(replicate);
  expect(webhook).toMatch(/^https:\/\/fovea\.example\/api\/v1\/jobs\/callbacks\/[0-9a-f-]{36}$/);
  await until(async () => {
    const { rows } = await sql`
      update pgboss.job set start_after = now() + interval '1 hour'
      where name = 'media-steps' and state in ('created', 'retry') and start_after > now() and data->>'jobId' = ${id}
      returning id
    `.execute(database.sql);
    expect(rows).toHaveLength(1);
  });
  return { id, path: new URL(webhook ?? "").pathname };
}

async function post({ baseUrl }: MediaService, path: string, headers: Record<string, string>, body: Buffer) {
  const response = await fetch(baseUrl + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: new Uint8Array(body),
  });
  return { status: response.status, body: await response.json() };
}

async function stateOf({ database }: MediaService, id: string) {
  const { rows } = await sql<{ state: string }>`select state from media_jobs where id = ${id}`.execute(
    database.sql,
  );
  return rows[0]?.state;
}
