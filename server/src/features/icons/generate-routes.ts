import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { callerSignal } from "../../platform/http/caller-signal.ts";
import { limitTo } from "../../platform/limits/inbound.ts";
import { generated } from "./answers.ts";
import { iconItem, planIcon } from "./batch-plan.ts";
import { generationFailed, stillUnderWay } from "./errors.ts";
import { iconAddresses } from "./icon-addresses.ts";
import { madeIcon } from "./made-icon.ts";
import { orderBatch, orderIcon, requireFormat } from "./order-icons.ts";
import { readBatchRequest, readGenerateRequest } from "./requests.ts";
import { access, type IconRoutesOptions, tags } from "./route-options.ts";
import * as wire from "./schema.ts";

/** Has icons made: one, or a batch of them. */
export const generateRoutes: FastifyPluginAsync<IconRoutesOptions> = async (scope, options) => {
  const { engine, maker, model, ends, patienceMs } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const limit = limitTo("icons", options.rate);

  http.post("/api/icons/generate", {
    ...wire.describedOnly,
    config: { access, ...limit },
    schema: {
      tags,
      operationId: "generateIcon",
      summary: "An icon for a category",
      description:
        "The answer comes when the icon is there. One that was made before is answered with at once, and costs nothing. " +
        "Who does not wait for the answer asks for the same again, and has it then.",
      body: wire.generateBody,
      response: { 200: wire.generateResponse, ...wire.errorResponses },
    },
    handler: async (request, reply) => {
      const signal = callerSignal(reply);
      const asked = readGenerateRequest(request.body);
      requireFormat(asked, model);
      const { owner } = request.identity;
      const addresses = iconAddresses(options, request);
      const { options: batch, items } = planIcon(asked, { owner, model: model && { ...model } });
      const [item] = items;
      if (!item) throw new Error("an icon was planned without an item");
      const present = await maker.lookUp({ ...batch, item });
      if (present) return generated(item, addresses.ready(present)) as never;

      // Nobody waits any more, and nothing was begun.
      signal.throwIfAborted();
      const id = await orderIcon(options, asked, owner);
      await ends.wait(id, patienceMs, signal);
      const [result] = await engine.results(id, {}, { limit: 1 });
      if (!result) throw stillUnderWay();
      const subject = iconItem.parse(result.input);
      if (result.succeeded)
        return generated(subject, addresses.ready(madeIcon.parse(result.output))) as never;
      const attempts = (await engine.attempts(id, 0)).length + 1;
      const { code, message } = result;
      throw generationFailed({ code, message, category: asked.category, attempts });
    },
  });

  http.post("/api/icons/generate/batch", {
    ...wire.describedOnly,
    config: { access, ...limit },
    schema: {
      tags,
      operationId: "generateIconBatch",
      summary: "Has a set of icons made",
      description:
        "With an `Idempotency-Key` the same request can be sent again until an answer arrives: there will be one batch. How " +
        "it goes on is told by its status, by Socket.IO and by Server-Sent Events at the topic `icons/<batch_id>`.",
      body: wire.batchBody,
      response: { 201: wire.createdResponse, ...wire.errorResponses },
    },
    handler: async (request, reply) => {
      const key = request.headers["idempotency-key"];
      const { body, replayed } = await orderBatch(options, {
        request: readBatchRequest(request.body),
        owner: request.identity.owner,
        idempotencyKey: typeof key === "string" ? key : null,
      });
      if (replayed) reply.header("idempotent-replayed", "true");
      return reply.code(201).send(body as never);
    },
  });
};
