import etag from "@fastify/etag";
import multipart from "@fastify/multipart";
import type { FastifyContextConfig, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Catalog } from "../../models/catalog.ts";
import { callerSignal } from "../../platform/http/caller-signal.ts";
import type { Admission } from "../../platform/limits/admission.ts";
import { limitTo, type Rate } from "../../platform/limits/inbound.ts";
import type { ReadAsset } from "../../platform/outbound/asset-address.ts";
import { analyze } from "./analyze.ts";
import { factsOf, jsonWithPicture, sendAsIs, sendPicture, wantsBytes } from "./answer.ts";
import { acceptImageBodies, refuseOtherForms } from "./body.ts";
import { listModels, listProviders } from "./catalog-answers.ts";
import { describeForms } from "./describe-forms.ts";
import { bodyTooLarge } from "./errors.ts";
import { processHeaders, thumbnailHeaders } from "./fact-headers.ts";
import { makeThumbnail } from "./make-thumbnail.ts";
import { type Caller, createPixelWork, type PixelWorkSettings } from "./pixel-work.ts";
import { processImage } from "./process.ts";
import {
  analyzeRequest,
  analyzeResponse,
  errorResponse,
  maxBodyBytes,
  modelsResponse,
  processRequest,
  processResponse,
  providersResponse,
  thumbnailRequest,
  thumbnailResponse,
  validateRequest,
  validateResponse,
} from "./schema.ts";
import { storedImages } from "./stored-image.ts";
import { validateImage } from "./validate.ts";

export interface PrepareOptions {
  readonly catalog: Catalog;
  readonly admission: Admission;
  readonly work: PixelWorkSettings;
  readonly rate: Rate | null;
  /** Pictures that this service has stored; without it, there are none. */
  readonly readAsset?: ReadAsset;
}

const noAssets: ReadAsset = async () => ({ missing: "unknown" });

/** A body whose length is not declared is held against this until it is there; most are smaller. */
const undeclaredBodyBytes = 8 * 1024 * 1024;
/** The body, the pieces it arrived in, and the picture decoded out of it are held at the same time. */
const copiesOfBody = 2;

const json = "application/json; charset=utf-8";
const tags = ["prepare"];
const forms =
  "The image comes in JSON as a data URL, as the file part of a multipart form, or as raw bytes. The query is for forms " +
  "and raw bytes; JSON has all fields in its body.";
const errors = { "4xx": errorResponse, "5xx": errorResponse };

/** API 000: an image in, an image that the model accepts out. */
export const prepareRoutes: FastifyPluginAsync<PrepareOptions> = async (scope, options) => {
  const { catalog, admission } = options;
  const runPixelWork = createPixelWork(admission, options.work);
  await scope.register(multipart, {
    limits: { fileSize: maxBodyBytes, files: 1, fields: 20, fieldSize: 65_536, parts: 24 },
  });
  acceptImageBodies(scope, storedImages(options.readAsset ?? noAssets, admission));
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const config = { access: "bearer", ...limitTo("prepare", options.rate) } as const;
  const takesImage = {
    config: { ...config, describe: describeForms() },
    bodyLimit: maxBodyBytes,
    // Refused before a byte of the body is read: under overload the bodies alone would cost a core.
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      refuseOtherForms(request);
      const declared = Number(request.headers["content-length"] ?? undeclaredBodyBytes);
      // Fastify does not hold forms to the limit of the body.
      if (declared > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
      const release = admission.admitUpload(declared * copiesOfBody);
      reply.raw.once("close", release);
    },
  };

  await scope.register(catalogRoutes, { catalog, config });

  http.post("/api/v1/process", {
    ...takesImage,
    config: {
      ...config,
      describe: describeForms({ mediaType: "image/*", headers: processHeaders }),
    },
    schema: {
      tags,
      operationId: "processImage",
      summary: "Makes an image acceptable to a provider or model",
      description:
        `${forms} ` +
        "With `Accept: image/*` the answer is the picture, and the facts are in `X-Image-…` headers.",
      body: processRequest,
      response: { 200: processResponse, ...errors },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request, reply);
      const prepared = await processImage({ catalog, runPixelWork }, request.body, caller);
      reply.header("x-image-process-time", prepared.elapsedMs.toFixed(1));
      if (wantsBytes(request)) return sendPicture(reply, prepared);
      const { format, bytes } = prepared.result;
      const facts = factsOf(prepared, request.id);
      return sendAsIs(reply, json, jsonWithPicture("processed_image", `image/${format}`, bytes, facts));
    },
  });

  http.post("/api/v1/validate", {
    ...takesImage,
    schema: {
      tags,
      operationId: "validateImage",
      description: forms,
      summary: "Says whether a provider or model takes an image as it is",
      body: validateRequest,
      response: { 200: validateResponse, ...errors },
    },
    handler: async (request) => ({ ...validateImage(catalog, request.body), correlation_id: request.id }),
  });

  http.post("/api/v1/analyze", {
    ...takesImage,
    schema: {
      tags,
      operationId: "analyzeImage",
      description: forms,
      summary: "Measures an image and recommends a provider",
      body: analyzeRequest,
      response: { 200: analyzeResponse, ...errors },
    },
    handler: async (request, reply) => {
      const facts = await analyze(runPixelWork, request.body, callerOf(request, reply));
      return { ...facts, correlation_id: request.id };
    },
  });

  http.post("/api/v1/thumbnail", {
    ...takesImage,
    config: {
      ...config,
      describe: describeForms({ mediaType: "image/jpeg", headers: thumbnailHeaders }),
    },
    schema: {
      tags,
      operationId: "makeThumbnail",
      description: `${forms} With \`Accept: image/*\` the answer is the picture.`,
      summary: "Makes a small JPEG",
      body: thumbnailRequest,
      response: { 200: thumbnailResponse, ...errors },
    },
    handler: async (request, reply) => {
      const { made, original, ratio, elapsedMs } = await makeThumbnail(
        runPixelWork,
        request.body,
        callerOf(request, reply),
      );
      reply.header("x-image-process-time", elapsedMs.toFixed(1));
      if (wantsBytes(request)) {
        const { width, height } = made;
        reply.headers({ "x-image-width": width, "x-image-height": height });
        return sendAsIs(reply, "image/jpeg", made.bytes);
      }
      const facts = {
        dimensions: { width: made.width, height: made.height },
        original_dimensions: original,
        file_size: made.bytes.length,
        compression_ratio: ratio,
        processing_time_ms: Math.round(elapsedMs * 10) / 10,
        correlation_id: request.id,
      };
      return sendAsIs(reply, json, jsonWithPicture("thumbnail", "image/jpeg", made.bytes, facts));
    },
  });
};

/** What the service knows of providers and models; with an ETag, since clients ask again and again. */
const catalogRoutes: FastifyPluginAsync<{
  readonly catalog: Catalog;
  readonly config: FastifyContextConfig;
}> = async (scope, { catalog, config }) => {
  await scope.register(etag);
  const http = scope.withTypeProvider<ZodTypeProvider>();

  http.get("/api/v1/providers", {
    config,
    schema: {
      tags,
      operationId: "listProviders",
      summary: "The providers, and the limits that images are fitted to without a model",
      response: { 200: providersResponse, ...errors },
    },
    handler: async () => listProviders(catalog),
  });

  http.get("/api/v1/models", {
    config,
    schema: {
      tags,
      operationId: "listModels",
      summary: "The catalog of vision models: dated limits, rules and prices with their sources",
      response: { 200: modelsResponse, ...errors },
    },
    handler: async () => listModels(catalog, new Date()),
  });
};

/** The caller of a request whose body is complete. */
const callerOf = (request: FastifyRequest, reply: FastifyReply): Caller => ({
  correlationId: request.id,
  receivedAt: performance.now(),
  signal: callerSignal(reply),
});
