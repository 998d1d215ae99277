import type { Database } from "../../platform/database/database.ts";
import type { Ledger } from "../ledger/contract.ts";
import type { ImageLine } from "./contract.ts";
import type { PictureKeeper } from "./pictures.ts";

export interface GenerationsOptions {
  readonly database: Database;
  /** By the names of their providers. */
  readonly lines: ReadonlyMap<string, ImageLine>;
  readonly ledger: Pick<Ledger, "record">;
  /** Stores what came in an answer, before anything else is done with it. */
  readonly keeper: PictureKeeper;
  /** After so long a provider gives up by itself, where it can. Milliseconds. */
  readonly giveUpMs: number;
  /** Repeats what fails because the database is away, until it is back. */
  readonly persist: <T>(work: () => Promise<T>) => Promise<T>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** In [0, 1): spreads those that wait. */
  readonly random: () => number;
}
