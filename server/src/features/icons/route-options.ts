import type { Assets } from "../../assets/assets.ts";
import type { Links } from "../../assets/links.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Trail } from "../../platform/audit/trail.ts";
import type { Database } from "../../platform/database/database.ts";
import type { Ends } from "../../platform/ends.ts";
import type { Downloads } from "../../platform/http/downloads.ts";
import type { Idempotency } from "../../platform/idempotency/idempotency.ts";
import type { Rate } from "../../platform/limits/inbound.ts";
import type { IconModel } from "./icon-model.ts";
import type { IconThumbnailDeps } from "./icon-thumbnail.ts";
import type { IconMaker } from "./make-icon.ts";

export interface IconRoutesOptions {
  readonly database: Database;
  readonly engine: Pick<
    Engine,
    "write" | "read" | "list" | "count" | "cancel" | "results" | "resultPages" | "attempts"
  >;
  readonly maker: Pick<IconMaker, "lookUp">;
  /** What makes icons; null for the open set of icons. */
  readonly model: IconModel | null;
  readonly assets: Assets;
  readonly links: Links;
  /** Of single icons and of batches. */
  readonly ends: Ends;
  readonly thumbnail: IconThumbnailDeps;
  readonly downloads: Downloads;
  readonly idempotency: Idempotency;
  readonly trail: Trail;
  /** How long the answer with a single icon is waited for. Milliseconds. */
  readonly patienceMs: number;
  /** Prefix of absolute addresses; null for the address that a request came to. */
  readonly publicBaseUrl: string | null;
  readonly basePath: string;
  /** Whether reading a picture by its bare address asks for a credential. */
  readonly guarded: boolean;
  /** Of icons and batches that are asked for. */
  readonly rate: Rate | null;
  readonly now: () => Date;
}

export const tags = ["icons"];
export const access = "jwt" as const;
