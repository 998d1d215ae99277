import type { LaneJob } from "../../models/batch-lane/contract.ts";

/** A job at the provider, as it is told of. */
export const jobAnswer = (job: LaneJob) => ({
  job_id: job.id,
  status: job.state,
  provider_name: job.name,
  model: job.model,
  api_key_used: job.keyLabel,
  request_count: job.requests,
  answered_count: job.answered,
  created_at: job.createdAt.toISOString(),
  submitted_at: job.handedOverAt?.toISOString() ?? null,
  completed_at: job.endedAt?.toISOString() ?? null,
  message: job.reason,
});
