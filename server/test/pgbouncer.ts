import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startProcess } from "../../scripts/fixture-process.ts";
import { freePort } from "./free-port.ts";
import { serverUser } from "./server-user.ts";
import { temporaryFolder } from "./world.ts";

/** A real PgBouncer on loopback before the database of an address; it ends with the test. */
export async function startPgbouncer(
  path: string,
  databaseUrl: string,
  mode: "session" | "transaction",
): Promise<{ readonly url: string }> {
  const { hostname, port: serverPort, username, pathname } = new URL(databaseUrl);
  const name = pathname.slice(1);
  const port = await freePort();
  const folder = await temporaryFolder();
  chmodSync(folder, 0o755);
  const settings = join(folder, "pgbouncer.ini");
  writeFileSync(
    settings,
    `[databases]
${name} = host=${hostname} port=${serverPort} user=${username} dbname=${name}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
max_client_conn = 200
default_pool_size = 6
`,
    { mode: 0o644 },
  );
  // Of another user: it refuses to run as root.
  const bouncer = startProcess(path, [settings], { ...serverUser(), cwd: "/" });
  await bouncer.shown("process up");
  return { url: `postgres://${username}@127.0.0.1:${port}/${name}` };
}
