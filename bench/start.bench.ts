import { readFileSync } from "node:fs";
import { median, startService } from "./load.ts";

/** From the process's first instruction to the first answer, and what it holds when nothing happens. */
export async function start(): Promise<void> {
  const times: number[] = [];
  let memory = 0;
  for (let round = 0; round < 5; round += 1) {
    const startedAt = performance.now();
    const service = await startService();
    const answer = await fetch(`http://127.0.0.1:${service.port}/health/ready`);
    if (answer.status !== 200) throw new Error(`not ready: ${answer.status}`);
    times.push(performance.now() - startedAt);
    memory = residentMb(service.process.pid);
    await service.stop();
  }
  console.log(`ready after ${(median(times) / 1000).toFixed(2)} s, median of 5 (to reach: 1.5)`);
  console.log(`idle memory ${memory} MB (to reach: 300)`);
}

function residentMb(pid: number | undefined): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
