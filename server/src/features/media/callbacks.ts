import type { FastifyPluginAsync } from "fastify";
import type { Generations } from "../../models/generation/contract.ts";
import { ProviderError } from "../../models/hosted/provider.ts";
import type { Database } from "../../platform/database/database.ts";
import { AppError } from "../../platform/errors.ts";
import type { Jobs } from "../../platform/jobs/jobs.ts";
import { jobNotFound } from "./errors.ts";
import { Refusal } from "./pydantic.ts";
import { uuid } from "./pydantic-uuid.ts";
import { mediaSteps } from "./steps.ts";

export interface CallbackOptions {
  readonly database: Pick<Database, "sql">;
  readonly generations: Pick<Generations, "jobOf">;
  readonly jobs: Pick<Jobs, "send">;
  /** Whether a callback is its provider's own. @throws {ProviderError} where that cannot be found out now */
  readonly verify: (
    origin: { readonly provider: string; readonly keyId: string | null },
    delivery: {
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
      readonly body: Buffer;
    },
  ) => Promise<boolean>;
}

const mostBytes = 16 * 2 ** 20;

/** Below what path a provider calls back. */
export const callbackPath = "/api/v1/jobs/callbacks";

/**
 * Where providers say that something has changed: only a hint, after which they are asked. So a forged one, were it
 * believed, would cost a question.
 */
export const callbackRoutes: FastifyPluginAsync<CallbackOptions> = async (scope, options) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: mostBytes }, (_request, body, done) =>
    done(null, body),
  );
  const originOf = async (text: string) => {
    const id = uuid(text);
    const origin = id instanceof Refusal ? null : await options.generations.jobOf(id);
    if (!origin) throw jobNotFound();
    return origin;
  };
  scope.post<{ Params: { generation_id: string }; Body: unknown }>(`${callbackPath}/:generation_id`, {
    // Its signature is its credential.
    config: { access: "public" },
    schema: { hide: true },
    // Before its body is read: who cannot name a start has nothing to tell.
    onRequest: async (request) => void (await originOf(request.params.generation_id)),
    handler: async (request, reply) => {
      const origin = await originOf(request.params.generation_id);
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const isTheirs = await options
        .verify(origin, { headers: request.headers, body })
        .catch((error: unknown) => {
          throw error instanceof ProviderError ? cannotVerify(error) : error;
        });
      if (!isTheirs) throw notSigned();
      await options.jobs.send(options.database.sql, mediaSteps, { jobId: origin.jobId, hint: true });
      return reply.code(200).send({ received: true });
    },
  });
};

const notSigned = () =>
  new AppError({
    code: "invalid_signature",
    status: 401,
    message: "The signature of this callback is not its provider's.",
  });

/** It is asked to call again, as it does after any 5xx. */
const cannotVerify = (cause: ProviderError) =>
  new AppError({
    code: "model_unreachable",
    status: 503,
    message: "Whether this callback is its provider's own cannot be found out now.",
    headers: { "retry-after": "10" },
    cause,
  });
