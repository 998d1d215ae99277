import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import * as answers from "./answers.ts";
import { suggestions } from "./categories.ts";
import { clearIcons } from "./clear-icons.ts";
import { iconAddresses } from "./icon-addresses.ts";
import { readNumbers } from "./icon-numbers.ts";
import { listFiles } from "./icon-store.ts";
import { batchKind, singleKind } from "./icons.kind.ts";
import { readCachedQuery, readClearRequest, readSuggestionsQuery } from "./requests.ts";
import { access, type IconRoutesOptions, tags } from "./route-options.ts";
import * as wire from "./schema.ts";

const dayMs = 24 * 3_600_000;
const active = ["pending", "queued", "processing", "paused"] as const;
/** Batches whose icons are counted one by one; of more, those that were begun last. */
const mostCounted = 1_000;

/** The icons that are there, and what is known of all of them. */
export const cacheRoutes: FastifyPluginAsync<IconRoutesOptions> = async (scope, options) => {
  const { database, engine, assets, trail, now } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();

  http.get("/api/icons/cached", {
    ...wire.describedOnly,
    config: { access },
    schema: {
      tags,
      operationId: "listCachedIcons",
      summary: "Files of the caller's icons, newest first",
      querystring: wire.cachedQuery,
      response: { 200: wire.cachedResponse, ...wire.errorResponses },
    },
    handler: async (request) => {
      const { category, limit, offset } = readCachedQuery(request.query);
      const { owner } = request.identity;
      const files = await listFiles(database.sql, { owner, category }, { limit, offset });
      const addresses = iconAddresses(options, request);
      return files.map((file) =>
        answers.cached(file, addresses.url(file.name), addresses.localPath(file.name)),
      ) as never;
    },
  });

  http.post("/api/icons/cache/clear", {
    ...wire.describedOnly,
    config: { access },
    schema: {
      tags,
      operationId: "clearCachedIcons",
      summary: "Removes icons of the caller's, with their files",
      body: wire.clearBody.optional(),
      response: { 200: wire.clearedResponse, ...wire.errorResponses },
    },
    handler: async (request) => {
      const { category, olderThanDays } = readClearRequest(request.body);
      const { owner } = request.identity;
      const before = new Date(now().getTime() - (olderThanDays ?? 0) * dayMs);
      await trail.note(request, "icons.clear", null, { category, older_than_days: olderThanDays });
      return answers.cleared(await clearIcons({ database, assets }, { owner, category, before }));
    },
  });

  http.get("/api/icons/stats", {
    config: { access },
    schema: {
      tags,
      operationId: "getIconStatistics",
      summary: "What has been made for the caller",
      response: { 200: wire.statsResponse, ...wire.errorResponses },
    },
    handler: async (request) => {
      const { owner } = request.identity;
      const [{ files, bytes, hits, misses, ...numbers }, batches, activeBatches, singles] = await Promise.all(
        [
          readNumbers(database.sql, owner),
          engine.list({ kind: batchKind, owner, states: active }, { limit: mostCounted }),
          engine.count({ kind: batchKind, owner, states: active }),
          engine.count({ kind: singleKind, owner, states: active }),
        ],
      );
      const left = batches.reduce((sum, batch) => sum + batch.items - batch.succeeded - batch.failed, 0);
      return answers.stats({
        ...numbers,
        activeBatches,
        activeIcons: left + singles,
        cache: { items: files, bytes, hits, misses },
      });
    },
  });

  http.get("/api/icons/categories/suggestions", {
    ...wire.describedOnly,
    config: { access },
    schema: {
      tags,
      operationId: "suggestIconCategories",
      summary: "Categories that are known by a name like this",
      querystring: wire.suggestionsQuery,
      response: { 200: wire.suggestionsResponse, ...wire.errorResponses },
    },
    handler: async (request) => [...suggestions(readSuggestionsQuery(request.query).q)],
  });
};
