import { startProcess } from "../../scripts/fixture-process.ts";
import { freePort } from "./free-port.ts";
import { temporaryFolder } from "./world.ts";

/** A real redis-server on loopback that keeps nothing; it ends with the test. */
export async function startRedis(path: string, port?: number) {
  const taken = port ?? (await freePort());
  const folder = await temporaryFolder();
  const server = startProcess(
    path,
    ["--port", String(taken), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder],
    {},
  );
  await server.shown("Ready to accept connections");
  return {
    port: taken,
    url: `redis://127.0.0.1:${taken}`,
    async kill() {
      server.child.kill("SIGKILL");
      await server.ended;
    },
    /** Leaves its connections open and answers nothing any more. */
    freeze: () => server.child.kill("SIGSTOP"),
  };
}
