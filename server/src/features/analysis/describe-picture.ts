import { createHash } from "node:crypto";
import {
  estimateMemory,
  type FitRequest,
  fit,
  type ImageHeader,
  ImagingError,
  type ImagingErrorCode,
  passThrough,
  readHeader,
  uprightSize,
  type WorkLimits,
} from "@fovea/imaging";
import { done, failed, hold, type Json, type Outcome, retryLater, waitUntil } from "../../engine/kind.ts";
import {
  type Described,
  type Instruction,
  ModelError,
  type VisionModel,
  type VisionRequest,
} from "../../models/contract.ts";
import type { PictureFacts, PictureOnly } from "./result.ts";

/** Runs work on pixels when its turn comes; `memory` is the bytes that it takes at most. */
export type RunPixelWork = <Result>(
  picture: { readonly header: ImageHeader; readonly memory: number },
  signal: AbortSignal,
  work: (limits: WorkLimits) => Promise<Result>,
) => Promise<Result>;

export interface DescribeOptions {
  readonly model: VisionModel;
  /** Takes the question instead of asking at once; null where it is asked at once. */
  readonly defer: ((question: Deferrable) => Promise<Date>) | null;
  readonly instruction: Instruction;
  readonly runPixelWork: RunPixelWork;
  readonly signal: AbortSignal;
  readonly halting: AbortSignal;
  readonly mayBegin: VisionRequest["mayBegin"];
  readonly purpose: VisionRequest["purpose"];
  readonly now: () => number;
}

/** A question that is ready, and what is known of its picture. */
interface Deferrable
  extends Pick<VisionRequest, "image" | "format" | "width" | "height" | "instruction" | "purpose"> {
  readonly facts: PictureOnly;
}

export const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/**
 * Bytes of a picture → what the model says of it. Asks the model, so it is for `once`; a failure that may pass is told as
 * such, and how many tries are left is the business of each row that shares it.
 */
export async function describePicture(
  bytes: Buffer,
  contentHash: string,
  { model, defer, instruction, runPixelWork, signal, halting, mayBegin, purpose, now }: DescribeOptions,
): Promise<Outcome> {
  try {
    const header = readHeader(bytes);
    const request = toFit(header, model);
    const prepared =
      passThrough(bytes, header, request) ??
      (await runPixelWork(
        { header, memory: estimateMemory(header, header, bytes.length) },
        signal,
        (limits) => fit(bytes, header, request, limits),
      ));
    const { bytes: image, format, width, height } = prepared;
    const question = { ...{ image, format, width, height, instruction, purpose } };
    const facts = { contentHash, format: header.format, ...uprightSize(header), bytes: bytes.length };
    if (defer) return waitUntil(await defer({ ...question, facts }));
    return describedAs(await model.describe({ ...question, signal, halting, mayBegin }), instruction, facts);
  } catch (error) {
    if (error instanceof ImagingError) return failed(failureOfPicture[error.code], error.message);
    if (error instanceof ModelError) return failureOfModel(error, new Date(now()));
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

/** What a model said of a picture, as it is kept. */
export const describedAs = (
  { output, model, key, usage, costMicros }: Described,
  { version }: Instruction,
  facts: PictureOnly,
): Outcome =>
  done({
    ...{ analysis: output, model, instruction: version, key, usage, costMicros },
    ...facts,
  } satisfies Json & Omit<PictureFacts, "analysis">);

export function failureOfModel({ failure }: ModelError, now: Date): Outcome {
  switch (failure.kind) {
    case "rate_limited":
      return waitUntil(failure.until);
    case "unusable":
      return hold(failure.reason);
    case "unavailable":
      return retryLater(now, "model_unavailable", failure.reason);
    case "invalid_output":
      return retryLater(now, "invalid_output", failure.reason);
    case "refused":
      return failed("refused", failure.reason);
    case "rejected":
      return failed("analysis_error", failure.reason);
  }
}
