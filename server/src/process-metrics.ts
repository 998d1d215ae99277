import { statfs } from "node:fs/promises";
import { Gauge } from "prom-client";
import type { Database } from "./platform/database/database.ts";
import { memoryLimit } from "./platform/limits/work-limits.ts";
import { gauge, type Metrics } from "./platform/metrics.ts";
import { shareReading } from "./platform/share-reading.ts";

interface ProcessMetricsOptions {
  readonly version: string;
  readonly role: string;
  readonly database: Pick<Database, "engine" | "check" | "connections">;
  /** Null where none is configured. */
  readonly redis: { readonly status: string } | null;
  /** Folders that fill up, by what they are for. */
  readonly folders: Readonly<Record<string, string>>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** What this process is, and how that is doing which it cannot do without. */
export function measureProcess(metrics: Metrics, options: ProcessMetricsOptions): void {
  const { database, redis, version, role, now } = options;
  const registers = [metrics.registry];
  new Gauge({
    name: "fovea_info",
    help: "1, with what runs here as its labels. Of this process.",
    labelNames: ["version", "role", "database"],
    registers,
  }).set({ version, role, database: database.engine }, 1);
  gauge(
    metrics,
    "fovea_memory_limit_bytes",
    "Memory of the container, or of the machine where that has no limit. Of this process.",
    memoryLimit,
  );

  const up = shareReading({
    // A pool in which everybody is busy says nothing of the server.
    read: () =>
      database.check().then(
        () => 1,
        () => (database.connections().waiting > 0 ? null : 0),
      ),
    now,
    freshMs: 5_000,
    // As long as a database that hangs is asked before it counts as away.
    patienceMs: 3_500,
  });
  new Gauge({
    name: "fovea_database_up",
    help: "1 if the database answers this process, else 0; absent while nobody knows, because all connections are taken. Of this process.",
    registers,
    async collect() {
      const answers = await up();
      if (answers === null) this.remove();
      else this.set(answers);
    },
  });
  new Gauge({
    name: "fovea_database_connections",
    help: "Connections to the database: at work, idle, and as many as there may be (most). Of this process.",
    labelNames: ["state"],
    registers,
    collect() {
      const { used, idle, most } = database.connections();
      for (const [state, count] of Object.entries({ used, idle, most })) this.set({ state }, count);
    },
  });
  gauge(
    metrics,
    "fovea_database_waiting",
    "Statements and transactions that wait for a connection. Of this process.",
    () => database.connections().waiting,
  );
  if (redis)
    gauge(metrics, "fovea_redis_up", "1 if there is a connection to Redis, else 0. Of this process.", () =>
      redis.status === "ready" ? 1 : 0,
    );
  measureFolders(metrics, options);
}

/** What cannot be looked at is absent: a folder that is not there yet has no disk. */
function measureFolders(
  { registry }: Metrics,
  { folders, now }: Pick<ProcessMetricsOptions, "folders" | "now">,
): void {
  const read = async () => {
    const disks = await Promise.all(
      Object.entries(folders).map(async ([folder, path]) => {
        const disk = await statfs(path).catch(() => null);
        return disk && { folder, free: disk.bavail * disk.bsize, size: disk.blocks * disk.bsize };
      }),
    );
    return disks.filter((disk) => disk !== null);
  };
  const status = shareReading({ read, now, freshMs: 5_000, patienceMs: 2_000 });
  const disk = (of: "free" | "size", help: string) =>
    new Gauge({
      name: `fovea_disk_${of}_bytes`,
      help,
      labelNames: ["folder"],
      registers: [registry],
      async collect() {
        const disks = await status();
        this.reset();
        for (const each of disks ?? []) this.set({ folder: each.folder }, each[of]);
      },
    });
  disk("free", "Bytes that may still be written where data and stored files are. Of this process.");
  disk("size", "Bytes of the disks that data and stored files are on. Of this process.");
}
