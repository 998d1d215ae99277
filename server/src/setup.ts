import type { BatchWork } from "./batch-work.ts";
import { maxUploadBytes } from "./features/analysis/create-batch.ts";
import { findSampleBatch } from "./features/analysis/samples/sample-batch.ts";
import type { SetupRoutesOptions } from "./features/operations/setup-routes.ts";
import type { Icons } from "./icons.ts";
import { nameOf } from "./image-models.ts";
import type { Media } from "./media.ts";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import { providerSetups } from "./provider-setup.ts";

/** What is set up here, for whoever looks at it first. */
export function composeSetup(
  config: Config,
  {
    version,
    database,
    work: { models },
    media,
    icons,
  }: {
    readonly version: string;
    readonly database: Database;
    readonly work: Pick<BatchWork, "models">;
    readonly media: Media;
    readonly icons: Icons;
  },
): Omit<SetupRoutesOptions, "trail" | "now"> {
  const { models: names, usual = null, defaultOnly = [], laneModels = [] } = models.choices;
  const { models: imageModels } = media.routes;
  return {
    ...{ version, environment: config.ENVIRONMENT, auth: config.AUTH },
    analysis: {
      models: names.map((name) => ({
        name,
        provider: models.providers.get(name) ?? name,
        usual: name === usual,
        reads_instruction: !defaultOnly.includes(name),
        batch_lane: laneModels.includes(name),
      })),
      usual,
      max_upload_bytes: maxUploadBytes,
      max_active_batches: config.MAX_CONCURRENT_BATCHES,
    },
    media: { models: [...imageModels.names], usual: imageModels.usual && nameOf(imageModels.usual) },
    icons: { model: icons.routes.model && nameOf(icons.routes.model) },
    providers: providerSetups(config),
    sampleBatch: () => findSampleBatch(database),
    warnings: () => models.warnings(new Date()),
  };
}
