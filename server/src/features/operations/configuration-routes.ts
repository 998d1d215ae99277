import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { ShownSetting } from "../../platform/shown-settings.ts";
import { configurationResponse } from "./configuration-schema.ts";

export interface ConfigurationRoutesOptions {
  /** In the order in which they are told. */
  readonly settings: readonly ShownSetting[];
  readonly now: () => Date;
}

/** What this process runs with, for whoever operates it. */
export const configurationRoutes: FastifyPluginAsync<ConfigurationRoutesOptions> = async (
  scope,
  { settings, now },
) => {
  const groups = [...Map.groupBy(settings, ({ group }) => group)].map(([name, some]) => ({
    name,
    settings: some.map(({ group: _, ...setting }) => setting),
  }));

  scope.withTypeProvider<ZodTypeProvider>().get("/admin/configuration", {
    config: { access: "operator" },
    schema: {
      tags: ["operations"],
      operationId: "getConfiguration",
      summary:
        "The configuration in force, of the process that answers; of secrets only whether they are set",
      response: { 200: configurationResponse },
    },
    handler: async (_request, reply) => {
      reply.header("cache-control", "no-store");
      return { success: true as const, data: { groups }, timestamp: now().toISOString() };
    },
  });
};
