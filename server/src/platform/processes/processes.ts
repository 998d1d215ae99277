import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../database/database.ts";
import { differencesOf, type Fingerprints } from "./fingerprints.ts";

export interface ProcessesOptions {
  readonly database: Database;
  readonly role: "all" | "api" | "worker";
  readonly version: string;
  /** Name of the machine, or of the container. */
  readonly host: string;
  readonly fingerprints: Fingerprints;
  readonly log: { warn(fields: object, message: string): void };
  readonly beatMs?: number;
}

/** A process that shares the database. */
interface SeenProcess {
  readonly id: string;
  readonly role: "all" | "api" | "worker";
  readonly version: string;
  readonly host: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  /** It was told to end, and still answers. */
  readonly ending: boolean;
  /** The process that was asked. */
  readonly own: boolean;
  /** Names of settings that it has differently than the process that was asked. */
  readonly differs: readonly string[];
}

type Row = Omit<SeenProcess, "own" | "differs"> & { readonly fingerprints: Fingerprints };

export interface Processes {
  /** Tells of this process from now on, and warns of others whose settings differ. */
  start(): Promise<void>;
  /** This process is about to end. */
  announceEnd(): void;
  /** Those that live, the oldest first. */
  list(): Promise<readonly SeenProcess[]>;
  /** Nothing of this process is left. */
  close(): Promise<void>;
}

const goneAfterSeconds = 60;

/**
 * Which processes there are. Embedded there is one, which need not be written down.
 *
 * Nothing depends on it but people: work is shared by leases, which have a clock of their own.
 */
export function createProcesses(options: ProcessesOptions): Processes {
  const { database, role, version, host, fingerprints, log, beatMs = 15_000 } = options;
  const id = randomUUID();
  const startedAt = new Date();
  const alone = database.engine === "embedded";
  let ending = false;
  let beat: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  const write = async () => {
    await sql`
      insert into processes (id, role, version, host, started_at, seen_at, ending, fingerprints)
      values (${id}, ${role}, ${version}, ${host}, ${startedAt}, now(), ${ending}, ${JSON.stringify(fingerprints)})
      on conflict (id) do update set seen_at = excluded.seen_at, ending = excluded.ending`.execute(
      database.sql,
    );
    await sql`delete from processes where seen_at < now() - interval '1 day'`.execute(database.sql);
  };
  /** While the database is away the others may think that this process is gone. */
  const writeNext = () => {
    // One that hangs is not joined by those after it.
    writing ??= write()
      .catch(() => {})
      .finally(() => {
        writing = undefined;
      });
    return writing;
  };

  const read = async (): Promise<readonly Row[]> => {
    const { rows } = await sql<Row>`
      select id, role, version, host, started_at as "startedAt", seen_at as "seenAt", ending, fingerprints
      from processes where seen_at > now() - make_interval(secs => ${goneAfterSeconds})
      order by started_at, id`.execute(database.sql);
    return rows;
  };
  const self = (): Row => ({ id, role, version, host, startedAt, seenAt: new Date(), ending, fingerprints });
  const list = async () => {
    const rows = alone ? [self()] : await read();
    return rows.map(({ fingerprints: theirs, ...process }) => ({
      ...process,
      own: process.id === id,
      differs: differencesOf(fingerprints, theirs),
    }));
  };

  return {
    async start() {
      if (alone) return;
      beat = setInterval(writeNext, beatMs);
      beat.unref();
      await writeNext();
      // Nothing depends on it: a database that is away for a moment is no reason not to start.
      for (const { host: other, role: itsRole, differs } of await list().catch(() => [])) {
        if (differs.length === 0) continue;
        log.warn(
          { settings: differs, host: other, role: itsRole },
          "another process on this database has other settings; they have to be the same in all",
        );
      }
    },
    announceEnd() {
      ending = true;
      // After a row that is being written without it.
      if (beat) void (writing ?? Promise.resolve()).then(writeNext);
    },
    list,
    async close() {
      if (!beat) return;
      clearInterval(beat);
      await writing;
      await sql`delete from processes where id = ${id}`.execute(database.sql).catch(() => {});
    },
  };
}
