import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Engine } from "../../../engine/engine.ts";
import type { Config } from "../../../platform/config.ts";
import type { Database } from "../../../platform/database/database.ts";
import { isLoopbackHost } from "../../../platform/network.ts";
import type { BatchOptions } from "../batch-options.ts";
import { kindName } from "../rows.kind.ts";
import { sampleNames } from "./samples.ts";

export interface SampleOptions {
  readonly database: Database;
  readonly engine: Engine;
  readonly chunkSize: number;
  readonly maxActive: number;
  /** Where this service serves its sample pictures. */
  readonly baseUrl: string;
  readonly now: () => Date;
}

const sampleOwner = "sample";

/**
 * A batch of sample pictures in a database that has never held a batch, so that a first look has something to look at.
 * Once for each database, whichever of its processes comes first.
 *
 * @returns its id; null where there was one, or there is work of somebody's own
 */
export async function createSampleBatch(options: SampleOptions): Promise<string | null> {
  const { database, engine, chunkSize, maxActive, baseUrl, now } = options;
  const { rows } = await sql`
    update installation set sample_at = now() where sample_at is null and not exists (select from batches) returning 1
  `.execute(database.sql);
  if (rows.length === 0) return null;
  const id = randomUUID();
  const settings: BatchOptions = {
    fileName: "sample.csv",
    chunkSize,
    columns: ["url", "picture"],
    urlColumn: 0,
    duplicates: 0,
    model: "local",
    cache: "use",
    requestedAt: now().toISOString(),
    webhookUrl: null,
    maxCostMicros: null,
    lane: "online",
    instruction: null,
  };
  const writer = await engine.write({
    ...{
      id,
      kind: kindName,
      owner: sampleOwner,
      name: "Sample: shop signs and more",
      priority: 0,
      chunkSize,
    },
    options: settings,
  });
  const rowsOfBatch = sampleNames.map((name) => {
    const url = `${baseUrl}/samples/${name}`;
    return { url, cells: [url, name] };
  });
  await writer.add(rowsOfBatch);
  await writer.finish({ start: { maxActive } });
  return id;
}

/** The batch of sample pictures; null where there is none, or none any more. */
export async function findSampleBatch(database: Pick<Database, "sql">): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from batches
    where kind = ${kindName} and owner = ${sampleOwner} and visibility = 'visible' and deleted_at is null
    order by created_at limit 1
  `.execute(database.sql);
  return rows[0]?.id ?? null;
}

/** Its pictures come from this service, over loopback: it must listen there, and be allowed to ask there. */
export function wantsSample({
  SAMPLE,
  ENVIRONMENT,
  HOST,
  ALLOW_PRIVATE_NETWORKS: allowed,
}: Pick<Config, "SAMPLE" | "ENVIRONMENT" | "HOST" | "ALLOW_PRIVATE_NETWORKS">): boolean {
  const listensOnLoopback = isLoopbackHost(HOST) || HOST === "0.0.0.0" || HOST === "::";
  const mayAsk = allowed === undefined || allowed.includes("loopback");
  return SAMPLE && ENVIRONMENT === "development" && listensOnLoopback && mayAsk;
}
