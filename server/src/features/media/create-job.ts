import { createHash, randomUUID } from "node:crypto";
import type { Generations } from "../../models/generation/contract.ts";
import { ProviderError } from "../../models/hosted/provider.ts";
import type { Checked } from "../../models/images/contract.ts";
import type { Database } from "../../platform/database/database.ts";
import { idempotencyKeyReused, requestInProgress } from "../../platform/idempotency/errors.ts";
import type { Idempotency } from "../../platform/idempotency/idempotency.ts";
import type { Jobs } from "../../platform/jobs/jobs.ts";
import { modelRefuses, modelUnreachable, noImageModel, unknownModel, unmetParameters } from "./errors.ts";
import type { GenerateRequest } from "./generate-request.ts";
import type { ChosenModel, ImageModels } from "./image-models.ts";
import { imageRequestOf, jobWarning, storingOf } from "./image-request.ts";
import { insertJob } from "./job-store.ts";
import { mediaSteps } from "./steps.ts";

export interface CreateJobOptions {
  readonly database: Database;
  readonly models: ImageModels;
  readonly generations: Pick<Generations, "plan">;
  readonly jobs: Pick<Jobs, "send">;
  readonly idempotency: Idempotency;
  readonly maxRetries: number;
  readonly basePath: string;
}

export interface Order {
  readonly request: GenerateRequest;
  readonly owner: string;
  readonly idempotencyKey: string | null;
  /** Prefix of the addresses that its webhook names. */
  readonly baseUrl: string;
}

export interface CreatedJob {
  /** What the API answers; of a request that was sent before, what that got. */
  readonly body: { readonly id: string };
  readonly replayed: boolean;
}

/** What the documents promise; how long a model really takes nobody knows before. */
const estimatedSeconds = 300;

/**
 * A prompt → a job, which is there with what will be sent for it and the first step of its work, or not at all. So a
 * caller that got no answer sends the same again with its `Idempotency-Key`, and there is one job.
 */
export async function createJob(options: CreateJobOptions, order: Order): Promise<CreatedJob> {
  const { database, generations, jobs, idempotency } = options;
  const { request, owner, idempotencyKey: key } = order;
  const begun = key === null ? null : await idempotency.begin(`media ${digest(owner)}`, key);
  const asked = digest(JSON.stringify(request));
  if (begun?.as === "running") throw requestInProgress();
  if (begun?.as === "repeat") {
    if (begun.fingerprint !== asked) throw idempotencyKeyReused();
    return { body: begun.answer.body as CreatedJob["body"], replayed: true };
  }
  try {
    const chosen = choose(options.models, request);
    const { warnings, starts } = await check(options.models, chosen, order);
    const id = randomUUID();
    const body = await database.transaction(async (tx) => {
      const job = await insertJob(tx, {
        ...{ id, owner, prompt: request.prompt, parameters: request.echoed, metadata: request.metadata },
        ...{ webhookUrl: request.webhookUrl, baseUrl: order.baseUrl, ...chosen },
        ...{ storing: storingOf(request), warnings, maxRetries: options.maxRetries },
      });
      await generations.plan(
        tx,
        starts.map((prepared, number) => ({ id: randomUUID(), jobId: id, number, ...chosen, prepared })),
      );
      await jobs.send(tx, mediaSteps, { jobId: id });
      const answer = {
        id,
        status: job.state,
        created_at: job.createdAt.toISOString(),
        status_url: `${options.basePath}/api/v1/jobs/status/${id}`,
        estimated_completion_time: estimatedSeconds,
      };
      await begun?.finish(tx, asked, { status: 201, body: answer });
      return answer;
    });
    return { body, replayed: false };
  } catch (error) {
    await begun?.abandon();
    throw error;
  }
}

function choose(models: ImageModels, { model }: GenerateRequest): ChosenModel {
  if (model === null) {
    if (models.usual) return models.usual;
    throw noImageModel();
  }
  const found = models.find(model);
  if (!found) throw unknownModel(model, models.names);
  return found;
}

async function check(models: ImageModels, chosen: ChosenModel, { request }: Order) {
  const checked = await models.check(chosen, imageRequestOf(request)).catch((error: unknown): Checked => {
    if (!(error instanceof ProviderError)) throw error;
    const { failure } = error;
    if (failure.kind === "rejected") throw modelRefuses(failure.reason, request);
    if (failure.kind === "model_unknown") throw unknownModel(request.model ?? chosen.model, models.names);
    throw modelUnreachable("reason" in failure ? failure.reason : "Its provider is asked too often.");
  });
  const warnings = checked.warnings.map(jobWarning);
  if (request.strict && warnings.length > 0) throw unmetParameters(warnings, request);
  return { warnings, starts: checked.starts };
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex");
