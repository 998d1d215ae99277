import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import type { Database } from "../server/src/platform/database/database.ts";
import { createOutbound } from "../server/src/platform/outbound/outbound.ts";
import { createWebhooks } from "../server/src/platform/webhooks/webhooks.ts";
import { onBoth, openMigrated } from "./engine-world.ts";

/** To receivers that answer; beside dead ones as many again to those. */
const toGood = 5_000;
/** Without dead ones, once before and once after. */
const aloneEach = 1_500;
const receivers = 10;
/** Of each sort, in one transaction. */
const perStep = 5;
const stepMs = 16;

/** How soon webhooks arrive at receivers that answer, alone and beside as many to receivers that do not. */
export const webhooks = (): Promise<void> =>
  onBoth(async (name, { url, dataDir }) => {
    const database = await openMigrated(url, dataDir);
    // Before and after, so that neither has the warmer process.
    const before = await measure(database, { good: aloneEach, withDead: false });
    const mixed = await measure(database, { good: toGood, withDead: true });
    const after = await measure(database, { good: aloneEach, withDead: false });
    const alone = [...before.times, ...after.times];
    const [aloneP99, mixedP99] = [quantile(alone, 0.99), quantile(mixed.times, 0.99)];
    console.log(
      `${name}: alone p50 ${ms(quantile(alone, 0.5))}, p99 ${ms(aloneP99)}; beside dead ones p50 ` +
        `${ms(quantile(mixed.times, 0.5))}, p99 ${ms(mixedP99)}; ${mixed.deadAttempts} attempts at ${toGood} to the dead`,
    );
    console.log(`${name}: p99 beside dead receivers ${(mixedP99 / aloneP99).toFixed(2)} times that alone`);
    await database.close();
  });

const ms = (value: number) => `${value.toFixed(1)} ms`;

const quantile = (times: readonly number[], share: number) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;

interface Measured {
  /** From the commit to the receiver, in milliseconds. */
  readonly times: readonly number[];
  readonly deadAttempts: number;
}

async function measure(
  database: Database,
  { good: count, withDead }: { readonly good: number; readonly withDead: boolean },
): Promise<Measured> {
  const sentAt = new Map<string, number>();
  const times: number[] = [];
  const all = Promise.withResolvers<void>();
  const good = await startServers(() =>
    createHttpServer((request, response) => {
      const id = String(request.headers["webhook-id"]);
      times.push(performance.now() - (sentAt.get(id) ?? Number.NaN));
      request.resume();
      response.end();
      if (times.length === count) all.resolve();
    }),
  );
  // A third of each: nobody listens, nobody answers, and nothing but errors.
  const hanging = await startServers(() => createServer((socket) => void socket.on("error", () => {})));
  const failing = await startServers(() =>
    createHttpServer((request, response) => {
      request.resume();
      response.writeHead(503).end();
    }),
  );
  const refusing = await startServers(() => createServer());
  for (const server of refusing) server.close();
  const dead = [...hanging, ...failing, ...refusing];

  const outbound = createOutbound({ allowPrivate: ["loopback"] });
  const sender = createWebhooks({
    ...{ database, outbound, baseMs: 2_000, now: Date.now, log: console },
    secrets: () => [Buffer.alloc(32, 1)],
  });
  await sender.start();
  const body = { job_id: "550e8400-e29b-41d4-a716-446655440000", status: "completed", text: "x".repeat(200) };
  const send = { event: "bench", body, topic: "bench", owner: "bench" };
  const urls = { good: good.map(urlOf), dead: dead.map(urlOf) };
  const begun = performance.now();
  for (let step = 0; step * perStep < count; step += 1) {
    await delay(Math.max(0, begun + step * stepMs - performance.now()));
    const ids: string[] = [];
    await database.transaction(async (tx) => {
      for (let n = step * perStep; n < (step + 1) * perStep; n += 1) {
        if (withDead) await sender.send(tx, { ...send, url: urls.dead[n % dead.length] ?? "" });
        const id = `${withDead}-${begun.toFixed(0)}-${n}`;
        // The transaction is a few milliseconds, and what is measured is the wait after it.
        await sender.send(tx, { ...send, id, url: urls.good[n % good.length] ?? "" });
        ids.push(id);
      }
      for (const id of ids) sentAt.set(id, performance.now());
    });
  }
  await all.promise;
  await sender.stop(0);
  await outbound.close();
  for (const server of [...good, ...hanging, ...failing]) server.close();
  const { rows } = await sql<{ attempts: number }>`
    select coalesce(sum(attempts), 0)::int as attempts from webhook_deliveries where state = 'pending'
  `.execute(database.sql);
  await sql`delete from webhook_deliveries`.execute(database.sql);
  return { times, deadAttempts: rows[0]?.attempts ?? 0 };
}

const urlOf = (server: Listening) => `http://127.0.0.1:${server.port}/hook`;

interface Listening {
  readonly port: number;
  close(): void;
}

async function startServers(create: () => Server): Promise<readonly Listening[]> {
  return await Promise.all(
    Array.from({ length: receivers }, async () => {
      const server = create().listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      return { port, close: () => void server.close() };
    }),
  );
}
