import type { AuditActor } from "./actor.ts";

/** Something that was done. */
export interface AuditEntry {
  /** Dotted, the most general first: `batch.cancel`. */
  readonly action: string;
  /** What it was done to, such as the id of a batch. */
  readonly target: string | null;
  /** What JSON can hold. Of more than 8 KB the long members are cut. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly by: AuditActor;
}

/** An entry as it is read. */
export interface AuditRecord {
  /** In the order of writing. */
  readonly id: number;
  /** By the database's clock. */
  readonly at: Date;
  readonly actor: string;
  readonly method: string;
  readonly address: string | null;
  readonly requestId: string | null;
  readonly action: string;
  readonly target: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What all hold; nothing asks for everything. */
export interface AuditFilter {
  /** All of it, or its first parts: `batch` stands for `batch.cancel` too. */
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly actor?: string | undefined;
  /** At that time or later. */
  readonly since?: Date | undefined;
  /** Before that time. */
  readonly until?: Date | undefined;
}

/** The entry that a page ended with. */
export interface AuditCursor {
  readonly at: Date;
  readonly id: number;
}
