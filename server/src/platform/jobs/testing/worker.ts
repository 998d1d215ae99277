// A process that works on steps until it is killed. It says `started N` when a job begins; job 0 never ends.
import { openDatabase } from "../../database/database.ts";
import { createJobs } from "../jobs.ts";
import { addEffect, steps } from "./steps.ts";

const { url, dataDir, once } = JSON.parse(process.argv[2] ?? "{}");
const log = { info() {}, warn() {}, error() {} };
const database = await openDatabase({
  url,
  dataDir,
  poolSize: 5,
  migrations: undefined,
  log,
  onFault(error) {
    throw error;
  },
});
const jobs = createJobs({ database, log, queues: [steps], heartbeatSeconds: 10, pollMs: 50 });
const stop = async () => {
  await jobs.stop(1000);
  await database.close();
};
jobs.work(steps, async (job) => {
  console.log(`started ${job.data.n}`);
  if (job.data.n === 0) await new Promise(() => {});
  await database.transaction(async (tx) => {
    await addEffect(tx, job.data.n, job.attempt);
    if (!(await job.complete(tx))) throw new Error("lost");
  });
  if (once) setImmediate(stop);
});
await jobs.start();
console.log("ready");
