import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Tests of the service that must have a process of their own. All others share two, which spares each file the start of
 * one, and a second in which it would load the service: dependencies are arguments here, so a file leaves little behind,
 * and the setup files take that away.
 */
const alone = [
  // These open and close decoders, which are the process's.
  "server/src/imaging/**/*.test.ts",
  "server/src/models/{icons,images}/local/*.test.ts",
  // They measure the memory of their process, where what others have left free would hide a leak.
  "server/test/hostile/*.test.ts",
  // It looks at every error that its process makes.
  "server/src/platform/tables/read-table.test.ts",
];

// The packages of sdk/ are their sources here, as `--conditions` says to Node in scripts/runtime.mjs. The others are Vite's
// own but for "module", which is for bundlers: Node cannot load what @opentelemetry/api has there.
const ssr = { resolve: { conditions: ["fovea-source", "node", "development|production"] } };

const ofEach = {
  setupFiles: [path("server/test/setup-file.ts")],
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
} satisfies TestProjectInlineConfiguration["test"];

export default defineConfig({
  test: {
    globalSetup: [path("server/test/templates-of-run.ts")],
    projects: [
      {
        ssr,
        test: {
          ...ofEach,
          name: "together",
          include: ["server/**/*.test.ts", "cli/test/**/*.test.ts", "dashboard/test/**/*.test.ts"],
          exclude: alone,
          isolate: false,
          setupFiles: [...ofEach.setupFiles, path("server/test/setup-decoders.ts")],
          // Node loads them as it loads the service. Vite's own loader would do it for each file again.
          experimental: { viteModuleRunner: false, nodeLoader: false },
        },
      },
      {
        ssr,
        test: {
          ...ofEach,
          name: "alone",
          include: [
            ...alone,
            "deploy/**/*.test.ts",
            "scripts/**/*.test.ts",
            "sdk/**/*.test.ts",
            "examples/**/*.test.ts",
          ],
        },
      },
    ],
  },
});
