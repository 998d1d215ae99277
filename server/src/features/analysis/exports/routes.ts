import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import { callerSignal } from "../../../platform/http/caller-signal.ts";
import { createBatches } from "../batches.ts";
import { batchNotFound, noSuchPart, tooManyRows } from "../errors.ts";
import { batchParameters } from "../requests.ts";
import { appliedFilters, toResultFilter } from "../result-filters.ts";
import { type AnalysisRoutesOptions, routeConfig, tags } from "../route-options.ts";
import { errorResponses } from "../schema.ts";
import { exportOfBatch } from "./batch-export.ts";
import { allBatches, distinctIds, namedBatches, newestFirst } from "./chosen-batches.ts";
import { describeDownload } from "./describe-download.ts";
import { recordsOf } from "./export-source.ts";
import { exportFactsRoutes } from "./facts-routes.ts";
import { fileNameOf, stampOf } from "./file-name.ts";
import { formatFacts } from "./formats.ts";
import { multipleExport } from "./multiple-export.ts";
import { isTooLarge, maxExportRows, partsOf } from "./parts.ts";
import { hasReviewColumns } from "./review-columns.ts";
import * as wire from "./schema.ts";
import { sendExport } from "./send-export.ts";
import { sendTemplate } from "./template.ts";
import { writeExport } from "./write-export.ts";

/** Results out: as files, exactly what the filters say. */
export const exportRoutes: FastifyPluginAsync<AnalysisRoutesOptions> = async (scope, options) => {
  const { engine, now } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const batches = createBatches(engine);
  const config = { ...routeConfig(options), describe: describeDownload };
  await scope.register(exportFactsRoutes, options);

  const exportBatch = async (
    request: FastifyRequest<{ Params: { batch_id: string }; Querystring: z.output<typeof wire.exportQuery> }>,
    reply: FastifyReply,
  ) => {
    const asked = request.query;
    const signal = callerSignal(reply);
    const { part, format } = asked;
    const filter = toResultFilter(asked);
    const applied = appliedFilters(asked);
    const batch = await batches.find(request.params.batch_id);
    const parts = partsOf(batch);
    const reviews = await hasReviewColumns(engine, [batch.id], asked.metadata, filter);
    if (part !== undefined && part > parts) throw noSuchPart(batch.items, parts);
    if (part === undefined && (await isTooLarge(engine, () => [batch], filter, signal)))
      throw tooManyRows(`Ask for part=1 to part=${parts}.`);
    if (parts > 1) reply.header("x-export-parts", String(parts));
    const suffix = part === undefined ? "" : `_part${part}`;
    return sendExport(options, request, reply, {
      signal,
      ...exportOfBatch(engine, batch, { ...asked, reviews, filter, applied, now: now(), signal }),
      name: `${fileNameOf(batch.name)}${suffix}_${stampOf(now())}${formatFacts[format].extension}`,
      format,
      container: null,
      target: batch.id,
      details: { ...applied, ...(part === undefined ? {} : { part }) },
    });
  };

  const batchExports = [
    ["/api/v1/export/batch/:batch_id", "exportBatch", false],
    ["/export/batch/:batch_id", "downloadBatch", true],
  ] as const;
  for (const [url, operationId, hide] of batchExports) {
    http.get(url, {
      config,
      schema: {
        tags,
        hide,
        operationId,
        summary: "The results of a batch as a file",
        description:
          "Streams: an export of any size begins at once. A small one carries `Content-Length`; of a larger one that breaks " +
          "off, the connection does too, so half of a file is never taken for a whole one.",
        params: batchParameters,
        querystring: wire.exportQuery,
        response: errorResponses,
      },
      handler: exportBatch,
    });
  }

  http.post("/api/v1/export/batches/multiple", {
    config,
    schema: {
      tags,
      operationId: "exportBatches",
      summary: "The results of several batches as a ZIP file",
      body: wire.multipleRequest,
      response: errorResponses,
    },
    handler: async (request, reply) => {
      const asked = request.body;
      const signal = callerSignal(reply);
      const ids = distinctIds(asked.batch_ids);
      const chosen = await namedBatches(batches, ids);
      if (chosen.every(({ batch }) => batch === null)) throw batchNotFound(ids.join(", ").slice(0, 400));
      const filter = toResultFilter(asked.filters);
      const applied = appliedFilters(asked.filters);
      const found = chosen.flatMap(({ batch }) => (batch ? [batch.id] : []));
      const reviews = await hasReviewColumns(engine, found, asked.metadata, filter);
      let rows = 0;
      const content = multipleExport(
        chosen,
        asked.format,
        (batch, part) =>
          exportOfBatch(engine, batch, { ...asked, reviews, filter, applied, part, now: now(), signal }),
        {
          now: now(),
          onRows(total) {
            rows = total;
          },
        },
      );
      return sendExport(options, request, reply, {
        signal,
        name: `batch_exports_${stampOf(now())}.zip`,
        content,
        rows: () => rows,
        format: asked.format,
        container: "zip",
        target: null,
        details: { batch_ids: ids, ...applied },
      });
    },
  });

  http.post("/api/v1/export/filtered", {
    config,
    schema: {
      tags,
      operationId: "exportFiltered",
      summary: "The results of all batches, or of some, that match",
      description:
        "Newest batch first, each in the order of its file. A filter that is not known is refused, since ignoring it would " +
        "export what was not asked for.",
      body: wire.filteredRequest,
      response: errorResponses,
    },
    handler: async (request, reply) => {
      const signal = callerSignal(reply);
      const { filters: asked, format, metadata, raw, bom, limit } = request.body;
      const filter = toResultFilter(asked);
      const named = asked.batch_ids ? await namedBatches(batches, distinctIds(asked.batch_ids)) : null;
      const unknown = named?.find(({ batch }) => batch === null);
      if (unknown) throw batchNotFound(unknown.id);
      const chosen = () => (named === null ? allBatches(engine) : newestFirst(named));
      if (limit == null && (await isTooLarge(engine, chosen, filter, signal)))
        throw tooManyRows("Name a limit, or export batch by batch.");
      const applied = {
        ...appliedFilters(asked),
        ...(asked.batch_ids ? { batch_ids: asked.batch_ids } : {}),
      };
      const written = writeExport({
        format,
        metadata,
        raw,
        bom,
        records: () => recordsOf(engine, chosen(), filter, { limit: limit ?? maxExportRows, signal }),
        // Each batch has columns and a question of its own.
        answer: null,
        input: null,
        // Of which of them somebody said something is not looked up: there may be thousands.
        reviews: filter.review !== undefined,
        about: (rows) => ({
          export_date: now().toISOString(),
          total_records: rows,
          limit: limit ?? null,
          filters_applied: applied,
        }),
        now: now(),
      });
      return sendExport(options, request, reply, {
        signal,
        ...written,
        name: `filtered_results_${stampOf(now())}${formatFacts[format].extension}`,
        format,
        container: null,
        target: null,
        details: { ...applied, limit: limit ?? null },
      });
    },
  });

  const templates = [
    ["/api/v1/export/template", "getUploadTemplate", false],
    ["/export/template", "downloadUploadTemplate", true],
  ] as const;
  for (const [url, operationId, hide] of templates) {
    http.get(url, {
      config,
      schema: {
        tags,
        hide,
        operationId,
        summary: "A CSV file to fill in and upload",
        querystring: wire.templateQuery,
        response: errorResponses,
      },
      handler: async (_request, reply) => sendTemplate(reply),
    });
  }
};
