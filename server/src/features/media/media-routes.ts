import { extname } from "node:path";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Asset } from "../../assets/asset.ts";
import { type DerivedSizeError, readDerivedSize } from "../../assets/derived-size.ts";
import { sendAsset } from "../../assets/send-asset.ts";
import { baseUrlOf } from "../../platform/http/base-url.ts";
import { callerSignal } from "../../platform/http/caller-signal.ts";
import { mediaExpired, mediaNotFound } from "./errors.ts";
import { originOf } from "./job-store.ts";
import { listed, type Problem, validationFailed } from "./pydantic.ts";
import { type MediaRoutesOptions, tags } from "./route-options.ts";
import * as wire from "./schema.ts";
import { acceptAnyBody } from "./validate-body.ts";
import { readId } from "./validate-query.ts";
import { absoluteUrl } from "./webhook.ts";

/** Stored pictures. */
export const mediaFileRoutes: FastifyPluginAsync<MediaRoutesOptions> = async (scope, options) => {
  const { database, assets, links, storage, cacheScope, trail } = options;
  acceptAnyBody(scope);
  const http = scope.withTypeProvider<ZodTypeProvider>();

  const find = async (text: string): Promise<Asset> => {
    const asset = await assets.find(readId("media_id", text));
    // Icons have an owner, whom this API does not ask for.
    if (asset?.feature !== "media") throw mediaNotFound();
    return asset;
  };

  http.get("/api/v1/media/:media_id", {
    ...wire.describedOnly,
    config: { access: "open", opensWith: links.opens },
    schema: {
      tags,
      operationId: "downloadMedia",
      summary: "A picture, or the part of it that `Range` asks for; also in another size or format",
      params: wire.mediaPath,
      querystring: wire.sizeQuery,
      response: wire.errorResponses,
    },
    handler: async (request, reply) => {
      const asset = await find(request.params.media_id);
      if (asset.state === "expired") throw mediaExpired();
      const size = readDerivedSize(request.query);
      if (size && "errors" in size) throw validationFailed(size.errors.map(problemOf));
      const publicUrl = size === null ? links.publicUrl(asset) : null;
      if (publicUrl !== null) return reply.redirect(publicUrl, 302);
      const derived = size && (await assets.derive(asset, size, callerSignal(reply)));
      const { contentType } = derived ?? asset;
      return await sendAsset(request, reply, {
        ...{
          asset,
          assets,
          derived,
          filename: `${asset.id}${extensions[contentType] ?? extname(asset.name)}`,
        },
        cacheControl: `${cacheScope}, max-age=3600`,
      });
    },
  });

  http.get("/api/v1/media/:media_id/info", {
    ...wire.describedOnly,
    config: { access: "open" },
    schema: {
      tags,
      operationId: "getMediaInfo",
      summary: "What is known of a picture",
      params: wire.mediaPath,
      response: { 200: wire.mediaInfoResponse, ...wire.errorResponses },
    },
    handler: async (request) => {
      const asset = await find(request.params.media_id);
      const origin = await originOf(database.sql, asset.id);
      return {
        id: asset.id,
        type: "image" as const,
        storage_path: asset.name,
        storage_url: absoluteUrl(links, asset, baseUrlOf(options, request)),
        file_size_bytes: asset.size,
        mime_type: asset.contentType,
        file_extension: extname(asset.name),
        width: asset.width,
        height: asset.height,
        created_at: asset.createdAt.toISOString(),
        duration_seconds: null,
        aspect_ratio: ratioOf(asset),
        generation_model_name: origin?.model ?? null,
        generation_model_version: null,
        storage_provider: storage.provider,
        bucket_name: storage.bucket,
        expires_at: asset.expiresAt?.toISOString() ?? null,
        is_expired: asset.state === "expired",
        extra_metadata: {
          sha256: asset.sha256,
          ...(origin && { provider: origin.provider, job_id: origin.jobId, seed: origin.seed }),
        },
      };
    },
  });

  http.delete("/api/v1/media/:media_id", {
    ...wire.describedOnly,
    config: { access: "open" },
    schema: {
      tags,
      operationId: "deleteMedia",
      summary: "Deletes a picture, with its bytes",
      params: wire.mediaPath,
      response: wire.errorResponses,
    },
    handler: async (request, reply) => {
      const { id } = await find(request.params.media_id);
      await trail.note(request, "media.delete", id);
      if (!(await assets.remove(id))) throw mediaNotFound();
      return reply.code(204).send(undefined as never);
    },
  });
};

const extensions: Readonly<Record<string, string>> = {
  "image/png": ".png",
  "image/jpeg": ".jpg",
  "image/webp": ".webp",
};

function ratioOf({ width, height }: Asset): string {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  const common = divisor(width, height);
  return `${width / common}:${height / common}`;
}

function problemOf({ name, value, problem }: DerivedSizeError): Problem {
  const at = { loc: ["query", name], input: value };
  switch (problem.type) {
    case "int_parsing":
      return {
        type: problem.type,
        loc: at.loc,
        msg: "Input should be a valid integer, unable to parse string as an integer",
        input: value,
      };
    case "greater_equal":
    case "less_equal": {
      const words = problem.type === "less_equal" ? "less" : "greater";
      const msg = `Input should be ${words} than or equal to ${problem.limit}`;
      return { type: problem.type, loc: at.loc, msg, input: value };
    }
    case "enum":
      return { type: "enum", loc: at.loc, msg: `Input should be ${listed(problem.expected)}`, input: value };
  }
}
