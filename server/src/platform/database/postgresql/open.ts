import { Client, type ClientConfig, Pool } from "pg";
import { DatabaseUnavailable } from "../errors.ts";
import type { Guard } from "../guard.ts";
import type { OpenedEngine } from "../opened.ts";
import { setServerSession } from "../session.ts";
import { resultTypes } from "../values.ts";
import { cannotConnect, serverNotUtf8, serverTooOld, unreadableAddress } from "./errors.ts";
import { createListenConnection } from "./listen.ts";
import { checkSameDatabase, checkSettingsOfRole } from "./pooled.ts";

export interface PostgresqlOptions {
  readonly url: string;
  /** Without the pooler that `url` goes through, which may give each transaction another session; undefined: there is none. */
  readonly listenUrl: string | undefined;
  readonly poolSize: number;
  readonly guard: Guard;
  /** For the log: an idle connection, or the one that listens, was lost; each will be replaced. */
  readonly onLoss: (error: unknown) => void;
}

const oldestVersion = 140_000;
/** For a connection, and for a free one when all are taken. */
const connectMs = 10_000;
const checkMs = 3000;

/** @throws {AppError} when the server cannot be reached or used; says what to do, and never the password */
export async function openPostgresql(options: PostgresqlOptions): Promise<OpenedEngine> {
  const { url, listenUrl, poolSize, guard, onLoss } = options;
  const { config, where } = readAddress("DATABASE_URL", url);
  const direct = listenUrl === undefined ? undefined : readAddress("DATABASE_LISTEN_URL", listenUrl);
  const pool = new Pool({
    ...config,
    max: poolSize,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: 30_000,
    types: resultTypes,
    ...(direct === undefined && { onConnect: (client) => client.query(setServerSession) }),
  });
  pool.on("error", onLoss);
  // Else the loss of a connection that is lent out would end the process; its user is told by the statement.
  pool.on("connect", (client) => client.on("error", () => {}));
  try {
    await checkServer(pool, where);
    if (direct) {
      await checkSettingsOfRole(pool);
      await checkSameDatabase(pool, direct.config, direct.where);
    }
  } catch (error) {
    await pool.end();
    throw error;
  }
  const listening = createListenConnection(direct?.config ?? config, guard, onLoss);
  return {
    pool,
    listen: listening.listen,
    check: () => guard.outside(() => checkConnection(pool)),
    close: () => listening.close(),
  };
}

function readAddress(setting: string, url: string): { config: ClientConfig; where: string } {
  const config: ClientConfig = {
    connectionString: url,
    application_name: "fovea",
    keepAlive: true,
    connectionTimeoutMillis: connectMs,
  };
  try {
    const { host, port, database } = new Client(config);
    return { config, where: `${host}:${port}/${database}` };
  } catch {
    throw unreadableAddress(setting);
  }
}

async function checkServer(pool: Pool, where: string): Promise<void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw cannotConnect(where, error);
  });
  try {
    const { rows } = await client.query(
      "select current_setting('server_version_num')::int as number, current_setting('server_version') as version, " +
        "current_setting('server_encoding') as encoding",
    );
    const [{ number, version, encoding }] = rows;
    if (number < oldestVersion) throw serverTooOld(where, version);
    if (encoding !== "UTF8") throw serverNotUtf8(where, encoding);
  } finally {
    client.release();
  }
}

async function checkConnection(pool: Pool): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${checkMs} ms`)), checkMs);
  });
  try {
    await Promise.race([answer(pool), tooLong]);
  } catch (error) {
    throw new DatabaseUnavailable(error);
  } finally {
    clearTimeout(timer);
  }
}

async function answer(pool: Pool): Promise<void> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query("select 1");
    broken = false;
  } finally {
    client.release(broken);
  }
}
