import { createHash } from "node:crypto";
import {
  type FitRequest,
  fit,
  type ImageHeader,
  ImagingError,
  type ImagingErrorCode,
  passThrough,
  readHeader,
  uprightSize,
} from "@fovea/imaging";
import { done, failed, type Json, type Outcome, waitUntil } from "../../engine/kind.ts";
import { type Instruction, ModelError, type VisionModel } from "../../models/contract.ts";
import type { RunPixelWork } from "./pixel-work.ts";
import type { PictureFacts } from "./result.ts";
import type { TryAgain } from "./try-again.ts";

export interface DescribeOptions {
  readonly model: VisionModel;
  readonly instruction: Instruction;
  readonly runPixelWork: RunPixelWork;
  readonly signal: AbortSignal;
  readonly tryAgain: TryAgain;
}

export const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Bytes of a picture → what the model says of it. Asks the model, so it is for `once`. */
export async function describePicture(
  bytes: Buffer,
  contentHash: string,
  { model, instruction, runPixelWork, signal, tryAgain }: DescribeOptions,
): Promise<Outcome> {
  try {
    const header = readHeader(bytes);
    const request = toFit(header, model);
    const prepared =
      passThrough(bytes, header, request) ??
      (await runPixelWork({ header, bytes: bytes.length }, signal, (limits) =>
        fit(bytes, header, request, limits),
      ));
    const described = await model.describe({
      image: prepared.bytes,
      format: prepared.format,
      width: prepared.width,
      height: prepared.height,
      instruction,
      signal,
    });
    return done({
      analysis: described.output,
      model: described.model,
      instruction: instruction.version,
      key: described.key,
      contentHash,
      format: header.format,
      ...uprightSize(header),
      bytes: bytes.length,
    } satisfies Json & Omit<PictureFacts, "analysis">);
  } catch (error) {
    if (error instanceof ImagingError) return failed(failureOfPicture[error.code], error.message);
    if (error instanceof ModelError) return failureOfModel(error, tryAgain);
    throw error;
  }
}

/** The picture as the model sees it whole: never enlarged. */
function toFit(header: ImageHeader, { limits }: VisionModel): FitRequest {
  const { width, height } = uprightSize(header);
  const scale = Math.min(1, limits.longSide / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
    maxBytes: limits.maxBytes,
    passThrough: limits.formats,
    format: "auto",
    quality: undefined,
    background: undefined,
    grid: null,
  };
}

const failureOfPicture: Readonly<Record<ImagingErrorCode, string>> = {
  not_an_image: "not_an_image",
  unsupported_format: "unsupported_format",
  corrupt: "decode_error",
  too_many_pixels: "too_many_pixels",
  cannot_fit: "too_large",
  deadline: "timed_out",
};

function failureOfModel({ failure }: ModelError, tryAgain: TryAgain): Outcome {
  switch (failure.kind) {
    case "rate_limited":
      return waitUntil(failure.until);
    case "unavailable":
      return tryAgain("model_unavailable", failure.reason);
    case "invalid_output":
      return tryAgain("invalid_output", failure.reason);
    case "refused":
      return failed("refused", failure.reason);
    case "rejected":
      return failed("analysis_error", failure.reason);
  }
}
