import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../server/test/free-port.ts";

/** A redis-server on loopback that keeps nothing. */
export async function startRedis(program: string) {
  const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const redis = spawn(program, options, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const chunk of redis.stdout.setEncoding("utf8"))
    if (String(chunk).includes("Ready to accept connections")) break;
  redis.stdout.resume();
  const ended = once(redis, "exit");
  return {
    url: `redis://127.0.0.1:${port}`,
    async end() {
      redis.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
