import { hash } from "node:crypto";
import type { Chunk } from "../../engine/chunks.ts";
import { progressOf } from "../../engine/progress.ts";
import type { Batch, ReviewedResult } from "../../engine/records.ts";
import type { Review } from "../../engine/review.ts";
import { shownAddress } from "../../platform/webhooks/address.ts";
import { type BatchOptions, type RowInput, rowInput } from "./batch-options.ts";
import { dollarsOf } from "./budget.ts";
import { instructionOf } from "./question.ts";
import { type RowOutput, rowOutput } from "./result.ts";
import type { UsageAnswer } from "./usage.ts";

/** A batch with what is stored of its upload. */
export interface AnalysisBatch extends Batch {
  readonly upload: BatchOptions;
}

const round = (value: number, digits = 2) => Number(value.toFixed(digits));
/** What ISO 8601 writes with four digits: a batch that hardly moves may end later than any calendar does. */
const latest = Date.UTC(9999, 11, 31);
const iso = (date: Date | null) => date?.toISOString() ?? null;

/** The reference counts `pending` in: such a batch has not ended, and its client goes on polling. */
const isActive = ({ state }: Batch) => state === "pending" || state === "queued" || state === "processing";

/** Chunks that are through, and the one being worked on. */
const currentChunk = ({ state, chunks, chunksCompleted, chunksFailed }: Batch) =>
  Math.min(chunks, chunksCompleted + chunksFailed + (state === "processing" ? 1 : 0));

interface Numbers {
  readonly processed: number;
  readonly percent: number;
  readonly successRate: number;
  readonly elapsedMinutes: number;
  readonly ratePerMinute: number;
  readonly secondsPerRow: number;
  readonly estimatedCompletion: string | null;
}

/** All numbers of a batch from its one row; pauses do not count as time. */
export function numbersOf(batch: Batch, now: Date): Numbers {
  const { processed, remaining, percent, rate, elapsedMs } = progressOf(batch, now);
  const minutes = (elapsedMs ?? 0) / 60_000;
  const perMinute = minutes > 0 ? processed / minutes : 0;
  // What the last seconds did tells more of the rest than the average, which a slow beginning weighs down.
  const ahead = rate === null || rate === 0 ? perMinute / 60 : rate;
  const endsAt = now.getTime() + (remaining / ahead) * 1000;
  const moves = batch.state === "queued" || batch.state === "processing";
  return {
    processed,
    // Of a million rows the last one is less than the last digit, and the batch has not ended before it.
    percent: Math.min(round(percent), remaining > 0 ? 99.99 : 100),
    successRate: processed === 0 ? 0 : round((batch.succeeded / processed) * 100),
    elapsedMinutes: round(minutes),
    ratePerMinute: round(perMinute),
    secondsPerRow: processed === 0 ? 0 : round((minutes * 60) / processed, 3),
    estimatedCompletion: moves && ahead > 0 && endsAt <= latest ? new Date(endsAt).toISOString() : null,
  };
}

/** One batch in a list. */
export function listed(batch: AnalysisBatch, now: Date) {
  const numbers = numbersOf(batch, now);
  return {
    batch_id: batch.id,
    batch_name: batch.name,
    status: batch.state,
    total_urls: batch.items,
    processed_count: numbers.processed,
    successful_count: batch.succeeded,
    failed_count: batch.failed,
    progress_percentage: numbers.percent,
    success_rate: numbers.successRate,
    processing_rate: numbers.ratePerMinute,
    chunk_size: batch.upload.chunkSize,
    total_chunks: batch.chunks,
    current_chunk: currentChunk(batch),
    is_active: isActive(batch),
    original_filename: batch.upload.fileName,
    duplicate_urls: batch.upload.duplicates,
    error_message: batch.reason,
    created_at: batch.createdAt.toISOString(),
    started_at: iso(batch.startedAt),
    completed_at: iso(batch.completedAt),
    estimated_completion: numbers.estimatedCompletion,
    ...deletion(batch),
  };
}

const deletion = ({ deletedAt, purgeAfter }: Batch) =>
  deletedAt === null
    ? {}
    : { deleted: true as const, deleted_at: iso(deletedAt), purge_after: iso(purgeAfter) };

export function details(batch: AnalysisBatch, now: Date, usage: UsageAnswer) {
  const numbers = numbersOf(batch, now);
  return {
    batch_info: {
      batch_id: batch.id,
      batch_name: batch.name,
      status: batch.state,
      total_urls: batch.items,
      chunk_size: batch.upload.chunkSize,
      total_chunks: batch.chunks,
      is_active: isActive(batch),
      original_filename: batch.upload.fileName,
      duplicate_urls: batch.upload.duplicates,
      columns: batch.upload.columns,
      model: batch.upload.model,
      cache: batch.upload.cache,
      webhook_url: batch.upload.webhookUrl === null ? null : shownAddress(batch.upload.webhookUrl),
      max_cost_usd: dollarsOf(batch.upload.maxCostMicros),
      lane: batch.upload.lane,
      instruction: batch.upload.instruction?.text ?? null,
      schema: instructionOf(batch.upload.instruction)?.schema ?? null,
      error_message: batch.reason,
      created_at: batch.createdAt.toISOString(),
      started_at: iso(batch.startedAt),
      completed_at: iso(batch.completedAt),
      ...deletion(batch),
    },
    progress: {
      processed_count: numbers.processed,
      successful_count: batch.succeeded,
      failed_count: batch.failed,
      progress_percentage: numbers.percent,
      current_chunk: currentChunk(batch),
      total_chunks: batch.chunks,
    },
    timing: {
      estimated_completion: numbers.estimatedCompletion,
      elapsed_time_minutes: numbers.elapsedMinutes,
    },
    performance: {
      processing_rate_per_minute: numbers.ratePerMinute,
      success_rate: numbers.successRate,
      average_time_per_url: numbers.secondsPerRow,
    },
    usage,
  };
}

/** @param waitingUntil when the quotas of its model let anything through again; null where they do */
export function progress(batch: AnalysisBatch, now: Date, waitingUntil: Date | null) {
  const numbers = numbersOf(batch, now);
  return {
    batch_id: batch.id,
    status: batch.state,
    progress_percentage: numbers.percent,
    processed_count: numbers.processed,
    total_urls: batch.items,
    successful_count: batch.succeeded,
    failed_count: batch.failed,
    current_chunk: currentChunk(batch),
    total_chunks: batch.chunks,
    estimated_completion: numbers.estimatedCompletion,
    processing_rate_per_minute: numbers.ratePerMinute,
    is_active: isActive(batch),
    error_message: batch.reason,
    waiting_until: iso(waitingUntil),
  };
}

/** How long a client may wait until it asks again, and why: soon while a batch begins or is about to end. */
export function pollingInterval(batch: Batch, now: Date): { seconds: number; reason: string } {
  const { percent } = progressOf(batch, now);
  if (!isActive(batch)) return { seconds: 30, reason: "inactive" };
  if (percent < 10) return { seconds: 5, reason: "starting" };
  if (percent < 50) return { seconds: 10, reason: "in progress" };
  if (percent < 90) return { seconds: 15, reason: "in progress" };
  return { seconds: 5, reason: "about to end" };
}

export function chunkAnswer(batchId: string, chunk: Chunk, now: Date) {
  const processed = chunk.succeeded + chunk.failed;
  const { startedAt, completedAt } = chunk;
  return {
    chunk_id: idWithin(batchId, `chunk ${chunk.number}`),
    chunk_number: chunk.number + 1,
    status: chunk.state,
    url_count: chunk.size,
    processed_count: processed,
    successful_count: chunk.succeeded,
    failed_count: chunk.failed,
    progress_percentage: round((processed / chunk.size) * 100),
    started_at: iso(startedAt),
    completed_at: iso(completedAt),
    processing_time_seconds:
      startedAt === null ? null : round(((completedAt ?? now).getTime() - startedAt.getTime()) / 1000, 3),
  };
}

/** A row of the user's file, with what came of it, as it was stored. */
export const toAnswer = (batch: AnalysisBatch, result: ReviewedResult) =>
  resultAnswer(
    batch,
    result,
    rowInput.parse(result.input),
    result.succeeded ? rowOutput.parse(result.output) : null,
  );

export type ResultAnswer = ReturnType<typeof resultAnswer>;

function resultAnswer(
  batch: AnalysisBatch,
  result: ReviewedResult,
  input: RowInput,
  output: RowOutput | null,
) {
  const chunk = Math.floor(result.position / batch.upload.chunkSize);
  return {
    result_id: idWithin(batch.id, `result ${result.position}`),
    batch_id: batch.id,
    chunk_id: idWithin(batch.id, `chunk ${chunk}`),
    row: result.position + 1,
    url: input.url,
    success: result.succeeded,
    ...storeFacts(output),
    analysis_result: output?.analysis ?? null,
    error_type: result.succeeded ? null : result.code,
    error_message: result.succeeded ? null : result.message,
    processing_time_seconds: round(result.tookMs / 1000, 3),
    api_key_used: output?.key ?? null,
    gemini_model_used: output?.model ?? null,
    cache_hit: output?.cacheHit ?? false,
    content_hash: output?.contentHash ?? null,
    ...costFacts(output),
    cells: [...(input.cells ?? [input.url])],
    created_at: result.createdAt.toISOString(),
    review: reviewAnswer(result.review),
  };
}

export const reviewAnswer = (review: Review | null) =>
  review && { verdict: review.verdict, note: review.note, by: review.by, at: review.at.toISOString() };

/** What was asked for this row alone: of a known picture, nothing. */
function costFacts(output: RowOutput | null) {
  if (output?.cacheHit) return { input_tokens: 0, output_tokens: 0, estimated_cost_usd: 0 };
  const { usage, costMicros } = output ?? {};
  return {
    input_tokens: usage?.inputTokens ?? null,
    output_tokens: usage?.outputTokens ?? null,
    estimated_cost_usd: dollarsOf(costMicros ?? null),
  };
}

/** The fields that the reference documents, of whatever the model was asked. */
function storeFacts(output: RowOutput | null) {
  const { analysis } = output ?? { analysis: {} as RowOutput["analysis"] };
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const shop = analysis["store_image"];
  return {
    store_image: typeof shop === "boolean" ? shop : null,
    text_content: text(analysis["text_content"]),
    store_name: text(analysis["store_name"]),
    business_contact: text(analysis["business_contact"]),
    image_description: text(analysis["image_description"]),
  };
}

/** An id of something that has none of its own, always the same one (RFC 9562, version 5, within the batch). */
export function idWithin(batchId: string, name: string): string {
  const bytes = Buffer.from(batchId.replaceAll("-", "") + Buffer.from(name).toString("hex"), "hex");
  const digest = hash("sha1", bytes, "hex");
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const [first, second] = [digest.slice(0, 8), digest.slice(8, 12)];
  return `${first}-${second}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
