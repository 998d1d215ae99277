import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type AskedProcess, createAskedProcess } from "./asked-process.ts";

type Order = "pid" | "environment" | "never" | "die" | { readonly code: number };

const program = `process.on("message", (order) => {
  if (order === "pid") process.send(process.pid);
  if (order === "environment") process.send(Object.keys(process.env));
  if (order === "die") process.kill(process.pid, "SIGKILL");
  if (order.code) process.exit(order.code);
});`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fovea-asked-"));
  writeFileSync(join(folder, "body.mjs"), program);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opened: AskedProcess<Order, unknown>[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((asked) => asked.close()));
});
function started(idleMs = 60_000) {
  const asked = createAskedProcess<Order, unknown>({ body: join(folder, "body.mjs"), heapMb: 32, idleMs });
  opened.push(asked);
  return asked;
}

const nobody = new AbortController().signal;

describe("a process that is asked", () => {
  it("is one of its own, the same for the next order, and another one after it was closed", async () => {
    const asked = started();
    const first = await asked.ask("pid", nobody);
    expect(first).not.toBe(process.pid);
    expect(await asked.ask("pid", nobody)).toBe(first);
    await asked.close();
    await asked.close();
    expect(await asked.ask("pid", nobody)).not.toBe(first);
  });

  it("is told nothing of the settings of this one", async () => {
    const names = await started().ask("environment", nobody);
    // One is set by the runtime for the channel between the two, the other by some systems for every process.
    const own = (names as string[]).filter(
      (name) => !name.startsWith("NODE_CHANNEL_") && !name.startsWith("__"),
    );
    expect(own).toEqual(["MALLOC_ARENA_MAX"]);
  });

  it("that ends instead of answering says with what, and the next order has a new one", async () => {
    const asked = started();
    const first = await asked.ask("pid", nobody);
    await expect(asked.ask("die", nobody)).rejects.toMatchObject({ name: "ProcessEnded", exitCode: null });
    await expect(asked.ask({ code: 9 }, nobody)).rejects.toMatchObject({ name: "ProcessEnded", exitCode: 9 });
    expect(await asked.ask("pid", nobody)).not.toBe(first);
  });

  it("that has nothing to do is ended", async () => {
    const ends: Promise<unknown>[] = [];
    // As Node.js documents the channel's messages.
    const onStart = (message: unknown) =>
      ends.push(once((message as { readonly process: ChildProcess }).process, "exit"));
    subscribe("child_process", onStart);
    const asked = started(0);
    const first = await asked.ask("pid", nobody);
    unsubscribe("child_process", onStart);
    expect(await Promise.all(ends)).toEqual([[null, "SIGKILL"]]);
    expect(await asked.ask("pid", nobody)).not.toBe(first);
  });

  it("that nobody waits for any more is ended", async () => {
    const asked = started();
    const first = Number(await asked.ask("pid", nobody));
    const controller = new AbortController();
    const unwanted = asked.ask("never", controller.signal);
    controller.abort(new Error("cancelled"));
    await expect(unwanted).rejects.toThrow("cancelled");
    expect(() => process.kill(first, 0)).toThrow("ESRCH");
    await expect(asked.ask("pid", controller.signal)).rejects.toThrow("cancelled");
    expect(await asked.ask("pid", nobody)).not.toBe(first);
  });
});
