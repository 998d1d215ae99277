import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { parseAddress } from "../../platform/webhooks/address.ts";
import { configured } from "./answers.ts";
import { needsApiKey } from "./refusals.ts";
import { type CatalogRoutesOptions, tags } from "./route-options.ts";
import * as wire from "./schema.ts";
import { readWebhookConfig } from "./webhook-config.ts";
import { storeConfig } from "./webhook-store.ts";

/** Who is told of requests. */
export const webhookRoutes: FastifyPluginAsync<CatalogRoutesOptions> = async (scope, options) => {
  const { database, trail, mayConfigure } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();

  http.post("/api/v1/webhook/configure", {
    ...wire.describedOnly,
    config: { access: "apiKey" },
    schema: {
      tags,
      operationId: "configureCatalogWebhook",
      summary: "Sets who is told when requests begin and end, for all uploads; the last one set counts",
      body: wire.webhookBody,
      response: { 200: wire.configuredResponse, ...wire.errorResponses },
    },
    handler: async (request) => {
      const { identity } = request;
      if (!mayConfigure(identity)) throw needsApiKey();
      const config = { ...readWebhookConfig(request.body), owner: identity.owner };
      const { shown } = parseAddress(config.url);
      const note = trail.within(request, "catalog.webhook", null, { url: shown, events: config.events });
      await database.transaction(async (tx) => {
        await storeConfig(tx, config);
        await note(tx);
      });
      return configured();
    },
  });
};
