import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { callerSignal } from "../../platform/http/caller-signal.ts";
import { sendShownPicture, shownQuery } from "../../platform/outbound/shown-picture.ts";
import { noSuchImage } from "./refusals.ts";
import { productInput } from "./request-options.ts";
import { findRequest } from "./requests.ts";
import { access, type CatalogRoutesOptions, tags } from "./route-options.ts";
import * as wire from "./schema.ts";

const fromOne = z.coerce
  .number()
  .int()
  .min(1)
  .max(2 ** 31 - 1);

const parameters = z.object({
  request_id: z.string(),
  row: fromOne.describe("Product, in the order of the file, from 1."),
  image: fromOne.describe("Image of the product, in the order of its cell, from 1."),
});

/** What an image of a product was before. */
export const sourceImageRoute: FastifyPluginAsync<CatalogRoutesOptions> = async (scope, options) => {
  const { engine, showPicture } = options;
  scope.withTypeProvider<ZodTypeProvider>().get("/api/v1/status/:request_id/images/:row/:image/before", {
    config: { access },
    schema: {
      tags,
      operationId: "getCatalogSourceImage",
      summary: "An image of a product as it was, small: a JPEG for people to look at",
      params: parameters,
      querystring: shownQuery,
      response: wire.errorResponses,
    },
    handler: async (request, reply) => {
      const { request_id, row, image } = request.params;
      const batch = await findRequest(engine, request_id);
      const signal = callerSignal(reply);
      for await (const [item] of engine.itemPages(batch.id, { first: row - 1, past: row, signal })) {
        const url = productInput.parse(item?.input).urls[image - 1];
        if (url === undefined) break;
        const picture = await showPicture(url, { size: request.query.size, signal });
        return sendShownPicture(request, reply, picture) as never;
      }
      throw noSuchImage();
    },
  });
};
