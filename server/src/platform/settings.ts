import { access } from "./settings/access.ts";
import { batches } from "./settings/batches.ts";
import { catalog } from "./settings/catalog.ts";
import { icons } from "./settings/icons.ts";
import { limits } from "./settings/limits.ts";
import { listening } from "./settings/listening.ts";
import { media } from "./settings/media.ts";
import { outbound } from "./settings/outbound.ts";
import { providers } from "./settings/providers.ts";
import { running } from "./settings/running.ts";
import { storage } from "./settings/storage.ts";
import { telemetry } from "./settings/telemetry.ts";

/**
 * The table of all settings: one name each, parsed from text. What is described there is all there is: the reference
 * page is generated from it.
 */
export const settings = {
  ...listening,
  ...running,
  ...access,
  ...limits,
  ...storage,
  ...outbound,
  ...providers,
  ...media,
  ...icons,
  ...catalog,
  ...batches,
  ...telemetry,
} as const;
