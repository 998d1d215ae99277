import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import type { CheckKey } from "../../models/hosted/key-check.ts";
import type { Trail } from "../../platform/audit/trail.ts";
import { callerSignal } from "../../platform/http/caller-signal.ts";
import { limitTo } from "../../platform/limits/inbound.ts";
import { verdictOf } from "./key-verdict.ts";
import { noSuchProvider } from "./setup-errors.ts";
import { keyTestRequest, keyTestResponse, setupResponse } from "./setup-schema.ts";

type Setup = z.output<typeof setupResponse>;

/** A provider that a setting makes usable. */
export interface ProviderSetup extends Omit<Setup["providers"][number], "can_test"> {
  /** Null where there is no key that could be tried. */
  readonly checkKey: CheckKey | null;
}

export interface SetupRoutesOptions
  extends Pick<Setup, "version" | "environment" | "auth" | "analysis" | "media" | "icons"> {
  readonly providers: readonly ProviderSetup[];
  readonly sampleBatch: () => Promise<string | null>;
  /** What somebody should look at soon: sentences, without secrets. */
  readonly warnings: () => readonly string[];
  readonly trail: Pick<Trail, "note">;
  readonly now: () => Date;
}

const tags = ["operations"];

/** Each has a provider asked. */
const keyTests = limitTo("key-test", { max: 10, windowMs: 60_000 });
const mostBytes = 4_096;

/** What is set up here, for a first look, and what could be added. */
export const setupRoutes: FastifyPluginAsync<SetupRoutesOptions> = async (scope, options) => {
  const { version, environment, auth, analysis, media, icons, providers, trail } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();

  http.get("/api/v1/setup", {
    config: { access: "open" },
    schema: {
      tags,
      operationId: "getSetup",
      summary: "What this service is and can do, who asks, and what a key would add",
      response: { 200: setupResponse },
    },
    handler: async ({ identity }, reply) => {
      reply.header("cache-control", "no-store");
      return {
        ...{ version, environment, auth, analysis, media, icons },
        caller: {
          name: identity.method === "anonymous" ? null : identity.subject,
          admin: identity.admin,
          signed_in: identity.method === "session",
        },
        sample_batch_id: await options.sampleBatch(),
        providers: providers.map(({ checkKey, ...provider }) => ({
          ...provider,
          can_test: checkKey !== null,
        })),
        warnings: [...options.warnings()],
      };
    },
  });

  http.post("/api/v1/setup/keys/test", {
    config: { access: "operator", ...keyTests },
    bodyLimit: mostBytes,
    schema: {
      tags,
      operationId: "testProviderKey",
      summary: "Asks a provider whether it takes a key, with something that costs nothing",
      description:
        "At the configured address of the provider, once, within 10 seconds. The key is neither stored nor logged: to use it, " +
        "put it into the provider's setting and start the service again.",
      body: keyTestRequest,
      response: { 200: keyTestResponse },
    },
    handler: async (request, reply) => {
      const { provider: name, key } = request.body;
      const provider = providers.find((each) => each.name === name);
      if (!provider?.checkKey)
        throw noSuchProvider(providers.flatMap((each) => (each.checkKey ? each.name : [])));
      const verdict = await verdictOf(provider.title, provider.checkKey, {
        key,
        signal: callerSignal(reply),
      });
      await trail.note(request, "setup.test_key", name, { reason: verdict.reason });
      reply.header("cache-control", "no-store");
      return { ...verdict, timestamp: options.now().toISOString() };
    },
  });
};
