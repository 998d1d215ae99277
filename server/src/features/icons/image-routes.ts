import { basename } from "node:path/posix";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { sendAsset } from "../../assets/send-asset.ts";
import { imageNotFound } from "./errors.ts";
import { parseImagePath } from "./icon-file-name.ts";
import { access, type IconRoutesOptions, tags } from "./route-options.ts";
import * as wire from "./schema.ts";

/** Names are given once: what is behind one never changes. */
const cacheSeconds = 31_536_000;

/** Files of icons. */
export const imageRoutes: FastifyPluginAsync<IconRoutesOptions> = async (scope, options) => {
  const { assets, links, guarded } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();

  http.get("/api/images/*", {
    ...wire.describedOnly,
    config: { access, opensWith: links.opens },
    schema: {
      tags,
      operationId: "getIconFile",
      summary: "A file of an icon",
      description:
        "By the signed address that other answers have, which opens without a header until it expires; or by its bare " +
        "address with the owner's token.",
      params: wire.imagePath,
      response: wire.errorResponses,
    },
    handler: async (request, reply) => {
      const name = parseImagePath(request.params["*"]);
      const asset = name === null ? null : await assets.findNamed(`icons/${name}`);
      if (name === null || asset?.state !== "kept") throw imageNotFound();
      const { identity } = request;
      const mayRead = !guarded || links.opens(request) || identity.admin || identity.owner === asset.owner;
      // Somebody else's is answered as one that there is not.
      if (!mayRead) throw imageNotFound();
      return await sendAsset(request, reply, {
        ...{ asset, assets, derived: null, filename: basename(name) },
        cacheControl: `${guarded ? "private" : "public"}, max-age=${cacheSeconds}, immutable`,
      });
    },
  });
};
