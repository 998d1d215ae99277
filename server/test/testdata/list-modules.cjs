// Loaded before a service: at its end, tells how many modules of OpenTelemetry's SDK it has loaded.
const { registerHooks } = require("node:module");
const { isMainThread } = require("node:worker_threads");

const loaded = new Set();

registerHooks({
  load(url, context, nextLoad) {
    if (/node_modules\/(@opentelemetry\/(?!api\/)|@fastify\/otel|import-in-the-middle)/.test(url)) loaded.add(url);
    return nextLoad(url, context);
  },
});

if (isMainThread) process.on("exit", () => process.stdout.write(`modules of telemetry: ${loaded.size}\n`));
