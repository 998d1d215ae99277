import { z } from "zod";

/**
 * A backup is gzipped lines of JSON: a header, then for each table its name and columns, its rows (arrays of PostgreSQL's
 * text form of each value, or null) and their number, and an end. It is the same for both engines and for any version
 * of PostgreSQL.
 */
export const formatVersion = 1;

export const header = z.object({
  format: z.literal("fovea-backup"),
  version: z.int(),
  created_at: z.iso.datetime(),
  migrations: z.array(z.object({ number: z.int(), name: z.string(), checksum: z.string() })),
  /** Schemas that others manage, with the version of each. */
  foreign: z.record(z.string(), z.int()),
  /** Qualified and quoted; those that others refer to come first. */
  tables: z.array(z.string()),
  sequences: z.array(z.object({ name: z.string(), last_value: z.string() })),
});
export type Header = z.output<typeof header>;

export const tableStart = z.object({ table: z.string(), columns: z.array(z.string()) });
export const tableEnd = z.object({ rows: z.int() });
export const end = z.object({ end: z.literal(true) });

export const row = z.array(z.string().nullable());
export type Row = z.output<typeof row>;

/** A schema beside ours, whose tables are made by a library and not by our migrations. */
export interface ForeignSchema {
  readonly name: string;
  /** Of the library that this program uses; a backup with another one is restored without this schema. */
  readonly version: number;
  /** A query for the version that is there, as `version`. It is only run where the schema is. */
  readonly versionQuery: string;
  /** Makes the empty schema; statements without BEGIN and COMMIT. */
  readonly create: string;
}
