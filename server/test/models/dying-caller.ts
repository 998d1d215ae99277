/** A process that kills itself in the middle of calls, so that nothing can be tidied up. */
import { createLedger } from "../../src/models/ledger/ledger.ts";
import { openDatabase } from "../../src/platform/database/database.ts";

export interface CallerOrders {
  readonly place: { readonly url: string | undefined; readonly dataDir: string };
  readonly batchId: string;
  /** Calls that end and are written, that end at the moment of the kill, and that are under way then. */
  readonly ended: number;
  readonly ending: number;
  readonly underWay: number;
  readonly leaseMs: number;
}

const orders: CallerOrders = JSON.parse(process.argv[2] ?? "{}");
const { batchId, leaseMs } = orders;
const database = await openDatabase({
  ...orders.place,
  poolSize: 2,
  migrations: undefined,
  log: { info() {}, warn() {} },
  onFault(error) {
    throw error;
  },
});
const ledger = createLedger({ database, now: Date.now, leaseMs });
let position = 0;
const begin = (count: number) =>
  Promise.all(
    Array.from({ length: count }, () =>
      ledger.begin({
        ...{ provider: "gemini", group: "group", keyId: "key", keyLabel: "…key", model: "model" },
        ...{ batchId, position: position++ },
      }),
    ),
  );
const answered = {
  ...({ outcome: "answered", modelUsed: "model", costMicros: 771 } as const),
  usage: { inputTokens: 1_320, outputTokens: 150 },
};
for (const call of await begin(orders.ended)) call.end(answered);
await ledger.flush();
const ending = await begin(orders.ending);
await begin(orders.underWay);
for (const call of ending) call.end(answered);
process.kill(process.pid, "SIGKILL");
await new Promise(() => {});
