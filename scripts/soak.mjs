// `npm run soak`: the tests that are worth an hour. A process is killed between every two statements and at random
// moments, many times, and many broken images are sent. What is set already stays; arguments choose other files.
process.env["SOAK"] ??= "1";
process.env["SOAK_ROUNDS"] ??= "50";
process.env["FUZZ_IMAGES"] ??= "20000";

const files = [
  "server/test/engine/",
  "server/test/database/kill",
  "server/test/analysis/kills",
  "server/test/analysis/processes",
  "server/test/analysis/refusals",
  "server/test/analysis/hosted-books",
  "server/test/analysis/hosted-kills",
  "server/test/analysis/batch-lane",
  "server/src/platform/database/embedded/",
  "server/src/platform/database/backup/",
  "server/test/models/batch-lane",
  "server/test/models/ledger-crash",
  "server/test/models/quotas-pace",
  "server/test/access",
  "server/test/backup",
  "server/test/media/kills",
  "server/test/icons/hosted",
  "server/test/icons/kills",
  "server/src/platform/jobs/processes",
  "server/test/analysis/export",
  "server/test/catalog/kills",
  "server/test/catalog/processes",
  "server/test/catalog/outage",
  "server/test/catalog/large",
  "server/test/catalog/all-formats",
  "server/test/catalog/refusals",
  "server/test/webhooks/",
  "server/test/docs-page",
  "server/test/process",
  "server/test/telemetry/outages",
  "server/test/telemetry/process",
  "server/src/models/local/local-vision",
  "scripts/install",
  "sdk/react",
  "dashboard/test/",
  "server/test/hostile/bodies",
  "server/src/imaging/measures/text-likeness",
  "server/src/platform/files/folder-kill",
  "sdk/python",
  "server/test/prepare/any-picture",
  "server/test/fuzz",
  "cli/test/many",
  "cli/test/guide",
  "deploy/prometheus",
  "deploy/test/",
];
const chosen = process.argv.slice(2);
process.argv.splice(2, Number.POSITIVE_INFINITY, "vitest", "run", ...(chosen.length > 0 ? chosen : files));
await import("./run.mjs");
