import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { escapeIdentifier, Pool } from "pg";
import { DatabaseUnavailable } from "../errors.ts";
import type { Guard } from "../guard.ts";
import { createListeners } from "../listeners.ts";
import type { OpenedEngine } from "../opened.ts";
import { setSession } from "../session.ts";
import { resultTypes } from "../values.ts";
import { readyDataFolder } from "./data-folder.ts";
import { startEngine } from "./engine.ts";
import { folderDamaged } from "./errors.ts";
import { lockFolder } from "./folder-lock.ts";

export interface EmbeddedOptions {
  /** The folder of the service's data; the database is `database` in it. */
  readonly dataDir: string;
  readonly guard: Guard;
  /** The engine ended by itself. Nothing works from here on: the process should end, and the next start recovers. */
  readonly onFault: (error: Error) => void;
  /** Where fresh data folders are kept for copying. */
  readonly templateCache: string;
  readonly now: () => Date;
  /** Growth of the log after which it is emptied into the data files. */
  readonly checkpointBytes?: number;
}

/** @throws {AppError} when the folder is in use, of another version, or does not open; says what to do */
export async function openEmbedded(options: EmbeddedOptions): Promise<OpenedEngine> {
  const { dataDir, guard, onFault, templateCache, now, checkpointBytes } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = lockFolder(dataDir, now());
  try {
    const folder = join(dataDir, "database");
    await readyDataFolder(folder, templateCache);
    const engine = await startEngine({
      folder,
      onFault,
      ...(checkpointBytes === undefined ? {} : { checkpointBytes }),
    }).catch((error: unknown) => {
      throw folderDamaged(folder, error);
    });

    // One session, so one connection: the pool is the queue in front of it, first come, first served.
    const pool = new Pool({
      max: 1,
      idleTimeoutMillis: 0,
      stream: () => engine.connect(),
      user: "postgres",
      database: "postgres",
      // Else an environment meant for another PostgreSQL (PGSSLMODE) would count.
      ssl: false,
      types: resultTypes,
      // A connection that replaces another finds the same session, maybe in the middle of a transaction.
      onConnect: (client) => client.query(`rollback; ${setSession}`),
    });
    // A lost connection is told to whoever uses it, and the engine's end by onFault.
    pool.on("error", () => {});
    const run = async (statement: string) => {
      const client = await pool.connect();
      try {
        await client.query(statement);
      } finally {
        client.release();
      }
    };
    const listeners = createListeners(
      (channel) => run(`listen ${escapeIdentifier(channel)}`),
      (channel) => run(`unlisten ${escapeIdentifier(channel)}`),
    );
    pool.on("connect", (client) => {
      // Else the loss of a connection that is lent out would end the process; its user is told by the statement.
      client.on("error", () => {});
      client.on("notification", ({ channel, payload }) => listeners.deliver(channel, payload ?? ""));
    });
    return {
      pool,
      async listen(...listener) {
        guard.assertOutside();
        return listeners.listen(...listener);
      },
      async check() {
        const fault = engine.fault();
        if (fault) throw new DatabaseUnavailable(fault);
      },
      async close() {
        await engine.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
