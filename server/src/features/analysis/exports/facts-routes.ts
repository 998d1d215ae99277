import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { callerSignal } from "../../../platform/http/caller-signal.ts";
import { toAnswer } from "../answers.ts";
import { createBatches } from "../batches.ts";
import { batchParameters } from "../requests.ts";
import { appliedFilters, toResultFilter } from "../result-filters.ts";
import { type AnalysisRoutesOptions, answerWith, routeConfig, tags } from "../route-options.ts";
import { errorResponses } from "../schema.ts";
import { previewRecord } from "./columns.ts";
import { exportFormats, formatFacts } from "./formats.ts";
import { partsOf, positionsOf } from "./parts.ts";
import * as wire from "./schema.ts";

const previewRows = 100;
const megabyte = 2 ** 20;
const round = (value: number) => Number(value.toFixed(2));

/** What an export would hold, and what was exported. */
export const exportFactsRoutes: FastifyPluginAsync<AnalysisRoutesOptions> = async (scope, options) => {
  const { engine, trail, now } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const batches = createBatches(engine);
  const config = routeConfig(options);
  const answer = answerWith(now);

  http.get("/api/v1/export/batch/:batch_id/preview", {
    config,
    schema: {
      tags,
      operationId: "previewExport",
      summary: "The first hundred results that an export would hold",
      params: batchParameters,
      querystring: wire.previewQuery,
      response: { 200: wire.previewResponse, ...errorResponses },
    },
    handler: async (request, reply) => {
      const { part, count } = request.query;
      const batch = await batches.find(request.params.batch_id);
      const asked = toResultFilter(request.query);
      const filter = part === undefined ? asked : { ...asked, positions: positionsOf(part) };
      const found = await engine.results(batch.id, filter, { limit: previewRows });
      const shown = found.map((result) => previewRecord(toAnswer(batch, result)));
      return answer({
        preview_records: shown,
        total_records_shown: shown.length,
        total_matching: count
          ? await engine.countResults(batch.id, filter, { signal: callerSignal(reply) })
          : null,
        is_preview: true as const,
        filters_applied: appliedFilters(request.query),
      });
    },
  });

  http.get("/api/v1/export/batch/:batch_id/summary", {
    config,
    schema: {
      tags,
      operationId: "summarizeExport",
      summary: "What there is to export of a batch",
      params: batchParameters,
      response: { 200: wire.summaryResponse, ...errorResponses },
    },
    handler: async (request) => {
      const batch = await batches.find(request.params.batch_id);
      const total = batch.succeeded + batch.failed;
      const megabytes = (format: keyof typeof formatFacts) =>
        round((total * formatFacts[format].bytesPerRow) / megabyte);
      return answer({
        batch_info: {
          batch_id: batch.id,
          batch_name: batch.name,
          status: batch.state,
          created_at: batch.createdAt.toISOString(),
        },
        export_summary: {
          total_results: total,
          successful_results: batch.succeeded,
          failed_results: batch.failed,
          success_rate: total === 0 ? 0 : round((batch.succeeded / total) * 100),
        },
        estimated_sizes_mb: {
          csv: megabytes("csv"),
          json: megabytes("json"),
          xlsx: megabytes("xlsx"),
          ndjson: megabytes("ndjson"),
        },
        available_filters: {
          success_only: `${batch.succeeded} records`,
          failed_only: `${batch.failed} records`,
          has_store_name: "Records with store names",
          has_contact: "Records with business contacts",
        },
        parts: partsOf(batch),
      });
    },
  });

  http.get("/api/v1/export/statistics", {
    config,
    schema: {
      tags,
      operationId: "getExportStatistics",
      summary: "How much was exported so far",
      response: { 200: wire.statisticsResponse, ...errorResponses },
    },
    handler: async () => {
      const { total, today, byFormat, averageBytes } = await trail.exportStatistics(now());
      const share = (format: string) => (total === 0 ? 0 : round(((byFormat[format] ?? 0) / total) * 100));
      return answer({
        total_exports: total,
        exports_today: today,
        popular_formats: Object.fromEntries(exportFormats.map((format) => [format, share(format)])),
        average_export_size_mb: averageBytes === null ? 0 : round(averageBytes / megabyte),
      });
    },
  });

  http.get("/api/v1/export/formats", {
    config,
    schema: {
      tags,
      operationId: "listExportFormats",
      summary: "The formats of exports",
      response: { 200: wire.formatsResponse, ...errorResponses },
    },
    handler: async () =>
      answer({
        supported_formats: Object.fromEntries(
          exportFormats.map((format) => {
            const { name, description, extension, mimeType } = formatFacts[format];
            return [
              format,
              {
                name,
                description,
                supports_filtering: true,
                supports_metadata: true,
                file_extension: extension,
                mime_type: mimeType,
              },
            ];
          }),
        ),
        default_format: "csv",
      }),
  });
};
