import { Client, type ClientConfig, escapeIdentifier, type Pool } from "pg";
import { AppError } from "../../errors.ts";
import { alterRole, settingsOfRole } from "../session.ts";
import { cannotConnect, otherDatabase, settingsOfRoleMissing } from "./errors.ts";

/**
 * Whether every session begins with the settings that values are read and written with. Any time limit will do.
 *
 * @throws {AppError} `role_without_settings`, with the statements that mend it
 */
export async function checkSettingsOfRole(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ role: string; name: string; setting: string }>(
    "select session_user as role, lower(name) as name, setting from pg_settings where lower(name) = any($1::text[])",
    [Object.keys(settingsOfRole)],
  );
  const wrong = rows.filter(({ name, setting }) =>
    name.endsWith("_timeout") ? setting === "0" : setting !== settingsOfRole[name],
  );
  const [first] = wrong;
  if (first === undefined) return;
  throw settingsOfRoleMissing(
    alterRole(
      escapeIdentifier(first.role),
      wrong.map(({ name }) => name),
    ),
  );
}

/** What no other database has: its name, and when its server was started. */
const identity = "select current_database() as name, pg_postmaster_start_time()::text as started";

/**
 * Whether notifications come from where they are sent: from another database none would come, and nobody would miss them.
 *
 * @throws {AppError} `database_unreachable`, `other_database`
 */
export async function checkSameDatabase(pool: Pool, direct: ClientConfig, where: string): Promise<void> {
  const client = new Client(direct);
  client.on("error", () => {});
  try {
    await client.connect();
    const [there, here] = await Promise.all([client.query(identity), pool.query(identity)]);
    if (JSON.stringify(there.rows) !== JSON.stringify(here.rows)) throw otherDatabase(where);
  } catch (error) {
    throw error instanceof AppError ? error : cannotConnect(where, error, "DATABASE_LISTEN_URL");
  } finally {
    await client.end().catch(() => {});
  }
}
