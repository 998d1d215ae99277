import { z } from "zod";
import { defineQueue } from "../../platform/jobs/queue.ts";

/** How long one step may take: as long as a model that answers with its pictures. */
const stepSeconds = 900;

/**
 * Work on media jobs: each is a chain of steps of seconds, of which the last one of a step sends the next. Kills use up
 * tries, so there are many of them; what fails that often is a fault of ours.
 */
export const mediaSteps = defineQueue("media-steps", {
  schema: z.object({
    jobId: z.uuid(),
    /** Sent because something may have changed: where another step is at work, it has nothing to do. */
    hint: z.boolean().optional(),
  }),
  concurrency: 32,
  retryLimit: 40,
  retryBaseMs: 500,
  retryMaxMs: 30_000,
  expireSeconds: stepSeconds,
});

/** Beyond it the job is taken from a step that was not repeated. */
export const stepLeaseMs = (stepSeconds + 60) * 1_000;
