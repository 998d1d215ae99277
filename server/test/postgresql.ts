import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { databaseFolder } from "./database-folder.ts";
import { freePort } from "./free-port.ts";
import { serverUser } from "./server-user.ts";
import { template } from "./templates.ts";

/**
 * A PostgreSQL server of its own on loopback. A kill of it takes nothing that was written, synced or not: only a power
 * cut would. So there is no fsync, of milliseconds for each commit, but in `npm run soak`, as it is in earnest.
 */
export interface Cluster {
  readonly port: number;
  /** Creates an empty database and returns its address. */
  createDatabase(): Promise<string>;
  /** Ends it as a crash does: no checkpoint, connections cut. Resolves when it is gone. */
  crash(): Promise<void>;
  /** Starts it again after {@link Cluster.crash}; resolves when it takes connections. */
  start(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/** @param initdb path of the program; the server is beside it */
export async function startPostgresql(initdb: string): Promise<Cluster> {
  const programs = dirname(realpathSync(initdb));
  const folder = await databaseFolder("fovea-postgresql-");
  const user = serverUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const initialize = (into: string) => {
    if (user) chownSync(into, user.uid, user.gid);
    const args = ["-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--no-locale"];
    execFileSync(join(programs, "initdb"), ["-D", into, ...args], { ...user, cwd: into, stdio: "ignore" });
  };
  const initialized = await template("postgresql", initialize);
  if (initialized === null) {
    mkdirSync(data);
    initialize(data);
  } else {
    // With its owner.
    execFileSync("cp", ["-a", initialized, data]);
  }
  const port = await freePort();
  const options = ["listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, "max_connections=200"];
  if (process.env["SOAK"] !== "1") options.push("fsync=off");
  const args = ["-D", data, "-p", String(port), ...options.flatMap((option) => ["-c", option])];
  let server: ChildProcess | undefined;

  const start = async () => {
    const child = spawn(join(programs, "postgres"), args, {
      ...user,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    server = child;
    let log = "";
    await new Promise<void>((resolve, reject) => {
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        log += text;
        if (log.includes("ready to accept connections")) resolve();
      });
      child.once("exit", () => reject(new Error(`PostgreSQL did not start:\n${log}`)));
    });
  };
  const isAway = () => !server || server.exitCode !== null || server.signalCode !== null;
  const end = async (signal: NodeJS.Signals) => {
    if (!server || isAway()) return;
    const exited = once(server, "exit");
    server.kill(signal);
    await exited;
  };

  await start();
  return {
    port,
    async createDatabase() {
      // A test that failed in the middle of an outage did not end it, and has a second try.
      if (isAway()) await start();
      const name = `test_${randomBytes(6).toString("hex")}`;
      const client = new Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres" });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return `postgres://postgres@127.0.0.1:${port}/${name}`;
    },
    // Immediate shutdown.
    crash: () => end("SIGQUIT"),
    start,
    async stop() {
      await end("SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
