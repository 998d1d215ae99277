import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["server/**/*.test.ts", "scripts/**/*.test.ts"],
    globalSetup: [fileURLToPath(new URL("server/test/templates-of-run.ts", import.meta.url))],
    // Two cores: image work in one worker starves the timers of another.
    maxWorkers: 2,
    // What starts processes takes five times as long where others work too; who waits for a condition gives up before.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Waiting for a condition, however long it takes: a second is not long where processes start beside it.
    expect: { poll: { timeout: 20_000 } },
    // A machine that many share stalls at times, and a run of everything is not repeated lightly. What passed only at the
    // second try is named at the end of `npm test`; for people it fails at the first.
    retry: process.env["CI"] === "true" ? 1 : 0,
  },
});
