/** A process that kills itself in the middle of something, so that nothing can be tidied up. */
import { sql } from "kysely";
import { pino } from "pino";
import { createEngine } from "../../src/engine/engine.ts";
import { done } from "../../src/engine/kind.ts";
import { createSharedWork } from "../../src/engine/shared-work.ts";
import { openDatabase } from "../../src/platform/database/database.ts";

export type DyingOrders = {
  readonly place: { readonly url: string | undefined; readonly dataDir: string };
} & (
  | { readonly during: "redo"; readonly key: string; readonly leaseMs: number }
  | { readonly during: "finish"; readonly id: string }
  /** Works on a batch of the kind `dying` to its end, and dies before or after that is committed. */
  | { readonly during: "telling" | "told"; readonly id: string }
);

const orders: DyingOrders = JSON.parse(process.argv[2] ?? "{}");
const die = (): Promise<never> => {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => {});
};

const database = await openDatabase({
  ...orders.place,
  poolSize: 2,
  migrations: undefined,
  log: { info() {}, warn() {} },
  onFault(error) {
    throw error;
  },
});

if (orders.during === "redo") {
  const { once } = createSharedWork({ database: database.sql, leaseMs: orders.leaseMs });
  await once(orders.key, die, new AbortController().signal, { freshSince: new Date() });
} else if (orders.during === "telling" || orders.during === "told") {
  const engine = createEngine({
    ...{
      database,
      logger: pino({ level: "silent" }),
      slots: 2,
      timing: { leaseMs: 1_000, flushMs: 5, sweepMs: 50 },
    },
    kinds: [{ name: "dying", concurrency: 4, itemTimeoutMs: 60_000, handle: async (input) => done(input) }],
    async onStopped(tx, { batch }) {
      await sql`
        insert into told (batch_id, state, processed)
        values (${batch.id}, ${batch.state}, ${batch.succeeded + batch.failed})
      `.execute(tx);
      if (orders.during === "telling") await die();
    },
    onProgress(_id, { state }) {
      if (state === "completed") void die();
    },
  });
  await engine.run();
} else {
  const engine = createEngine({ database, logger: pino({ level: "silent" }), kinds: [], slots: 0 });
  const writer = await engine.write({
    ...{
      id: orders.id,
      kind: "dying",
      owner: "tester",
      name: "dying",
      options: {},
      priority: 0,
      chunkSize: 4,
    },
  });
  await writer.add([1, 2, 3, 4, 5]);
  await writer.finish({ name: "told last", start: { maxActive: 1 }, also: die });
}
