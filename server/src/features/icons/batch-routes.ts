import { Readable } from "node:stream";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { BatchRefusal } from "../../engine/errors.ts";
import type { ItemResult } from "../../engine/records.ts";
import { attachment } from "../../platform/http/attachment.ts";
import { callerSignal } from "../../platform/http/caller-signal.ts";
import { limitTo } from "../../platform/limits/inbound.ts";
import * as answers from "./answers.ts";
import { createArchivePlaces } from "./archive-places.ts";
import { archivedFiles, createThumbnail } from "./archived-files.ts";
import type { ArchivedIcon } from "./archived-icon.ts";
import { streamArchive } from "./batch-archive.ts";
import { iconItem } from "./batch-plan.ts";
import { hasEnded, iconProgressOf, statusOf } from "./batch-progress.ts";
import { asIconBatch, findBatch } from "./batches.ts";
import { batchNotCancellable, batchNotFinished, batchNotFound } from "./errors.ts";
import { iconAddresses } from "./icon-addresses.ts";
import { batchKind } from "./icons.kind.ts";
import { madeIcon } from "./made-icon.ts";
import { readBatchesQuery, readResultQuery } from "./requests.ts";
import { access, type IconRoutesOptions, tags } from "./route-options.ts";
import * as wire from "./schema.ts";

/** Batches of icons: how they are, and what came of them. */
export const batchRoutes: FastifyPluginAsync<IconRoutesOptions> = async (scope, options) => {
  const { engine, assets, downloads, trail, now } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const thumbnail = createThumbnail(options);
  const takePlace = createArchivePlaces();

  http.get("/api/icons/batch/:batch_id/status", {
    ...wire.describedOnly,
    config: { access },
    schema: {
      tags,
      operationId: "getIconBatchStatus",
      summary: "How a batch is",
      params: wire.batchPath,
      response: { 200: wire.statusResponse, ...wire.errorResponses },
    },
    handler: async (request) => {
      const batch = await findBatch(engine, request.params.batch_id, request.identity);
      return answers.status(batch, now()) as never;
    },
  });

  http.get("/api/icons/batch/:batch_id/result", {
    ...wire.describedOnly,
    config: { access },
    schema: {
      tags,
      operationId: "getIconBatchResult",
      summary: "What came of a batch that has ended; of one that was cancelled, as far as it got",
      params: wire.batchPath,
      querystring: wire.resultQuery,
      response: { 200: wire.resultResponse, ...wire.errorResponses },
    },
    handler: async (request) => {
      const { partial } = readResultQuery(request.query);
      const batch = await findBatch(engine, request.params.batch_id, request.identity);
      if (!partial) requireEnd(batch, now());
      const addresses = iconAddresses(options, request);
      const results = (await engine.results(batch.id, {}, { limit: batch.items })).map((result) =>
        answers.resultOf(
          iconItem.parse(result.input),
          result.succeeded
            ? addresses.ready(madeIcon.parse(result.output))
            : { code: result.code, message: result.message, tookMs: result.tookMs },
        ),
      );
      return answers.result(batch, results) as never;
    },
  });

  http.get("/api/icons/batch/:batch_id/download", {
    ...wire.describedOnly,
    config: { access, ...limitTo("icons-download", options.rate) },
    schema: {
      tags,
      operationId: "downloadIconBatch",
      summary: "A batch that has ended as a ZIP: its icons, a contact sheet, and an index",
      params: wire.batchPath,
      response: wire.errorResponses,
    },
    handler: async (request, reply) => {
      const batch = await findBatch(engine, request.params.batch_id, request.identity);
      requireEnd(batch, now());
      const fileName = `icons-${batch.id}.zip`;
      reply.header("cache-control", "no-store");
      if (request.method === "HEAD")
        return reply
          .type("application/zip")
          .header("content-disposition", attachment(fileName))
          .send(Readable.from([]) as never);
      const leave = takePlace(request.identity.limitKey ?? request.ip);
      reply.raw.once("close", leave);
      const signal = callerSignal(reply);
      const archive = {
        batch: { id: batch.id, createdAt: batch.createdAt },
        icons: archivedIcons(engine.resultPages(batch.id, {}, signal)),
        async open(name: string) {
          const asset = await assets.findNamed(`icons/${name}`);
          return asset && ((await assets.open(asset, { signal }))?.bytes ?? null);
        },
        thumbnail,
      };
      return (await downloads.send(reply, {
        ...{ fileName, mimeType: "application/zip", signal },
        content: streamArchive(archive, signal),
        onComplete: async () => {},
      })) as never;
    },
  });

  http.post("/api/icons/batch/:batch_id/cancel", {
    ...wire.describedOnly,
    config: { access },
    schema: {
      tags,
      operationId: "cancelIconBatch",
      summary: "Begins no further icon of a batch; those under way finish",
      params: wire.batchPath,
      response: { 200: wire.cancelledResponse, ...wire.errorResponses },
    },
    handler: async (request) => {
      const batch = await findBatch(engine, request.params.batch_id, request.identity);
      const also = trail.within(request, "icons.cancel", batch.id);
      try {
        await engine.cancel(batch.id, { also });
      } catch (error) {
        if (!(error instanceof BatchRefusal)) throw error;
        const present = await engine.read(batch.id);
        if (!present) throw batchNotFound();
        throw batchNotCancellable(statusOf(present));
      }
      return answers.cancelled();
    },
  });

  http.get("/api/icons/batches", {
    ...wire.describedOnly,
    config: { access },
    schema: {
      tags,
      operationId: "listIconBatches",
      summary: "The caller's own batches, newest first",
      querystring: wire.batchesQuery,
      response: { 200: wire.batchesResponse, ...wire.errorResponses },
    },
    handler: async (request) => {
      const { owner } = request.identity;
      const { limit, offset } = readBatchesQuery(request.query);
      const batches = await engine.list({ kind: batchKind, owner }, { limit, offset });
      return batches.map((batch) => answers.listed(asIconBatch(batch), now())) as never;
    },
  });
};

/** @throws {AppError} 409 `batch_not_finished` */
function requireEnd(batch: answers.IconBatch, now: Date): void {
  const { status, progress } = iconProgressOf(batch, batch.options, now);
  if (!hasEnded(status)) throw batchNotFinished({ status, progress });
}

async function* archivedIcons(pages: AsyncIterable<readonly ItemResult[]>): AsyncGenerator<ArchivedIcon> {
  for await (const page of pages) {
    for (const result of page) {
      const item = iconItem.parse(result.input);
      if (!result.succeeded) {
        const { code, message } = result;
        yield { item, outcome: { as: "failed", code, message } };
        continue;
      }
      const { facts, files } = madeIcon.parse(result.output);
      const provider = String(facts["provider"] ?? "");
      yield { item, outcome: { as: "made", files: archivedFiles(files), provider, facts } };
    }
  }
}
