import { type QueryExecutorProvider, sql } from "kysely";

export interface ExportStatistics {
  readonly total: number;
  /** On the day of `now`, UTC. */
  readonly today: number;
  /** How many of each format; one that nobody asked for is not there. */
  readonly byFormat: Readonly<Record<string, number>>;
  /** Of one export; null where there was none. */
  readonly averageBytes: number | null;
}

/**
 * What was exported, from the entries `export.completed`, whose details have `format` and `bytes`. It reads a line of the
 * index for each: a third of a second, embedded, where there are a million.
 */
export async function exportStatistics(
  database: QueryExecutorProvider,
  now: Date,
): Promise<ExportStatistics> {
  const day = new Date(now).setUTCHours(0, 0, 0, 0);
  const [from, to] = [new Date(day), new Date(day + 86_400_000)];
  const { rows } = await sql<{
    format: string | null;
    total: number;
    today: number;
    sized: number;
    bytes: number;
  }>`
    select export_format as format, count(*) as total,
      count(*) filter (where at >= ${from}::timestamptz and at < ${to}::timestamptz) as today,
      count(export_bytes) as sized, coalesce(sum(export_bytes), 0)::float8 as bytes
    from audit_log where action = 'export.completed'
    group by export_format order by export_format
  `.execute(database);
  const sum = (field: "total" | "today" | "sized" | "bytes") =>
    rows.reduce((total, row) => total + row[field], 0);
  const sized = sum("sized");
  return {
    total: sum("total"),
    today: sum("today"),
    byFormat: Object.fromEntries(
      rows.flatMap(({ format, total }) => (format === null ? [] : [[format, total]])),
    ),
    averageBytes: sized === 0 ? null : sum("bytes") / sized,
  };
}
