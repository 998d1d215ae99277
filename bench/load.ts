import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { serviceFlags } from "../scripts/runtime.mjs";
import type { LoadOrder, LoadReport } from "./load-client.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A prepared HTTP/1.1 request: its bytes, ready to be written again and again. */
export function httpRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body: Buffer = Buffer.alloc(0),
): Buffer {
  const lines = Object.entries({ host: "127.0.0.1", ...headers, "content-length": String(body.length) });
  const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}

export type Load = Omit<LoadOrder, "requests" | "rate"> & {
  readonly requests: readonly Buffer[];
  readonly rate?: number;
};

/** Puts load on a port of this machine from another process, and tells what came back. */
export async function load(order: Load): Promise<LoadReport> {
  const client = fork(here("load-client.ts"), { execArgv: [] });
  client.send({ rate: 0, ...order, requests: order.requests.map((request) => request.toString("base64")) });
  const [report] = (await once(client, "message")) as [LoadReport];
  return report;
}

export interface Service {
  readonly port: number;
  readonly process: ChildProcess;
  /** Highest resident memory of the process so far, in MB; null where the system does not tell. */
  peakMemoryMb(): number | null;
  /** Time on cores that the process took so far; NaN where the system does not tell. */
  cpuSeconds(): number;
  stop(): Promise<void>;
  /** `kill -9`. A `DATA_DIR` that was named is left as it is. */
  kill(): Promise<void>;
}

/** The service as it is run: a process of its own, on a free port, with a data folder that is thrown away. */
export async function startService(environment: Readonly<Record<string, string>> = {}): Promise<Service> {
  const dataDir = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  const child = spawn(process.execPath, [...serviceFlags(), here("../server/src/main.ts")], {
    env: {
      ...process.env,
      PORT: "0",
      DATA_DIR: dataDir,
      LOG_LEVEL: "info",
      ENVIRONMENT: "development",
      ...environment,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await readPort(child);
  child.stdout?.resume();
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await once(child, "exit");
    rmSync(dataDir, { recursive: true, force: true });
  };
  return {
    port,
    process: child,
    peakMemoryMb: () => peakMemory(child.pid),
    cpuSeconds: () => cpuSeconds(child.pid),
    stop: () => end("SIGINT"),
    kill: () => end("SIGKILL"),
  };
}

/** The port in the first line that names an address of this machine. */
export async function readPort(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error("the service has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port) return Number(port);
  }
  throw new Error("the service did not start");
}

function peakMemory(pid: number | undefined): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
    return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}

/** Fields 14 and 15 of proc's stat, in hundredths of a second: time in the program and in the kernel for it. */
function cpuSeconds(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
