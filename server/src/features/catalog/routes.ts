import type { FastifyPluginAsync } from "fastify";
import { imageRoutes } from "./image-routes.ts";
import { listRoutes } from "./list-routes.ts";
import type { CatalogRoutesOptions } from "./route-options.ts";
import { sourceImageRoute } from "./source-image-route.ts";
import { statusRoutes } from "./status-routes.ts";
import { uploadRoutes } from "./upload-routes.ts";
import { webhookRoutes } from "./webhook-routes.ts";

/** API 004: a CSV of products in, smaller hosted images out. */
export const catalogRoutes: FastifyPluginAsync<CatalogRoutesOptions> = async (scope, options) => {
  await scope.register(uploadRoutes, options);
  await scope.register(listRoutes, options);
  await scope.register(statusRoutes, options);
  await scope.register(webhookRoutes, options);
  await scope.register(imageRoutes, options);
  await scope.register(sourceImageRoute, options);
};
