import { type QueryExecutorProvider, sql } from "kysely";
import type { WebhookConfig } from "./webhook-config.ts";

export interface StoredConfig extends WebhookConfig {
  /** Who configured it. Deliveries are this one's: an address may be a secret, which no uploader has to know. */
  readonly owner: string;
}

/** @returns null where none was configured */
export async function readStoredConfig(database: QueryExecutorProvider): Promise<StoredConfig | null> {
  const { rows } = await sql<StoredConfig>`select url, events, owner from catalog_webhook`.execute(database);
  return rows[0] ?? null;
}

/** Takes the place of the one before. */
export async function storeConfig(
  database: QueryExecutorProvider,
  { url, events, owner }: StoredConfig,
): Promise<void> {
  await sql`
    insert into catalog_webhook (url, events, owner, configured_at)
    values (${url}, ${[...events]}::text[], ${owner}, now())
    on conflict (single) do update set
      url = excluded.url, events = excluded.events, owner = excluded.owner, configured_at = excluded.configured_at
  `.execute(database);
}
