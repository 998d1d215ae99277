import type { Pool } from "pg";
import type { Listener, StopListening } from "./listeners.ts";

/** What the two engines have in common, below Kysely. */
export interface OpenedEngine {
  readonly pool: Pool;
  listen(channel: string, listener: Listener): Promise<StopListening>;
  /** @throws {DatabaseUnavailable} */
  check(): Promise<void>;
  /** After the pool has ended. */
  close(): Promise<void>;
}
