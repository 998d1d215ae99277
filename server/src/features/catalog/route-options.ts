import type { Assets } from "../../assets/assets.ts";
import type { Links } from "../../assets/links.ts";
import type { Engine } from "../../engine/engine.ts";
import type { OnStopped } from "../../engine/stops.ts";
import type { Trail } from "../../platform/audit/trail.ts";
import type { Identity } from "../../platform/auth/identity.ts";
import type { Database } from "../../platform/database/database.ts";
import type { Downloads } from "../../platform/http/downloads.ts";
import type { Idempotency } from "../../platform/idempotency/idempotency.ts";
import type { Rate } from "../../platform/limits/inbound.ts";
import type { ShowPicture } from "../../platform/outbound/shown-picture.ts";

export interface CatalogRoutesOptions {
  readonly database: Database;
  readonly engine: Pick<Engine, "now" | "write" | "read" | "list" | "cancel" | "itemPages">;
  readonly assets: Pick<Assets, "find" | "open">;
  readonly links: Links;
  readonly downloads: Downloads;
  readonly showPicture: ShowPicture;
  readonly idempotency: Idempotency;
  readonly trail: Trail;
  /** In the transaction of the end of a request. */
  readonly tellOfEnd: OnStopped;
  /** Prefix of absolute addresses; null for the address that a request came to. */
  readonly publicBaseUrl: string | null;
  readonly basePath: string;
  /** Whether caches that many share may keep pictures. */
  readonly cacheScope: "public" | "private";
  /** Who is told is set for the whole installation, so not everybody who has a credential may set it. */
  readonly mayConfigure: (identity: Identity) => boolean;
  /** Of uploads. */
  readonly rate: Rate | null;
  readonly now: () => Date;
}

export const tags = ["catalog"];

/** The document's examples have no key, so one is asked for only where it is configured to be. */
export const access = "openOrKey" as const;
