import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { median, startService } from "./load.ts";

/** From the process's first instruction to the first answer, and what it holds when nothing happens. */
export async function start(): Promise<void> {
  const first: number[] = [];
  const later: number[] = [];
  const memory: number[] = [];
  let peak = 0;
  for (let round = 0; round < 5; round += 1) {
    const dataDir = mkdtempSync(join(tmpdir(), "fovea-bench-"));
    for (const times of [first, later]) {
      const startedAt = performance.now();
      // The sample batch of a first start is work: what is held without any is measured here.
      const service = await startService({ DATA_DIR: dataDir, SAMPLE: "off" });
      const answer = await fetch(`http://127.0.0.1:${service.port}/health/ready`);
      if (answer.status !== 200) throw new Error(`not ready: ${answer.status}`);
      times.push(performance.now() - startedAt);
      // What the start itself leaves behind is given back, or not, within this time.
      await setTimeout(2000);
      memory.push(residentMb(service.process.pid));
      peak = Math.max(peak, service.peakMemoryMb() ?? 0);
      await service.stop();
    }
    rmSync(dataDir, { recursive: true });
  }
  console.log(`first ready after ${seconds(first)} s with an empty DATA_DIR, median of 5 (to reach: 2)`);
  console.log(`later ready after ${seconds(later)} s, median of 5 (to reach: 1.5)`);
  console.log(`idle memory ${median(memory)} MB, at most ${peak} MB meanwhile (to reach: 300)`);
}

const seconds = (times: readonly number[]) => (median(times) / 1000).toFixed(2);

function residentMb(pid: number | undefined): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
