import { Readable } from "node:stream";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { BatchRefusal } from "../../engine/errors.ts";
import type { Batch } from "../../engine/records.ts";
import type { Transaction } from "../../platform/database/sql.ts";
import { attachment } from "../../platform/http/attachment.ts";
import { baseUrlOf } from "../../platform/http/base-url.ts";
import { callerSignal } from "../../platform/http/caller-signal.ts";
import { csvText } from "../../platform/tables/csv-text.ts";
import { summaryAnswer } from "./answers.ts";
import { createInPieces } from "./in-pieces.ts";
import { outputHeader, outputRow } from "./output-table.ts";
import { imageAddresses, productResult } from "./product-results.ts";
import { notCancellable } from "./refusals.ts";
import { findRequest, hasEnded, summaryOf } from "./requests.ts";
import { access, type CatalogRoutesOptions, tags } from "./route-options.ts";
import * as wire from "./schema.ts";
import { readStatusQuery } from "./status-query.ts";
import { statusText } from "./status-text.ts";
import type { ProductResult } from "./statuses.ts";

/** A few milliseconds of work. */
const pieceProducts = 50;

/** How requests are, and what came of their products. */
export const statusRoutes: FastifyPluginAsync<CatalogRoutesOptions> = async (scope, options) => {
  const { engine, links, downloads, trail, tellOfEnd } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();

  /** However many ask for however large requests at once, others are answered between two pieces of one of them. */
  const inPieces = createInPieces(pieceProducts);

  function productsOf(
    request: FastifyRequest,
    batch: Batch,
    some: { readonly first?: number; readonly past?: number; readonly signal: AbortSignal },
  ): AsyncGenerator<readonly ProductResult[]> {
    const addressOf = imageAddresses(links, baseUrlOf(options, request));
    const isOver = hasEnded(summaryOf(batch).status);
    return inPieces(engine.itemPages(batch.id, some), (item) => productResult(item, isOver, addressOf));
  }

  http.get("/api/v1/status/:request_id", {
    ...wire.describedOnly,
    config: { access },
    schema: {
      tags,
      operationId: "getCatalogStatus",
      summary: "How a request is, with its products in the order of the file: all of them, or a page",
      description:
        "Of a large request ask for a page; to follow it, `?per_page=1`: `progress` and `saved_bytes` are of the whole.",
      params: wire.statusPath,
      querystring: wire.statusQuery,
      response: { 200: wire.statusResponse, ...wire.errorResponses },
    },
    handler: async (request, reply) => {
      const batch = await findRequest(engine, request.params.request_id);
      const page = readStatusQuery(request.query as Readonly<Record<string, unknown>>);
      const mimeType = "application/json; charset=utf-8";
      reply.header("cache-control", "no-store");
      if (request.method === "HEAD") return headOnly(reply, mimeType) as never;
      const signal = callerSignal(reply);
      const first = page === null ? 0 : (page.page - 1) * page.perPage;
      const some = page === null ? { signal } : { first, past: first + page.perPage, signal };
      return (await downloads.send(reply, {
        ...{ fileName: null, mimeType, signal },
        content: statusText(summaryOf(batch), productsOf(request, batch, some), page),
        onComplete: async () => {},
      })) as never;
    },
  });

  http.post("/api/v1/status/:request_id/cancel", {
    ...wire.describedOnly,
    config: { access },
    schema: {
      tags,
      operationId: "cancelCatalog",
      summary: "Begins no further product of a request; what was made stays, and those under way finish",
      params: wire.statusPath,
      response: { 200: wire.summaryResponse, ...wire.errorResponses },
    },
    handler: async (request) => {
      const { id } = await findRequest(engine, request.params.request_id);
      const note = trail.within(request, "catalog.cancel", id);
      const also = async (tx: Transaction, cancelled: Batch) => {
        await note(tx);
        // Who is told of uploads may be somebody else than who cancels, and waits for an end.
        await tellOfEnd(tx, { batch: cancelled, code: null });
      };
      try {
        return summaryAnswer(summaryOf(await engine.cancel(id, { also })));
      } catch (error) {
        if (!(error instanceof BatchRefusal)) throw error;
        const { status } = summaryOf(await findRequest(engine, id));
        throw notCancellable(status);
      }
    },
  });

  http.get("/api/v1/status/:request_id/csv", {
    ...wire.describedOnly,
    config: { access },
    schema: {
      tags,
      operationId: "downloadCatalog",
      summary:
        "The products as a CSV with the addresses of their smaller images; empty where there is none yet",
      params: wire.statusPath,
      response: wire.errorResponses,
    },
    handler: async (request, reply) => {
      const batch = await findRequest(engine, request.params.request_id);
      const fileName = `catalog-${batch.id}.csv`;
      const mimeType = "text/csv; charset=utf-8";
      reply.header("cache-control", "no-store");
      if (request.method === "HEAD")
        return headOnly(reply.header("content-disposition", attachment(fileName)), mimeType) as never;
      await trail.note(request, "catalog.download", batch.id);
      const signal = callerSignal(reply);
      return (await downloads.send(reply, {
        ...{ fileName, mimeType, signal },
        content: csvText(outputHeader, rowsOf(productsOf(request, batch, { signal })), { raw: false }),
        onComplete: async () => {},
      })) as never;
    },
  });
};

const headOnly = (reply: FastifyReply, mimeType: string) => reply.type(mimeType).send(Readable.from([]));

async function* rowsOf(products: AsyncIterable<readonly ProductResult[]>) {
  for await (const some of products) yield some.map(outputRow);
}
