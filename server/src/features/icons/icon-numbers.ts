import { type QueryExecutorProvider, sql } from "kysely";

/** What counts go up by. */
interface Counts {
  readonly generated?: number;
  readonly failed?: number;
  readonly batches?: number;
  readonly hits?: number;
  readonly misses?: number;
  readonly generationMs?: number;
  /** When the last icon was made. */
  readonly lastGeneration?: Date | null;
}

/** Counts for an owner, with what was counted: in its transaction where there is one. */
export async function countIcons(
  database: QueryExecutorProvider,
  owner: string,
  counts: Counts,
): Promise<void> {
  const { generated = 0, failed = 0, batches = 0, hits = 0, misses = 0, generationMs = 0 } = counts;
  await sql`
    insert into icon_numbers as known
      (owner, generated, failed, batches, hits, misses, generation_ms, last_generation)
    values (
      ${owner}, ${generated}::bigint, ${failed}::bigint, ${batches}::bigint, ${hits}::bigint, ${misses}::bigint,
      ${generationMs}::bigint, ${counts.lastGeneration ?? null}::timestamptz
    )
    on conflict (owner) do update set
      generated = known.generated + excluded.generated, failed = known.failed + excluded.failed,
      batches = known.batches + excluded.batches, hits = known.hits + excluded.hits,
      misses = known.misses + excluded.misses, generation_ms = known.generation_ms + excluded.generation_ms,
      last_generation = coalesce(excluded.last_generation, known.last_generation)
  `.execute(database);
}

export interface StoredNumbers {
  readonly generated: number;
  readonly failed: number;
  readonly batches: number;
  readonly hits: number;
  readonly misses: number;
  readonly generationMs: number;
  readonly lastGeneration: Date | null;
  /** Files that are kept, and their bytes. */
  readonly files: number;
  readonly bytes: number;
}

export async function readNumbers(database: QueryExecutorProvider, owner: string): Promise<StoredNumbers> {
  const { rows } = await sql<StoredNumbers>`
    select coalesce(generated, 0) as generated, coalesce(failed, 0) as failed, coalesce(batches, 0) as batches,
      coalesce(hits, 0) as hits, coalesce(misses, 0) as misses, coalesce(generation_ms, 0) as "generationMs",
      last_generation as "lastGeneration", kept.files, kept.bytes
    from (
      select count(*) as files, coalesce(sum(size), 0)::bigint as bytes from icon_files where owner = ${owner}
    ) as kept left join icon_numbers on owner = ${owner}
  `.execute(database);
  const [row] = rows;
  if (!row) throw new Error("counts were not read");
  return row;
}
