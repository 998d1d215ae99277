import type { FastifyPluginAsync } from "fastify";
import { batchRoutes } from "./batch-routes.ts";
import { cacheRoutes } from "./cache-routes.ts";
import { generateRoutes } from "./generate-routes.ts";
import { imageRoutes } from "./image-routes.ts";
import type { IconRoutesOptions } from "./route-options.ts";

/** API 003: a category in, icons out. */
export const iconRoutes: FastifyPluginAsync<IconRoutesOptions> = async (scope, options) => {
  await scope.register(generateRoutes, options);
  await scope.register(batchRoutes, options);
  await scope.register(cacheRoutes, options);
  await scope.register(imageRoutes, options);
};
