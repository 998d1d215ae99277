import type { Asset, NewAsset } from "../../assets/asset.ts";
import type { Links } from "../../assets/links.ts";
import type { NewDelivery } from "../../platform/webhooks/send.ts";
import type { MediaJob } from "./job.ts";

/** Where a picture is, for whoever is not on this server. */
export const absoluteUrl = (links: Links, asset: Pick<Asset, "id" | "name">, baseUrl: string): string =>
  links.publicUrl(asset) ?? `${baseUrl}${links.path(asset)}`;

/**
 * What is told when a job has ended, in the form that the documents print. It is told once, by the job's own id.
 *
 * @param first its first picture; undefined where it failed
 */
export function jobDelivery(
  job: MediaJob,
  url: string,
  { links, first }: { readonly links: Links; readonly first: Pick<NewAsset, "id" | "name"> | undefined },
): NewDelivery {
  const metadata = job.metadata === null ? {} : { metadata: job.metadata };
  const body = first
    ? {
        job_id: job.id,
        status: "completed",
        media_url: absoluteUrl(links, first, job.baseUrl),
        media_id: first.id,
        ...metadata,
      }
    : {
        job_id: job.id,
        status: "failed",
        error: job.errorMessage,
        error_details: errorDetails(job),
        ...metadata,
      };
  return {
    ...{ id: `media-${job.id}`, url, body, topic: `media/job/${job.id}`, owner: job.owner },
    event: first ? "media.completed" : "media.failed",
    plainHeaders: true,
  };
}

export const errorDetails = ({ retryCount, maxRetries }: MediaJob) => ({
  retry_count: retryCount,
  max_retries: maxRetries,
});
