import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Processes } from "../../platform/processes/processes.ts";
import { processesResponse } from "./process-schema.ts";

export interface ProcessRoutesOptions {
  readonly processes: Pick<Processes, "list">;
  readonly now: () => Date;
}

/** Which processes share the database, for whoever operates them. */
export const processRoutes: FastifyPluginAsync<ProcessRoutesOptions> = async (scope, { processes, now }) => {
  scope.withTypeProvider<ZodTypeProvider>().get("/admin/processes", {
    config: { access: "operator" },
    schema: {
      tags: ["operations"],
      operationId: "listProcesses",
      summary: "The processes that share this database, and where their settings differ",
      response: { 200: processesResponse },
    },
    handler: async (_request, reply) => {
      reply.header("cache-control", "no-store");
      const seen = await processes.list();
      return {
        success: true as const,
        data: {
          processes: seen.map(({ startedAt, seenAt, ...process }) => ({
            ...process,
            started_at: startedAt.toISOString(),
            seen_at: seenAt.toISOString(),
            differs: [...process.differs],
          })),
          differing_settings: [...new Set(seen.flatMap(({ differs }) => differs))].sort(),
          versions: [...new Set(seen.map(({ version }) => version))].sort(),
        },
        timestamp: now().toISOString(),
      };
    },
  });
};
