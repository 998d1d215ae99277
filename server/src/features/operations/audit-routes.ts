import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Audit } from "../../platform/audit/audit.ts";
import { auditQuery, auditResponse, cursorText, entryAnswer } from "./audit-schema.ts";

export interface AuditRoutesOptions {
  readonly audit: Pick<Audit, "list">;
  readonly now: () => Date;
}

/** Who did what, for the administrator. */
export const auditRoutes: FastifyPluginAsync<AuditRoutesOptions> = async (scope, { audit, now }) => {
  scope.withTypeProvider<ZodTypeProvider>().get("/api/v1/audit", {
    config: { access: "admin" },
    schema: {
      tags: ["operations"],
      operationId: "listAuditLog",
      summary: "Who did what, newest first; for the administrator",
      querystring: auditQuery,
      response: { 200: auditResponse },
    },
    handler: async ({ query: { limit, after, ...filter } }) => {
      const { entries, next } = await audit.list(filter, { limit, after });
      return {
        success: true as const,
        entries: entries.map(entryAnswer),
        next_after: next && cursorText(next),
        timestamp: now().toISOString(),
      };
    },
  });
};
