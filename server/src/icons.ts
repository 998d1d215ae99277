import type { Kind } from "./engine/kind.ts";
import { sweepIcons } from "./features/icons/clear-icons.ts";
import { createIconKinds } from "./features/icons/icons.kind.ts";
import { createIconMaker } from "./features/icons/make-icon.ts";
import type { IconRoutesOptions } from "./features/icons/route-options.ts";
import type { Generation } from "./generation.ts";
import { createLocalIcons, type LocalIcons } from "./models/icons/local/local-icons.ts";
import { createRasterizer } from "./models/icons/local/rasterizer.ts";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import type { Storage } from "./storage.ts";

export interface Icons {
  /** For the engine. @param onIcon is told of every icon of a batch that has ended here, in words for people */
  kinds(onIcon: (batchId: string, line: string) => void): readonly Kind[];
  readonly routes: Omit<IconRoutesOptions, "engine" | "ends" | "downloads" | "idempotency" | "trail">;
  /** Removes what is out of date. */
  sweep(now: Date): Promise<void>;
  close(): Promise<void>;
}

const dayMs = 24 * 3_600_000;

/** Icons, and all that they need. */
export function composeIcons(
  config: Config,
  database: Database,
  { storage, generation }: { readonly storage: Storage; readonly generation: Generation },
): Icons {
  const { assets, links, sizes } = storage;
  const { square, squareOnWhite } = sizes;
  const { generations, pictures, iconModel: model, models } = generation;
  const { rasterize, close } = createRasterizer();
  let icons: LocalIcons | undefined;
  const now = () => new Date();
  const maker = createIconMaker({
    ...{ database, generations, pictures, assets, now },
    removeFile: pictures.removeFile,
    // Read when the first one is drawn: a process that asks models needs none.
    local: () => {
      icons ??= createLocalIcons();
      return icons;
    },
    files: { rasterize, square },
    ask: { openaiSize: config.OPENAI_IMAGE_SIZE, check: models.check },
    retryBaseMs: config.RETRY_BASE_MS,
    keptMs: config.ICON_RETENTION_DAYS === 0 ? null : config.ICON_RETENTION_DAYS * dayMs,
  });
  return {
    kinds: (onIcon) =>
      createIconKinds({
        ...{ maker, onIcon },
        concurrency: config.ICON_CONCURRENCY,
        singles: config.MEDIA_CONCURRENCY,
        retentionDays: config.RESULT_RETENTION_DAYS,
      }),
    routes: {
      ...{ database, maker, model, assets, links, now },
      thumbnail: { rasterize, squareOnWhite },
      patienceMs: config.MEDIA_TIMEOUT_SECONDS * 1_000,
      publicBaseUrl: config.PUBLIC_BASE_URL ?? null,
      basePath: config.BASE_PATH,
      guarded: config.AUTH !== "off",
      rate: config.ICON_RATE_LIMIT,
    },
    async sweep(at) {
      await sweepIcons({ database, assets, generations }, at);
    },
    close,
  };
}
