import type { ImageFormat } from "@fovea/imaging";
import type { CatalogModel } from "../../models/catalog.schema.ts";
import type { Catalog } from "../../models/catalog.ts";
import { fitSize, grid, modelView } from "../../models/vision-rules.ts";
import { otherProvidersModel, unknownModel } from "./errors.ts";
import type { ProviderName } from "./schema.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What an image is held against: a provider's documented envelope, or one model of it. */
export interface ImageLimits {
  readonly provider: ProviderName;
  /** The model the request named. */
  readonly model: CatalogModel | null;
  /** The model that `model_view` describes: the one named, else the provider's default. */
  readonly viewer: CatalogModel;
  readonly maxBytes: number;
  /** Pixels a side may have before the image is refused; null where nothing is documented. */
  readonly maxSide: number | null;
  readonly formats: readonly ImageFormat[];
  readonly preferredFormat: ImageFormat;
  /** Patch size of the model, for giving up dimensions in whole patches. */
  readonly grid: number | null;
  /** The largest size of this shape that is worth sending. */
  readonly bestSize: (source: Size) => Size;
}

/**
 * Without a model the provider's documented envelope holds; with one, what that model accepts and sees.
 *
 * @param provider may be absent where there is a model, which has one
 * @throws {AppError} `validation_error` for a model that is unknown or another provider's
 */
export function limitsFor(
  catalog: Catalog,
  provider: ProviderName | undefined,
  modelId: string | undefined,
): ImageLimits {
  if (modelId === undefined) {
    if (provider === undefined) throw new TypeError("limits of neither a provider nor a model");
    const { envelope } = catalog.provider(provider);
    return {
      provider,
      model: null,
      viewer: catalog.defaultModel(provider),
      maxBytes: envelope.max_image_bytes,
      maxSide: envelope.max_side,
      formats: envelope.formats,
      preferredFormat: envelope.preferred_format,
      grid: null,
      bestSize: (source) => within(source, envelope.max_side),
    };
  }
  const model = catalog.findModel(modelId);
  if (!model) throw unknownModel(modelId, catalog.suggest(modelId));
  if (provider !== undefined && model.provider !== provider)
    throw otherProvidersModel(model.id, model.provider);
  const { envelope } = catalog.provider(model.provider);
  const { limits } = model;
  return {
    provider: model.provider,
    model,
    viewer: model,
    // Where only the request is limited, an image alone in it may take three quarters: base64 adds a third.
    maxBytes: limits.max_image_bytes ?? wholeRequest(limits.max_request_bytes) ?? envelope.max_image_bytes,
    maxSide: limits.max_side,
    formats: model.formats,
    preferredFormat: envelope.preferred_format,
    grid: grid(model),
    bestSize: (source) => fitSize(model, source.width, source.height),
  };
}

const wholeRequest = (bytes: number | null) => (bytes === null ? null : Math.floor((bytes * 3) / 4));

/** Shrinks a size to a longest side, keeping its shape; never enlarges. */
export function within({ width, height }: Size, side: number): Size {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** What an answer says of how the model will see an image of this size. */
export function describeView(limits: ImageLimits, sent: Size, original: Size) {
  const { viewer } = limits;
  const { width, height, tokens, accepted, reason, rule, as_of, size_documented } = modelView(
    viewer,
    sent.width,
    sent.height,
  );
  return {
    model_view: {
      model: viewer.id,
      model_assumed: limits.model === null,
      width,
      height,
      size_documented,
      accepted,
      reason,
      rule,
      as_of,
    },
    estimated_tokens: tokens,
    scale_to_original: { x: round(original.width / width, 4), y: round(original.height / height, 4) },
  };
}

export function round(value: number, places: number): number {
  const factor = 10 ** places;
  return Math.round(value * factor) / factor;
}

export const megabytes = (bytes: number) => round(bytes / 2 ** 20, 2);

/** Contract name of a format: JPEG, PNG, GIF, WEBP. */
export const formatName = (format: ImageFormat) => format.toUpperCase();
