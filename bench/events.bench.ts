import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { createEvents } from "../server/src/platform/events/events.ts";
import { openRedis } from "../server/src/redis.ts";
import { findProgram } from "../server/test/needs.ts";
import {
  type ClientOrder,
  type ClientReport,
  clockMs,
  type ServerOrder,
  type ServerReport,
} from "./events-order.ts";
import { startRedis } from "./start-redis.ts";

const reading = 2_000;
const idle = 200;
const rounds = 200;
/** To each of those that never read, in a round: 8 MB in all, which is more than a connection holds. */
const perRound = { events: 5, bytes: 8 * 1024 };
const batch = "analysis/batch/550e8400-e29b-41d4-a716-446655440000";
const topics = { topic: batch, idleTopic: `${batch}/output` };

/**
 * How soon an event that one process publishes has got to 2,000 streams of another one, and what those cost: alone, and
 * beside readers that never read.
 */
export async function events(): Promise<void> {
  const program = findProgram("redis-server", process.env);
  if (program === undefined) {
    console.log("Redis is not installed: nothing carries events between processes.");
    return;
  }
  const redis = await startRedis(program);
  const server = start(new URL("./events-server.ts", import.meta.url), {
    redisUrl: redis.url,
  } satisfies ServerOrder);
  const before = await stateOf(server);

  const log = pino({ level: "silent" });
  const connection = openRedis(redis.url, log);
  const publisher = createEvents({ redis: connection, log, now: () => new Date() });
  const order: ClientOrder = { port: before.port, ...topics, reading, idle };
  const client = start(new URL("./events-client.ts", import.meta.url), order);
  await once(client, "message");
  const opened = await stateOf(server);
  console.log(
    `${opened.streams} streams: ${(((opened.rssMb - before.rssMb) * 1024) / opened.streams).toFixed(1)} KB each ` +
      `(${before.rssMb.toFixed(0)} MB before, ${opened.rssMb.toFixed(0)} MB with them)`,
  );

  async function measure(what: string, alsoPublish: () => void): Promise<void> {
    const times: number[] = [];
    const last: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      alsoPublish();
      const sentAt = clockMs();
      publisher.publish(topics.topic, { name: "measured", data: { round, text: "x".repeat(200) } });
      const [report] = (await once(client, "message")) as [ClientReport];
      const taken = report.times.map((time) => time - sentAt);
      times.push(...taken);
      last.push(Math.max(...taken));
    }
    console.log(
      `${what}: from publish to ${reading} streams p50 ${ms(quantile(times, 0.5))}, p99 ${ms(quantile(times, 0.99))}; ` +
        `the last of a round, median of ${rounds}, ${ms(quantile(last, 0.5))}`,
    );
  }
  await measure("alone", () => {});
  await measure(`beside ${idle} that never read`, () => {
    for (let count = 0; count < perRound.events; count += 1) {
      publisher.publish(topics.idleTopic, { name: "job_output", data: "x".repeat(perRound.bytes) });
    }
  });
  const flooded = await stateOf(server);
  console.log(`after 8 MB for each of those: ${flooded.rssMb.toFixed(0)} MB`);
  client.disconnect();
  server.disconnect();
  publisher.close();
  connection?.disconnect();
  await redis.end();
}

const start = (file: URL, order: object) =>
  fork(fileURLToPath(file), [JSON.stringify(order)], { execArgv: [] });

async function stateOf(server: ChildProcess): Promise<ServerReport> {
  server.send("state");
  const [report] = (await once(server, "message")) as [ServerReport];
  return report;
}

const ms = (value: number) => `${value.toFixed(1)} ms`;

const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;
