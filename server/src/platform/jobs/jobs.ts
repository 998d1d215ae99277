import type { z } from "zod";
import type { Database } from "../database/database.ts";
import type { Sql } from "../database/sql.ts";
import { assertSchemaKnown, createBoss, prepareQueues } from "./boss.ts";
import { createClaims, idsOf } from "./claims.ts";
import { type Call, callDeadHandler, callHandler, type DeadHandler, type Handler } from "./job.ts";
import type { JobsLog } from "./log.ts";
import { createOutage } from "./outage.ts";
import { startPolling } from "./poll.ts";
import { deadLetterOf, type Payload, type Queue } from "./queue.ts";
import { startRenewing } from "./renew.ts";
import { insert, redrive, redrivePage, type SendOptions, send } from "./send.ts";
import { alone } from "./start-alone.ts";
import { active, counts, type DeadLetter, deadLetters, type QueueCounts, release } from "./tables.ts";
import { startWorkers, type Workers } from "./workers.ts";

export interface JobsOptions {
  readonly database: Database;
  readonly log: JobsLog;
  /** All there are; only to these can be sent. */
  readonly queues: readonly Queue[];
  /** A process that is silent for longer counts as dead, and its jobs begin again elsewhere. 30, at least 10. */
  readonly heartbeatSeconds?: number;
  /** How long a job that nobody was told about may wait. 1000. */
  readonly pollMs?: number;
  /** Spreads repetitions. */
  readonly random?: () => number;
}

/**
 * Durable jobs: a job that was sent is worked on at least once, whatever process dies when, and its effects are there
 * once where its handler completes it in the transaction that writes them.
 */
export interface Jobs {
  /**
   * @param sql the transaction of the data that the job is about (the job exists if and when that commits), or
   *   `database.sql`
   * @returns the job's id, or undefined when one with its key waits already
   */
  send<Schema extends Payload>(
    sql: Sql,
    queue: Queue<Schema>,
    data: z.input<Schema>,
    options?: SendOptions,
  ): Promise<string | undefined>;
  /** The same with one statement. */
  sendMany<Schema extends Payload>(
    sql: Sql,
    queue: Queue<Schema>,
    items: readonly ({ readonly data: z.input<Schema> } & Omit<SendOptions, "key">)[],
  ): Promise<void>;
  /** Says who works on a queue in this process; before {@link Jobs.start}. */
  work<Schema extends Payload>(queue: Queue<Schema>, handler: Handler<z.output<Schema>>): void;
  /** Says who hears of the jobs of a queue that failed for good; before {@link Jobs.start}. */
  workDead<Schema extends Payload>(queue: Queue<Schema>, handler: DeadHandler<z.output<Schema>>): void;
  /** Makes the queues ready and begins to work. @throws {AppError} when the queue's schema is newer than the program */
  start(): Promise<void>;
  /**
   * Takes no more jobs and lets the running ones end; what still runs after the grace is told so by its signal and goes
   * back to its queue, not counted as a try. The database can be closed afterwards.
   */
  stop(graceMs: number): Promise<void>;
  counts(): Promise<Readonly<Record<string, QueueCounts>>>;
  /** The jobs of a queue that failed for good in the last thirty days, newest first. */
  deadLetters(queue: Queue, limit: number): Promise<readonly DeadLetter[]>;
  /** Sends jobs that failed for good again, by their ids in the dead letter, or all. @returns how many */
  redrive(queue: Queue, ids?: readonly string[]): Promise<number>;
}

/** Milliseconds: time to commit what a job was sent with. */
const leastWakeMs = 25;

interface Registered {
  readonly queue: Queue;
  readonly name: string;
  readonly concurrency: number;
  readonly call: Call;
}

/** Nothing happens before `start`. */
export function createJobs(options: JobsOptions): Jobs {
  const { database, log, queues, heartbeatSeconds = 30, pollMs = 1000, random = Math.random } = options;
  const known = new Set(queues);
  if (new Set(queues.map(({ name }) => name)).size < queues.length)
    throw new Error("Two queues have one name.");
  const registered = new Map<string, Registered>();
  const workers = new Map<string, Workers>();
  const outage = createOutage(log);
  const boss = createBoss({
    database,
    heartbeatSeconds,
    onArrival(queue) {
      if (queue === undefined) for (const each of workers.values()) each.wake();
      else workers.get(queue)?.wake();
    },
    onError: (error) => outage.error(error, "pg-boss failed"),
    onWarning: (warning) => log.warn({ warning: warning.message }, "pg-boss warns"),
  });
  const claims = createClaims(boss, database);
  let state: "new" | "started" | "stopped" = "new";
  let polling: ReturnType<typeof startPolling> | undefined;
  let stopRenewing: (() => Promise<void>) | undefined;

  const assertKnown = (queue: Queue) => {
    if (!known.has(queue)) throw new Error(`The queue ${queue.name} was not given to createJobs().`);
  };
  const assertStarted = () => {
    if (state !== "started") throw new Error("Jobs have not been started, or were stopped.");
  };
  const register = (worker: Registered) => {
    assertKnown(worker.queue);
    if (state !== "new") throw new Error("Handlers are registered before jobs are started.");
    if (registered.has(worker.name)) throw new Error(`${worker.name} has a handler already.`);
    registered.set(worker.name, worker);
  };

  const prepare = async () => {
    await assertSchemaKnown(database);
    await boss.start();
    await prepareQueues(boss, queues, {
      // Embedded there is no other process that could take over.
      heartbeatSeconds: database.engine === "embedded" ? undefined : heartbeatSeconds,
    });
    if (database.engine === "embedded") await takeBack();
  };
  /** Embedded, what is active at the start was being worked on when the process died: it counts as a try. */
  const takeBack = async () => {
    const names = queues.flatMap(({ name }) => [name, deadLetterOf(name)]);
    const attempts = await active(database.sql, names);
    for (const name of names) {
      const held = attempts.filter(({ queue }) => queue === name);
      if (held.length === 0) continue;
      const settled = await boss.fail(name, held, { message: "The process ended while it ran." });
      log.warn({ queue: name, jobs: idsOf(settled).size }, "jobs of the process before were taken back");
    }
  };

  return {
    async send(sql, queue, data, sendOptions = {}) {
      assertStarted();
      assertKnown(queue);
      const id = await send(boss, sql, queue, data, sendOptions);
      const { startAfter } = sendOptions;
      // Whoever sends within a transaction has committed it by then, or the poll finds it.
      if (startAfter) polling?.wakeIn(queue.name, Math.max(leastWakeMs, startAfter.getTime() - Date.now()));
      return id;
    },
    async sendMany(sql, queue, items) {
      assertStarted();
      assertKnown(queue);
      if (items.length > 0) await insert(boss, sql, queue, items);
    },
    work(queue, handler) {
      const { name, concurrency } = queue;
      register({ queue, name, concurrency, call: callHandler(queue, handler) });
    },
    workDead(queue, handler) {
      register({
        queue,
        name: deadLetterOf(queue.name),
        concurrency: 1,
        call: callDeadHandler(queue, handler),
      });
    },

    async start() {
      if (state !== "new") throw new Error("Jobs are started once.");
      try {
        await alone(database, prepare);
      } catch (error) {
        await boss.stop({ graceful: false });
        throw error;
      }
      state = "started";
      const wakeIn = (queue: string, ms: number) => polling?.wakeIn(queue, ms);
      for (const worker of registered.values()) {
        workers.set(worker.name, startWorkers({ ...worker, claims, outage, log, random, wakeIn }));
      }
      const all = [...workers.values()];
      if (all.length === 0) return;
      polling = startPolling({
        database,
        queues: () => all.filter((each) => !each.full()).map(({ name }) => name),
        wake: (queue) => workers.get(queue)?.wake(),
        outage,
        everyMs: pollMs,
      });
      if (database.engine === "postgresql") {
        stopRenewing = startRenewing({
          workers: all,
          claims,
          everyMs: (heartbeatSeconds * 1000) / 3,
          outage,
          log,
        });
      }
    },

    async stop(graceMs) {
      if (state !== "started") return;
      state = "stopped";
      const all = [...workers.values()];
      await polling?.stop();
      await Promise.all(all.map((each) => each.stop()));
      await within(graceMs, Promise.all(all.map((each) => each.idle())));
      const left = all.flatMap(({ running }) => [...running]).filter((job) => !job.completed());
      for (const job of left) job.end("released");
      if (left.length > 0) {
        log.warn({ jobs: left.length }, "jobs were given back because the process ends");
        await release(
          database.sql,
          left.map(({ claim }) => claim),
        ).catch((error: unknown) => outage.error(error, "giving jobs back failed"));
      }
      await Promise.all(left.map(({ settled }) => settled));
      await stopRenewing?.();
      await boss.stop({ graceful: false });
    },

    async counts() {
      const found = await counts(
        database.sql,
        queues.flatMap(({ name }) => [name, deadLetterOf(name)]),
      );
      const none = { waiting: 0, deferred: 0, active: 0, oldestWaitingMs: 0 };
      return Object.fromEntries(
        queues.map(({ name }) => {
          const { waiting, deferred, active: running, oldestWaitingMs } = found.get(name) ?? none;
          const failed = found.get(deadLetterOf(name))?.total ?? 0;
          return [name, { waiting, deferred, active: running, failed, oldestWaitingMs }];
        }),
      );
    },
    deadLetters: (queue, limit) => deadLetters(database.sql, deadLetterOf(queue.name), limit),
    async redrive(queue, ids) {
      assertStarted();
      assertKnown(queue);
      let sent = 0;
      for (;;) {
        const taken = await database.transaction((tx) => redrive(boss, tx, queue, ids));
        sent += taken;
        if (taken < redrivePage) return sent;
      }
    },
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, ms);
  await Promise.race([work, timeout.promise]);
  clearTimeout(timer);
}
