import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { WorkerOrder, WorkerReport } from "./quotas-process.ts";
import type { SimulatorBooks, SimulatorOrder, SimulatorQuestion } from "./quotas-simulator.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const flags = ["--disable-warning=ExperimentalWarning"];

/** As long as Google's, or longer. */
export const keysOf = (name: string, count: number): readonly string[] =>
  Array.from(
    { length: count },
    (_, index) => `AIzaSimulatedKey-${name}-${"x".repeat(16)}-${String(index).padStart(4, "0")}`,
  );

export interface Simulator {
  readonly url: string;
  /** Milliseconds of its clock. */
  now(): Promise<number>;
  /** Has a key answered with 503 for a time. @returns from when on */
  fail(key: string, milliseconds: number): Promise<number>;
  books(): Promise<SimulatorBooks>;
  stop(): void;
}

export async function startSimulator(order: SimulatorOrder): Promise<Simulator> {
  const child = fork(here("./quotas-simulator.ts"), [JSON.stringify(order)], { execArgv: flags });
  const url = await message<string>(child);
  let last: Promise<unknown> = Promise.resolve();
  const ask = <Answer>(question: SimulatorQuestion): Promise<Answer> => {
    const answer = last.then(() => {
      child.send(question);
      return message<Answer>(child);
    });
    last = answer;
    return answer;
  };
  return {
    url,
    now: () => ask({ ask: "now" }),
    fail: (key, milliseconds) => ask({ ask: "fail", key, milliseconds }),
    books: () => ask({ ask: "books" }),
    stop: () => void child.kill(),
  };
}

export interface Worker {
  begin(): void;
  /** Begins nothing any more, and waits for what is under way. */
  end(): Promise<WorkerReport>;
}

/** @returns once it could send */
export async function startWorker(order: WorkerOrder): Promise<Worker> {
  const child = fork(here("./quotas-process.ts"), [JSON.stringify(order)], { execArgv: flags });
  await message(child);
  return {
    begin: () => void child.send("begin"),
    async end() {
      child.send("end");
      return message<WorkerReport>(child);
    },
  };
}

/** @throws where the process ends without having said anything */
async function message<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  const exit = once(child, "exit", { signal: ended.signal }).then(([code]) => {
    throw new Error(`a process of the measurement ended with ${code}`);
  });
  try {
    const [said] = await Promise.race([once(child, "message", { signal: ended.signal }), exit]);
    return said as Message;
  } finally {
    exit.catch(() => {});
    ended.abort();
  }
}
