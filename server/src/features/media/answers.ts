import type { Asset } from "../../assets/asset.ts";
import type { Assets } from "../../assets/assets.ts";
import type { Links } from "../../assets/links.ts";
import type { GenerationStatus, Generations } from "../../models/generation/contract.ts";
import type { Database } from "../../platform/database/database.ts";
import type { MediaJob } from "./job.ts";
import { type JobOutput, outputsOf } from "./job-store.ts";
import { absoluteUrl, errorDetails } from "./webhook.ts";

export interface AnswersOptions {
  readonly database: Pick<Database, "sql">;
  readonly generations: Pick<Generations, "status">;
  readonly assets: Pick<Assets, "findMany">;
  readonly links: Links;
}

/** Where the addresses of pictures begin: an absolute one names the server, others are looked up from where they are read. */
export type Base = string | "relative";

/** Jobs as the API tells of them, in the given order. */
export function createAnswers({ database, generations, assets, links }: AnswersOptions) {
  return async (jobs: readonly MediaJob[], base: Base) => {
    const ids = jobs.map(({ id }) => id);
    const [outputs, statuses] = await Promise.all([outputsOf(database.sql, ids), generations.status(ids)]);
    const found = await assets.findMany(outputs.map(({ assetId }) => assetId));
    const outputsOfJob = Map.groupBy(outputs, ({ jobId }) => jobId);
    const statusesOfJob = Map.groupBy(statuses, ({ jobId }) => jobId);
    return jobs.map((job) => {
      const pictures = (outputsOfJob.get(job.id) ?? []).flatMap((output) => {
        const asset = found.get(output.assetId);
        return asset ? [pictureAnswer(asset, output, links, base)] : [];
      });
      return jobAnswer(job, pictures, statusesOfJob.get(job.id) ?? []);
    });
  };
}

type PictureAnswer = ReturnType<typeof pictureAnswer>;

function pictureAnswer(asset: Asset, { seed }: JobOutput, links: Links, base: Base) {
  return {
    id: asset.id,
    url: base === "relative" ? links.path(asset) : absoluteUrl(links, asset, base),
    type: "image" as const,
    mime_type: asset.contentType,
    file_size_bytes: asset.size,
    width: asset.width,
    height: asset.height,
    ...(seed === null ? {} : { seed }),
    ...(asset.state === "expired" ? { is_expired: true } : {}),
  };
}

function jobAnswer(job: MediaJob, pictures: readonly PictureAnswer[], statuses: readonly GenerationStatus[]) {
  const { createdAt, updatedAt, startedAt, completedAt } = job;
  const costs = statuses.flatMap(({ costMicros }) => (costMicros === null ? [] : [costMicros]));
  const lost = statuses.reduce((sum, status) => sum + status.lost, 0);
  return {
    id: job.id,
    status: job.state,
    prompt: job.prompt,
    parameters: job.parameters,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
    started_at: startedAt?.toISOString() ?? null,
    completed_at: completedAt?.toISOString() ?? null,
    duration_seconds: startedAt && completedAt ? (completedAt.getTime() - startedAt.getTime()) / 1_000 : null,
    retry_count: job.retryCount,
    error_message: job.errorMessage,
    media: job.state === "completed" && pictures.length > 0 ? pictures : null,
    progress: Math.round(job.progress * 10) / 10,
    provider: job.provider,
    model: job.model,
    ...(job.errorCode === null ? {} : { error_code: job.errorCode, error_details: errorDetails(job) }),
    ...(job.metadata === null ? {} : { metadata: job.metadata }),
    ...(job.warnings.length === 0 ? {} : { warnings: job.warnings }),
    ...(costs.length === 0 ? {} : { estimated_cost_usd: costs.reduce((sum, cost) => sum + cost, 0) / 1e6 }),
    ...(lost === 0 ? {} : { possibly_paid_twice: lost }),
  };
}
