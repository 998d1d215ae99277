import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { serviceFlags } from "../../scripts/runtime.mjs";

// V8 keeps compiled code for one set of flags, and Node.js for one user: both have to be those of a later start.
const cwd = join(import.meta.dirname, "..", "..");
const dataDir = "/tmp/first-start";
const env = { ...process.env, HOST: "127.0.0.1", PORT: "0", DATA_DIR: dataDir };

const service = spawn(process.execPath, [...serviceFlags(), "server/src/main.ts"], {
  cwd,
  env,
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = once(service, "exit");
const port = await portOf(service);
for (const command of ["health-check.ts", "token.ts"])
  execFileSync(process.execPath, [`server/src/${command}`], { cwd, env: { ...env, PORT: port } });
service.kill("SIGTERM");
const [code] = await ended;
if (code !== 0) throw new Error(`The service ended with ${code}.`);
rmSync(dataDir, { recursive: true });

/** @param {import("node:child_process").ChildProcess} child */
async function portOf(child) {
  if (child.stdout) {
    for await (const line of createInterface({ input: child.stdout })) {
      const { msg, port } = JSON.parse(line);
      if (msg !== "ready") continue;
      child.stdout.resume();
      return String(port);
    }
  }
  throw new Error("The service ended before it was ready.");
}
