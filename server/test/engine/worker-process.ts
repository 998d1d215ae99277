/**
 * An engine in a process of its own, to be killed. It works until the batches it was told of have ended, says so, and
 * ends; every call of its handler is written down first, so that a kill loses none.
 */
import { openSync, writeSync } from "node:fs";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { type KyselyPlugin, sql } from "kysely";
import { pino } from "pino";
import { createEngine, type Timing } from "../../src/engine/engine.ts";
import {
  done,
  failed,
  hold,
  type ItemContext,
  type Json,
  type Outcome,
  retryLater,
} from "../../src/engine/kind.ts";
import { type Database, openDatabase } from "../../src/platform/database/database.ts";

export interface WorkerOrders {
  readonly place: { readonly url: string | undefined; readonly dataDir: string };
  readonly kind: string;
  readonly batches: readonly string[];
  /** A file: one line for each call of the handler. */
  readonly journal: string;
  readonly timing: Partial<Timing>;
  readonly slots?: number;
  readonly concurrency?: number;
  /** Kills the process at its n-th statement, from 1, before it is sent or after it was answered. */
  readonly killAt?: { readonly statement: number; readonly when: "before" | "after" };
  /** Kills the process so many milliseconds after its n-th call of the handler. */
  readonly killAfter?: { readonly calls: number; readonly ms: number };
}

const orders: WorkerOrders = JSON.parse(process.argv[2] ?? "{}");
const journal = openSync(orders.journal, "a");
const say = (text: string) => void writeSync(1, `${text}\n`);
const write = (position: number) => void writeSync(journal, `${position}\n`);
const die = () => process.kill(process.pid, "SIGKILL");

/** Work that items share is written down where it is done: who waits for it is asked again and again. */
const isShared = (input: Json) => typeof input === "string" && input.startsWith("once");

/** What "missing" items hold their batch for, and "gather" items wait for: the first message. */
let supplied = false;
process.on("message", () => {
  supplied = true;
  say("supplied");
});

/** What inputs order: inputs are data, so that every process does the same with an item. */
async function handle(input: Json, { position, attempt, once }: ItemContext): Promise<Outcome> {
  const output = { pid: process.pid, position };
  if (typeof input !== "string") return done({ ...output, amount: position }, position);
  switch (input) {
    case "kill":
      // Not before items of other chunks, which would be suspected with it, are under way too.
      await delay(100);
      die();
      return new Promise(() => {});
    case "slow":
      await delay(1_000);
      return done(output);
    case "slowly":
      await delay(5);
      return done(output);
    case "fail":
      return failed("ordered", "As it was told.");
    case "later":
      return attempt === 1 ? retryLater(new Date(), "first", "Not at once.") : done(output);
    case "hold":
      await new Promise((resolve) => process.once("message", resolve));
      return done(output);
    case "gather":
      if (!supplied) await new Promise((resolve) => process.once("message", resolve));
      return done(output);
    case "missing":
      return supplied ? done(output) : hold("Something is missing.");
    default:
      return once(input, async () => {
        write(position);
        return done(output);
      });
  }
}

/** Sees every statement of the engine but those of transactions, of which a slice has none. */
function killer(at: NonNullable<WorkerOrders["killAt"]>): KyselyPlugin {
  let sent = 0;
  let answered = 0;
  return {
    transformQuery({ node }) {
      sent += 1;
      if (sent === at.statement && at.when === "before") die();
      return node;
    },
    async transformResult({ result }) {
      answered += 1;
      if (answered === at.statement && at.when === "after") die();
      return result;
    },
  };
}

let calls = 0;
const opened = await openDatabase({
  ...orders.place,
  poolSize: 5,
  migrations: undefined,
  log: { info() {}, warn() {} },
  onFault(error) {
    throw error;
  },
});
const database: Database = orders.killAt
  ? { ...opened, sql: opened.sql.withPlugin(killer(orders.killAt)) }
  : opened;
const engine = createEngine({
  database,
  logger: pino({ level: "warn" }, { write: (line: string) => void writeSync(2, line) }),
  kinds: [
    {
      name: orders.kind,
      concurrency: orders.concurrency ?? 4,
      itemTimeoutMs: 60_000,
      async handle(input, context) {
        if (!isShared(input)) write(context.position);
        calls += 1;
        if (calls === orders.killAfter?.calls) setTimeout(die, orders.killAfter.ms);
        await turn();
        return handle(input, context);
      },
    },
  ],
  slots: orders.slots ?? 2,
  timing: orders.timing,
});
process.once("SIGTERM", () => void end(0));
await engine.run();
say("ready");

for (const id of orders.batches) {
  for (;;) {
    const { rows } = await sql<{ state: string }>`select state from batches where id = ${id}`.execute(
      opened.sql,
    );
    if (["completed", "failed", "cancelled"].includes(rows[0]?.state ?? "")) break;
    await delay(10);
  }
}
say("ended");
await end(0);

async function end(code: number): Promise<void> {
  await engine.stop(10_000);
  await opened.close();
  process.exit(code);
}
