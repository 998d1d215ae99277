import type { Pool } from "pg";
import type { Listen } from "./listeners.ts";

/** What the two engines have in common, below Kysely. */
export interface OpenedEngine {
  readonly pool: Pool;
  readonly listen: Listen;
  /** @throws {DatabaseUnavailable} */
  check(): Promise<void>;
  /** After the pool has ended. */
  close(): Promise<void>;
}
