import type { Redis } from "ioredis";
import { measureQueues } from "./batch-metrics.ts";
import type { BatchWork } from "./batch-work.ts";
import type { Media } from "./media.ts";
import { measureSteps } from "./media-metrics.ts";
import { measureQuotas } from "./model-metrics.ts";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import type { Downloads } from "./platform/http/downloads.ts";
import type { Admission } from "./platform/limits/admission.ts";
import { gauge, type Metrics } from "./platform/metrics.ts";
import { measureAdmission } from "./prepare-metrics.ts";
import { measureProcess } from "./process-metrics.ts";
import type { Storage } from "./storage.ts";

interface Parts {
  readonly version: string;
  readonly database: Database;
  readonly redis: Redis | null;
  readonly storage: Storage;
  readonly work: BatchWork;
  readonly media: Media;
  readonly admission: Admission;
  readonly downloads: Downloads;
}

/** What is read of the parts whenever somebody asks for metrics; what they count by themselves they were given. */
export function observe(metrics: Metrics, config: Config, parts: Parts): void {
  const { version, database, redis, storage, work, media, admission, downloads } = parts;
  const now = () => performance.now();
  measureSteps(metrics, { jobs: media.jobs, now });
  measureQueues(metrics, { read: work.engine.queues, now });
  measureQuotas(metrics, { quotas: () => new Map([...work.models.quotas, ...media.quotas]), now });
  const { folder } = storage.files;
  measureProcess(metrics, {
    ...{ version, role: config.ROLE, database, redis },
    folders: { data: config.DATA_DIR, ...(folder === null ? {} : { files: folder }) },
    now,
  });
  measureAdmission(metrics, admission);
  gauge(metrics, "fovea_exports_active", "Exports being downloaded. Of this process.", downloads.active);
}
