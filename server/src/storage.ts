import { join } from "node:path";
import { type Assets, createAssets } from "./assets/assets.ts";
import { createLinks, type Links } from "./assets/links.ts";
import { createResize, type PictureSizes } from "./picture-sizes.ts";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import { type OpenedFiles, openFiles } from "./platform/files/open-files.ts";
import { tracedFiles } from "./platform/files/traced-files.ts";
import type { Admission } from "./platform/limits/admission.ts";
import type { Secrets } from "./platform/secrets.ts";
import { noTrace, type Trace } from "./platform/tracing/trace.ts";

const dayMs = 24 * 3_600_000;

export interface Storage {
  readonly files: OpenedFiles;
  readonly assets: Assets;
  readonly links: Links;
  /** Stored pictures in other sizes and formats. */
  readonly sizes: PictureSizes;
}

/** Stored pictures, for all features. */
export function composeStorage(
  config: Config,
  database: Database,
  {
    secrets,
    admission,
    trace = noTrace,
  }: { readonly secrets: Secrets; readonly admission: Admission; readonly trace?: Trace },
): Storage {
  const opened = openFiles({
    path: config.IMAGE_STORAGE_PATH ?? join(config.DATA_DIR, "files"),
    s3: {
      region: config.AWS_REGION,
      endpoint: config.AWS_ENDPOINT_URL_S3 ?? null,
      forcePathStyle: config.AWS_S3_FORCE_PATH_STYLE ?? null,
      accessKeyId: config.AWS_ACCESS_KEY_ID ?? null,
      secretAccessKey: config.AWS_SECRET_ACCESS_KEY ?? null,
      sessionToken: config.AWS_SESSION_TOKEN ?? null,
      roleArn: config.AWS_ROLE_ARN ?? null,
      webIdentityTokenFile: config.AWS_WEB_IDENTITY_TOKEN_FILE ?? null,
      roleSessionName: config.AWS_ROLE_SESSION_NAME,
      stsEndpoint: config.AWS_ENDPOINT_URL_STS ?? null,
    },
  });
  const files = tracedFiles(opened, trace);
  const sizes = createResize({
    admission,
    maxPixels: config.PREPARE_MAX_MEGAPIXELS * 1e6,
    deadlineMs: config.PREPARE_DEADLINE_SECONDS * 1000,
  });
  const now = () => new Date();
  return {
    files,
    sizes,
    assets: createAssets({ database, files, resize: sizes.resize, now }),
    links: createLinks({
      secrets: secrets.linkSecrets,
      signed: {
        media: config.AUTH === "all",
        icons: config.AUTH !== "off",
        catalog: config.AUTH === "all",
      },
      lifeMs: config.IMAGE_LINK_DAYS * dayMs,
      basePath: config.BASE_PATH,
      publicBase: config.IMAGE_STORAGE_PUBLIC_URL ?? null,
      now,
    }),
  };
}
