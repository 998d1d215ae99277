import { pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";
import { loadConfig } from "./platform/config.ts";
import { startSweeping } from "./sweep.ts";

const hour = 3_600_000;
const day = 24 * hour;

test("every hour what is out of date goes: addresses, images of catalogs, calls and deliveries after a month", async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21) });
  onTestFinished(() => void vi.useRealTimers());
  const swept: unknown[] = [];
  const age = (before: Date) => (Date.now() - before.getTime()) / day;
  const stop = startSweeping(loadConfig({}), pino({ level: "silent" }), {
    idempotency: { sweep: async () => swept.push("idempotency") },
    engine: { forget: async (prefix, before) => swept.push([prefix, age(before)]) },
    ledger: { forget: async (before) => swept.push(["calls", age(before)]) },
    webhooks: { forget: async (before) => swept.push(["deliveries", age(before)]) },
    icons: { sweep: async (now) => void swept.push(["icons", age(now)]) },
    media: { sweep: async (now) => void swept.push(["media", age(now)]) },
  });
  await vi.advanceTimersByTimeAsync(hour - 1);
  expect(swept).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  const once = [
    "idempotency",
    ["analysis/address/", 30],
    ["catalog/image/", 30],
    ["calls", 30],
    ["deliveries", 30],
    ["icons", 0],
    ["media", 0],
  ];
  expect(swept).toEqual(once);
  await vi.advanceTimersByTimeAsync(hour);
  expect(swept).toEqual([...once, ...once]);
  stop();
  await vi.advanceTimersByTimeAsync(2 * hour);
  expect(swept).toHaveLength(14);
});
