import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Trail } from "../../platform/audit/trail.ts";
import type { Identity } from "../../platform/auth/identity.ts";
import { limitTo, type Rate } from "../../platform/limits/inbound.ts";
import { shownAddress } from "../../platform/webhooks/address.ts";
import { deliveryNotFound } from "../../platform/webhooks/errors.ts";
import type { Webhooks } from "../../platform/webhooks/webhooks.ts";
import {
  cursorText,
  deliveriesQuery,
  deliveriesResponse,
  deliveryAnswer,
  deliveryParams,
  deliveryResponse,
  detailsAnswer,
  testRequest,
  testResponse,
} from "./webhook-schema.ts";

export interface WebhookRoutesOptions {
  readonly webhooks: Pick<Webhooks, "list" | "get" | "redeliver" | "test">;
  readonly trail: Pick<Trail, "within" | "note">;
  /** Who sees those of others too: what a receiver answers may be nobody else's business. */
  readonly seesAll: (identity: Identity) => boolean;
  /** Of tests and redeliveries, which have this service ask others; null for none. */
  readonly rate: Rate | null;
  readonly now: () => Date;
}

const tags = ["webhooks"];
const config = { access: "open" } as const;

/** What was told to receivers and how that went, to whoever had it told. */
export const webhookRoutes: FastifyPluginAsync<WebhookRoutesOptions> = async (scope, options) => {
  const { webhooks, trail, seesAll, now } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const limited = { ...config, ...limitTo("webhooks", options.rate) };
  const answer = <Data extends object>(data: Data) => ({
    success: true as const,
    ...data,
    timestamp: now().toISOString(),
  });

  /** That somebody else has a delivery of this id is not said either. */
  async function visible(id: string, { identity }: FastifyRequest) {
    const delivery = await webhooks.get(id);
    if (delivery.owner !== identity.owner && !seesAll(identity)) throw deliveryNotFound(id);
    return delivery;
  }

  http.get("/api/v1/webhooks/deliveries", {
    config,
    schema: {
      tags,
      operationId: "listWebhookDeliveries",
      summary: "Webhooks that were sent or will be, newest first, with their attempts",
      description:
        "With `AUTH=all` one's own, and those of everybody for the administrator. They are kept for 30 days.",
      querystring: deliveriesQuery,
      response: { 200: deliveriesResponse },
    },
    handler: async ({ query, identity }) => {
      const { status, event, topic, url, since, limit, after } = query;
      const filter = {
        ...(status === undefined ? {} : { state: status }),
        ...(event === undefined ? {} : { event }),
        ...(topic === undefined ? {} : { topic }),
        ...(url === undefined ? {} : { url }),
        ...(since === undefined ? {} : { since }),
        ...(seesAll(identity) ? {} : { owner: identity.owner }),
      };
      const found = await webhooks.list(filter, { limit: limit + 1, ...(after ? { after } : {}) });
      const deliveries = found.slice(0, limit);
      const last = deliveries.at(-1);
      return answer({
        deliveries: deliveries.map(deliveryAnswer),
        next_after: found.length > limit && last ? cursorText(last) : null,
      });
    },
  });

  http.get("/api/v1/webhooks/deliveries/:id", {
    config,
    schema: {
      tags,
      operationId: "getWebhookDelivery",
      summary: "One webhook, with what is sent",
      params: deliveryParams,
      response: { 200: deliveryResponse },
    },
    handler: async (request) =>
      answer({ delivery: detailsAnswer(await visible(request.params.id, request)) }),
  });

  http.post("/api/v1/webhooks/deliveries/:id/redeliver", {
    config: limited,
    schema: {
      tags,
      operationId: "redeliverWebhook",
      summary: "Sends a webhook again, whatever became of it",
      description:
        "At once, with the same `webhook-id` and body, and up to ten times; a receiver that has answered 410 is asked again. " +
        "One that is under way is left alone.",
      params: deliveryParams,
      response: { 202: deliveryResponse },
    },
    handler: async (request, reply) => {
      const { id, event, url } = await visible(request.params.id, request);
      const also = trail.within(request, "webhook.redeliver", id, { event, url });
      reply.code(202);
      return answer({ delivery: detailsAnswer(await webhooks.redeliver(id, also)) });
    },
  });

  http.post("/api/v1/webhooks/test", {
    config: limited,
    schema: {
      tags,
      operationId: "testWebhook",
      summary: "Sends a `webhook.test` to a URL, once, and answers what the receiver said",
      description:
        "Signed like every webhook. It may take 15 seconds. A receiver that has answered 410 is enabled again if it takes this.",
      body: testRequest,
      response: { 200: testResponse },
    },
    handler: async (request) => {
      const { url } = request.body;
      // Before it is sent: whatever comes of it, somebody had this service ask that address.
      await trail.note(request, "webhook.test", shownAddress(url));
      // With all headers there are, for receivers that look at the plain ones.
      const delivery = await webhooks.test({ url, owner: request.identity.owner, plainHeaders: true });
      return answer({ delivered: delivery.state === "delivered", delivery: detailsAnswer(delivery) });
    },
  });
};
