import { basename } from "node:path/posix";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { sendAsset } from "../../assets/send-asset.ts";
import { imageNotFound } from "./refusals.ts";
import { type CatalogRoutesOptions, tags } from "./route-options.ts";
import * as wire from "./schema.ts";

/** Names are given once: what is behind one never changes. */
const cacheSeconds = 31_536_000;

/** Smaller images, as shops link to them. */
export const imageRoutes: FastifyPluginAsync<CatalogRoutesOptions> = async (scope, options) => {
  const { assets, links, cacheScope } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();

  http.get("/api/v1/images/processed/:file", {
    ...wire.describedOnly,
    config: { access: "open", opensWith: links.opens },
    schema: {
      tags,
      operationId: "getProcessedImage",
      summary: "An image of a catalog that was made smaller",
      description:
        "What is behind an address never changes. With `AUTH=all` addresses are signed, and open without a credential " +
        "until they expire. Where the storage is public, the answer is a redirect to it (302).",
      params: wire.imagePath,
      response: wire.errorResponses,
    },
    handler: async (request, reply) => {
      const { file } = request.params;
      const asset = await assets.find(file.replace(/\.[a-z]+$/, ""));
      if (asset?.feature !== "catalog" || asset.state !== "kept" || basename(asset.name) !== file)
        throw imageNotFound();
      const publicUrl = links.publicUrl(asset);
      if (publicUrl !== null) return reply.redirect(publicUrl, 302) as never;
      return (await sendAsset(request, reply, {
        ...{ asset, assets, derived: null, filename: file },
        cacheControl: `${cacheScope}, max-age=${cacheSeconds}, immutable`,
      })) as never;
    },
  });
};
