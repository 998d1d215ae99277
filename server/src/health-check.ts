import { readEnvironment } from "./platform/environment.ts";

/**
 * Ends with 0 if the service of this environment is ready, for supervisors that run a command, as Docker does. Asks
 * from within, so it needs no credential, and reads three settings only: it runs every few seconds.
 */
const { HOST, PORT, BASE_PATH } = readEnvironment();
// An empty variable counts as absent, as everywhere.
const own = HOST === "0.0.0.0" || HOST === "::" ? "127.0.0.1" : HOST || "127.0.0.1";
const host = own.includes(":") ? `[${own}]` : own;
try {
  const answer = await fetch(
    `http://${host}:${PORT || "8000"}${(BASE_PATH ?? "").replace(/\/+$/, "")}/health/ready`,
    { signal: AbortSignal.timeout(4_000) },
  );
  if (!answer.ok) throw new Error(`/health/ready is ${answer.status}`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
