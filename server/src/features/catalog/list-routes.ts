import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Batch } from "../../engine/records.ts";
import { callerSignal } from "../../platform/http/caller-signal.ts";
import { kindName } from "./catalog.kind.ts";
import { createInPieces } from "./in-pieces.ts";
import { cursorOf, readListQuery } from "./list-query.ts";
import { listedAnswer, oneAnswer } from "./listed-request.ts";
import { productResult } from "./product-results.ts";
import { findRequest, hasEnded, summaryOf } from "./requests.ts";
import { access, type CatalogRoutesOptions, tags } from "./route-options.ts";
import * as wire from "./schema.ts";
import { type Tally, tallyOf } from "./tally.ts";

/** A few milliseconds of work. */
const pieceProducts = 50;
/** Of larger ones a list does not say what only reading all of their products tells. */
const mostTallied = 200;
/** Tallies of ended requests that are kept in memory: nothing changes them any more. */
const mostKept = 500;

/** Which requests there are, and how each came out as a whole. */
export const listRoutes: FastifyPluginAsync<CatalogRoutesOptions> = async (scope, { engine }) => {
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const inPieces = createInPieces(pieceProducts);
  const kept = new Map<string, Tally>();
  // Nothing here tells an address.
  const noAddress = () => "";

  async function tally(batch: Batch, signal: AbortSignal): Promise<Tally> {
    // What was under way when a request was cancelled ends later.
    const key = `${batch.id} ${batch.completedAt?.getTime()} ${batch.succeeded + batch.failed}`;
    const known = kept.get(key);
    if (known) return known;
    const isOver = hasEnded(summaryOf(batch).status);
    const pages = engine.itemPages(batch.id, { signal });
    const fresh = await tallyOf(inPieces(pages, (item) => productResult(item, isOver, noAddress)));
    if (batch.completedAt === null) return fresh;
    kept.set(key, fresh);
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break;
      kept.delete(oldest);
    }
    return fresh;
  }

  http.get("/api/v1/requests", {
    ...wire.describedOnly,
    config: { access },
    schema: {
      tags,
      operationId: "listCatalogs",
      summary: "Catalogs that were uploaded, newest first, without their products",
      description: `What only reading all products tells is null for catalogs of more than ${mostTallied}; \`GET /api/v1/requests/{request_id}\` reads them.`,
      querystring: wire.listQuery,
      response: { 200: wire.listResponse, ...wire.errorResponses },
    },
    handler: async (request, reply) => {
      const { limit, after } = readListQuery(request.query as Readonly<Record<string, unknown>>);
      const page = { limit: limit + 1, ...(after ? { after } : {}) };
      const found = await engine.list({ kind: kindName }, page);
      const batches = found.slice(0, limit);
      const signal = callerSignal(reply);
      const requests = [];
      for (const batch of batches)
        requests.push(listedAnswer(batch, batch.items > mostTallied ? null : await tally(batch, signal)));
      const last = batches.at(-1);
      reply.header("cache-control", "no-store");
      return { requests, next_after: found.length > limit && last ? cursorOf(last) : null };
    },
  });

  http.get("/api/v1/requests/:request_id", {
    ...wire.describedOnly,
    config: { access },
    schema: {
      tags,
      operationId: "getCatalog",
      summary: "One catalog without its products: its options, what it came to, and failures by code",
      description: "All of its products are read for it. While it is at work, follow its status instead.",
      params: wire.statusPath,
      response: { 200: wire.oneResponse, ...wire.errorResponses },
    },
    handler: async (request, reply) => {
      const batch = await findRequest(engine, request.params.request_id);
      reply.header("cache-control", "no-store");
      return oneAnswer(batch, await tally(batch, callerSignal(reply)));
    },
  });
};
