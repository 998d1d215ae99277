import { PGlite } from "@electric-sql/pglite";

/** What is not here is PGlite's or PostgreSQL's default. */
const settings = [
  "fsync=on",
  // With PGlite the other methods do not reach the disk.
  "wal_sync_method=fsync",
  // PostgreSQL's own 128 MB would double the memory of this process; the system caches the files anyway.
  "shared_buffers=16MB",
  "max_wal_size=64MB",
  "min_wal_size=32MB",
];

/** How the engine is started. */
export const startParameters: string[] = [
  // -F is fsync=off.
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  ...settings.flatMap((setting) => ["-c", setting]),
];
