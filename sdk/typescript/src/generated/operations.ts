// Made of the service's /openapi.json by `npm run client-types`: change it there.

/** Whose limits the image is fitted to; may be absent where a `model` is named. */
export type Provider = "claude" | "openai" | "gemini";

export interface ProviderRequirements {
  max_size: number;
  max_size_mb: number;
  max_dimension: number;
  supported_formats: string[];
  preferred_format: string;
  default_model: string;
  notes: string;
}

export interface ModelFacts {
  id: string;
  provider: string;
  as_of: string;
  source: string;
  /** Says so when the vendor takes the model away soon, or did. */
  warning: string | null;
  [name: string]: unknown;
}

/** The size at which the model will really see the result, by the vendor's published rule. */
export interface ModelView {
  /** Id in the catalog. */
  model: string;
  /** True when the request named none, so that the provider's default is shown. */
  model_assumed: boolean;
  width: number;
  height: number;
  size_documented: boolean;
  accepted: boolean;
  reason: string | null;
  rule: string;
  /** Date of the facts behind it. */
  as_of: string;
}

/** Coordinates in what the model sees times these are coordinates in the original, upright image. */
export interface ScaleToOriginal {
  x: number;
  y: number;
}

/** Answer of `POST /api/v1/validate`: Says whether a provider or model takes an image as it is. */
export interface ImageValidation {
  valid: boolean;
  provider: Provider;
  error_message: string | null;
  file_size: number;
  file_size_mb: number;
  dimensions: {
    width: number;
    height: number;
    aspect_ratio: number;
  };
  format: string;
  color_mode: string | null;
  has_transparency: boolean | null;
  requirements_met: {
    size_limit: boolean;
    dimension_limit: boolean;
    format_supported: boolean;
  };
  limits: {
    max_size_mb: number | null;
    max_dimension: number | null;
    supported_formats: string[];
  };
  metadata: {
    provider: Provider;
    model: string | null;
    /** The size at which the model will really see the result, by the vendor's published rule. */
    model_view: ModelView;
    /** Input tokens of the result for this model: an estimate. */
    estimated_tokens: number | null;
    /** Coordinates in what the model sees times these are coordinates in the original, upright image. */
    scale_to_original: ScaleToOriginal;
  } | null;
  correlation_id: string;
}

/** Answer of `POST /api/v1/analyze`: Measures an image and recommends a provider. */
export interface ImageAnalysis {
  success: true;
  analysis: {
    dimensions: {
      width: number;
      height: number;
      aspect_ratio: number;
    };
    format: string;
    mode: string;
    size_bytes: number;
    size_mb: number;
    has_transparency: boolean;
    has_animation: boolean;
    frames: number;
    /** 0 (flat) to 10 (noise). */
    complexity_score: number;
    /** How many distinct colours the measured copy has. */
    dominant_colors: number;
    palette: Array<{
      hex: string;
      share: number;
    }>;
    is_grayscale: boolean;
    /** 0 (photo) to 1 (screenshot, document). */
    text_likeness: number;
    has_exif: boolean;
    exif_orientation: number;
    /** 8×8 average hash, hexadecimal. */
    image_hash: string;
    /** 64-bit DCT hash over the median, hexadecimal. */
    perceptual_hash: string;
    /** ThumbHash, base64. */
    thumb_hash: string;
    /** What JPEG at quality 80 would leave: an estimate. */
    estimated_compression_ratio: number;
    analysis_time_ms: number;
  };
  recommendations: {
    best_provider: Provider;
    suggested_format: string;
    estimated_quality: number;
    processing_notes: string[];
  };
  correlation_id: string;
}

export type BatchStatus = "pending" | "queued" | "processing" | "paused" | "completed" | "failed" | "cancelled";

export interface BatchSummary {
  batch_id: string;
  batch_name: string;
  status: BatchStatus;
  total_urls: number;
  processed_count: number;
  successful_count: number;
  failed_count: number;
  progress_percentage: number;
  success_rate: number;
  /** Rows a minute. */
  processing_rate: number;
  chunk_size: number;
  total_chunks: number;
  current_chunk: number;
  is_active: boolean;
  original_filename: string | null;
  duplicate_urls: number;
  /** Why the service paused the batch, or a clean-up cancelled it; null where nothing is wrong. */
  error_message: string | null;
  /** ISO 8601, UTC. */
  created_at: string;
  /** ISO 8601, UTC. */
  started_at: string | null;
  /** ISO 8601, UTC. */
  completed_at: string | null;
  /** ISO 8601, UTC. */
  estimated_completion: string | null;
  deleted?: true;
  /** ISO 8601, UTC. */
  deleted_at?: string | null;
  /** ISO 8601, UTC. */
  purge_after?: string | null;
}

/** The `data` of the answer of `GET /api/v1/batch/{batch_id}`: A batch in full. */
export interface Batch {
  batch_info: BatchInfo;
  progress: {
    processed_count: number;
    successful_count: number;
    failed_count: number;
    progress_percentage: number;
    current_chunk: number;
    total_chunks: number;
  };
  timing: {
    /** An estimate, from the rate of the last seconds. */
    estimated_completion: string | null;
    /** Without pauses. */
    elapsed_time_minutes: number;
  };
  performance: {
    processing_rate_per_minute: number;
    success_rate: number;
    /** Seconds. */
    average_time_per_url: number;
  };
  /** Calls to models that were made for rows of this batch. */
  usage: BatchUsage;
}

export interface BatchInfo {
  batch_id: string;
  batch_name: string;
  status: BatchStatus;
  total_urls: number;
  chunk_size: number;
  total_chunks: number;
  /** False for a paused batch too: whoever polls until then stops. */
  is_active: boolean;
  original_filename: string | null;
  duplicate_urls: number;
  columns: string[] | null;
  model: string | null;
  cache: CacheUse;
  /** Without its user, password and query. */
  webhook_url: string | null;
  /** The batch is paused when it has cost so much. */
  max_cost_usd: number | null;
  /** `batch`: by way of the provider's batch API. */
  lane: Lane;
  /** What the model is told, where the caller asks a question of their own; null for the default one. */
  instruction: string | null;
  /** JSON Schema of the answers to it; null with the default question. */
  schema: Record<string, unknown> | null;
  /** Why the service paused the batch, or a clean-up cancelled it; null where nothing is wrong. */
  error_message: string | null;
  /** ISO 8601, UTC. */
  created_at: string;
  /** ISO 8601, UTC. */
  started_at: string | null;
  /** ISO 8601, UTC. */
  completed_at: string | null;
  deleted?: true;
  /** ISO 8601, UTC. */
  deleted_at?: string | null;
  /** ISO 8601, UTC. */
  purge_after?: string | null;
}

/** Calls to models that were made for rows of this batch. */
export interface BatchUsage {
  calls: number;
  input_tokens: number;
  output_tokens: number;
  /** By the prices of the catalog; null where none is known. The vendor's bill decides. */
  estimated_cost_usd: number | null;
  /** Billed calls that the estimate leaves out: the price is not known. */
  unpriced_calls: number;
  /** Calls that may have been billed and brought no answer. */
  possibly_paid_twice: number;
  /** The first hundred, in the order of the rows. */
  possibly_paid_twice_calls: Array<{
    row: number | null;
    model: string;
    /** A masked label. */
    api_key_used: string | null;
    /** `lost`: its process ended before it did. */
    outcome: string;
    /** The row was asked for again since. */
    asked_again: boolean;
    /** ISO 8601, UTC. */
    begun_at: string;
  }>;
}

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}/progress`: How far a batch is: one row is read, whatever its size. */
export interface BatchProgress {
  batch_id: string;
  status: BatchStatus;
  progress_percentage: number;
  processed_count: number;
  total_urls: number;
  successful_count: number;
  failed_count: number;
  current_chunk: number;
  total_chunks: number;
  /** ISO 8601, UTC. */
  estimated_completion: string | null;
  processing_rate_per_minute: number;
  is_active: boolean;
  /** Why the service paused the batch, or a clean-up cancelled it; null where nothing is wrong. */
  error_message: string | null;
  /** When the quotas of the model let a request through again; null where they do. */
  waiting_until: string | null;
}

/** The `data` of the answer of `POST /api/v1/batches/{batch_id}/start`: Starts a batch that waits. */
export interface BatchChange {
  batch_id: string;
  /** Whether the batch has been started at all. */
  started: boolean;
  paused?: true;
  resumed?: true;
  cancelled?: true;
  status: BatchStatus;
  original_status?: BatchStatus;
  new_status?: BatchStatus;
  chunks_reset?: number;
}

export interface BatchChunk {
  chunk_id: string;
  /** From 1. */
  chunk_number: number;
  status: "pending" | "processing" | "completed" | "failed" | "retrying";
  url_count: number;
  processed_count: number;
  successful_count: number;
  failed_count: number;
  progress_percentage: number;
  /** ISO 8601, UTC. */
  started_at: string | null;
  /** ISO 8601, UTC. */
  completed_at: string | null;
  processing_time_seconds: number | null;
}

export interface BatchJob {
  job_id: string;
  /** `running`: the provider has it. `failed`: it ended without all answers; its rows are asked again. */
  status: "filling" | "handing_over" | "running" | "done" | "failed";
  /** What the provider calls it. */
  provider_name: string | null;
  model: string;
  /** A masked label. */
  api_key_used: string | null;
  request_count: number;
  answered_count: number;
  /** ISO 8601, UTC. */
  created_at: string;
  /** ISO 8601, UTC. */
  submitted_at: string | null;
  /** ISO 8601, UTC. */
  completed_at: string | null;
  /** What went wrong last. */
  message: string | null;
}

export interface BatchResult {
  result_id: string;
  batch_id: string;
  chunk_id: string;
  /** Row of the file, from 1, headers and blank rows not counted. */
  row: number;
  url: string;
  success: boolean;
  store_image: boolean | null;
  text_content: string | null;
  store_name: string | null;
  business_contact: string | null;
  image_description: string | null;
  analysis_result: Record<string, unknown> | null;
  error_type: string | null;
  error_message: string | null;
  processing_time_seconds: number;
  /** A masked label. */
  api_key_used: string | null;
  /** The model that answered, whoever makes it. */
  gemini_model_used: string | null;
  cache_hit: boolean;
  /** SHA-256 of the image. */
  content_hash: string | null;
  /** As the vendor counted them; 0 where no model was asked for this row. */
  input_tokens: number | null;
  output_tokens: number | null;
  /** Of the answer; null where it is not known. */
  estimated_cost_usd: number | null;
  /** The row as it was uploaded. */
  cells: string[];
  /** ISO 8601, UTC. */
  created_at: string;
  /** What a person said of it; null where nobody did since it was stored. */
  review: {
    verdict: "accepted" | "flagged";
    note: string | null;
    /** A name for people. */
    by: string;
    /** ISO 8601, UTC. */
    at: string;
  } | null;
}

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}/results/{row}`: The result of one row, and the tries before it. */
export interface BatchResultDetails {
  result_id: string;
  batch_id: string;
  chunk_id: string;
  /** Row of the file, from 1, headers and blank rows not counted. */
  row: number;
  url: string;
  success: boolean;
  store_image: boolean | null;
  text_content: string | null;
  store_name: string | null;
  business_contact: string | null;
  image_description: string | null;
  analysis_result: Record<string, unknown> | null;
  error_type: string | null;
  error_message: string | null;
  processing_time_seconds: number;
  /** A masked label. */
  api_key_used: string | null;
  /** The model that answered, whoever makes it. */
  gemini_model_used: string | null;
  cache_hit: boolean;
  /** SHA-256 of the image. */
  content_hash: string | null;
  /** As the vendor counted them; 0 where no model was asked for this row. */
  input_tokens: number | null;
  output_tokens: number | null;
  /** Of the answer; null where it is not known. */
  estimated_cost_usd: number | null;
  /** The row as it was uploaded. */
  cells: string[];
  /** ISO 8601, UTC. */
  created_at: string;
  /** What a person said of it; null where nobody did since it was stored. */
  review: {
    verdict: "accepted" | "flagged";
    note: string | null;
    /** A name for people. */
    by: string;
    /** ISO 8601, UTC. */
    at: string;
  } | null;
  /** Tries before the present result. */
  attempts: Array<{
    /** From 1, over the whole life of the row. */
    number: number;
    error_type: string;
    error_message: string | null;
    /** The row had failed with it, until it was retried. */
    final: boolean;
    /** ISO 8601, UTC. */
    at: string;
  }>;
}

/** The `data` of the answer of `POST /api/v1/batches/estimate`: Estimates the cost and the time of a batch, and stores nothing. */
export interface BatchEstimate {
  is_estimate: true;
  total_urls: number;
  invalid_urls: number;
  /** Distinct addresses: at most so often a model is asked. */
  questions: number;
  /** Null where none is configured. */
  model: string | null;
  /** Input tokens of a picture. */
  estimated_tokens_per_image: EstimateRange | null;
  estimated_tokens_per_instruction: number | null;
  estimated_tokens_per_answer: EstimateRange | null;
  /** Null where a price or the tokens are not known. */
  estimated_cost_usd: EstimateRange | null;
  /** At the configured rate, with nothing else at work; null where no quota bounds the model. */
  estimated_seconds: number | null;
  limited_by: "requests_per_minute" | "tokens_per_minute" | "requests_per_day" | null;
}

export interface EstimateRange {
  low: number;
  expected: number;
  high: number;
}

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}/analyze`: What failed in a batch, by cause. */
export interface BatchErrors {
  total_errors: number;
  error_categories: {
    network_errors: number;
    invalid_urls: number;
    processing_errors: number;
  };
  top_errors: Array<{
    error_type: string;
    count: number;
    percentage: number;
  }>;
  /** Every code, the most frequent first; what each means is told by `/api/v1/failures`. */
  errors: Array<{
    error_type: string;
    count: number;
    retryable: boolean;
  }>;
  recommendations: string[];
}

/** The `data` of the answer of `GET /api/v1/export/batch/{batch_id}/preview`: The first hundred results that an export would hold. */
export interface ExportPreview {
  preview_records: Array<{
    url: string;
    success: boolean;
    store_image: boolean | null;
    text_content: string | null;
    store_name: string | null;
    business_contact: string | null;
    image_description: string | null;
    error_message: string | null;
    /** ISO 8601, UTC. */
    created_at: string;
  }>;
  total_records_shown: number;
  /** What an export with these filters would hold; null: not counted. */
  total_matching: number | null;
  is_preview: true;
  filters_applied: Record<string, string | boolean>;
}

/** `use`: what is known of an address is used for a time. `revalidate`: its server is asked whether the image changed. `refresh`: every image is fetched and analyzed anew. */
export type CacheUse = "use" | "revalidate" | "refresh";

/** `batch` asks by way of the provider's batch API: for half the price with Gemini, and within a day or so. */
export type Lane = "online" | "batch";

export type IconStyle = "minimal" | "detailed" | "flat" | "modern" | "vintage" | "abstract" | "realistic";

export type IconColorScheme = "monochrome" | "colorful" | "blue_tones" | "warm_tones" | "cool_tones" | "brand_colors";

export type IconFormat = "png" | "svg" | "webp" | "ico";

/** Answer of `POST /api/icons/generate`: An icon for a category. */
export interface Icon {
  success: true;
  image_url: string;
  /** Below the folder of stored files. */
  local_path: string;
  /** Seconds. */
  generation_time: number;
  metadata: IconMetadata;
}

export interface IconMetadata {
  style: IconStyle;
  color_scheme: IconColorScheme;
  category: string;
  custom_elements?: string[];
  /** `local`: from an open icon set, no model made it. */
  provider?: string;
  model?: string;
  /** Whether it was there already. */
  cached?: boolean;
  attempts?: number;
  /** Of its file: other features take it as `asset://<id>`. */
  asset_id?: string;
  prompt?: string;
  /** Larger than what the model made. */
  sizes_not_made?: number[];
  /** All of its files, where there are several. */
  files?: IconFile[];
  [name: string]: unknown;
}

export interface IconFile {
  url: string;
  format: string;
  size: number | null;
}

/** `failed` only where nothing came of any icon. */
export type IconBatchStatus = "pending" | "running" | "completed" | "failed" | "cancelled";

/** Answer of `GET /api/icons/batch/{batch_id}/status`: How a batch is. */
export interface IconBatchProgress {
  batch_id: string;
  /** `failed` only where nothing came of any icon. */
  status: IconBatchStatus;
  progress: number;
  /** Null before it begins and after it ends. */
  current_category: string | null;
  total_categories: number;
  completed_categories: number;
  /** By the rate so far; null where there is none yet. */
  estimated_completion: string | null;
  /** ISO 8601, UTC. */
  created_at: string;
  /** ISO 8601, UTC. */
  started_at: string | null;
  /** ISO 8601, UTC. */
  completed_at: string | null;
  total_icons: number;
  successful: number;
  failed: number;
  /** Where the service stopped it: why, and what has to change. */
  reason?: string;
}

export interface IconBatchSummary {
  batch_id: string;
  /** `failed` only where nothing came of any icon. */
  status: IconBatchStatus;
  progress: number;
  total_categories: number;
  completed_categories: number;
  /** ISO 8601, UTC. */
  created_at: string;
  /** ISO 8601, UTC. */
  completed_at: string | null;
}

/** Answer of `GET /api/icons/batch/{batch_id}/result`: What came of a batch that has ended; of one that was cancelled, as far as it got. */
export interface IconBatchResult {
  batch_id: string;
  total_requested: number;
  successful: number;
  failed: number;
  /** ISO 8601, UTC. */
  start_time: string | null;
  /** ISO 8601, UTC. */
  end_time: string | null;
  /** Seconds. */
  duration: number | null;
  results: IconResult[];
  metadata: Record<string, unknown>;
}

export interface IconResult {
  success: boolean;
  image_url: string | null;
  local_path: string | null;
  error: string | null;
  metadata: IconMetadata;
  /** Seconds. */
  generation_time: number;
}

export interface CachedIcon {
  filename: string;
  category: string;
  path: string;
  /** Bytes. */
  size: number;
  /** ISO 8601, UTC. */
  created: string;
  url: string;
}

/** Answer of `GET /api/icons/stats`: What has been made for the caller. */
export interface IconStatistics {
  total_generated: number;
  total_failed: number;
  total_batches: number;
  /** Seconds. */
  average_generation_time: number;
  /** ISO 8601, UTC. */
  last_generation: string | null;
  active_batches: number;
  total_active_jobs: number;
  cached_icons: number;
  /** Percent. */
  success_rate: number;
  cache: {
    items: number;
    size_bytes: number;
    hits: number;
    misses: number;
    /** Percent. */
    hit_rate: number;
  };
}

/** `failed` only where nothing came of any product. */
export type CatalogState = "received" | "processing" | "completed" | "failed";

/** Answer of `GET /api/v1/status/{request_id}`: How a request is, with its products in the order of the file: all of them, or a page. */
export interface CatalogStatus {
  request_id: string;
  /** `failed` only where nothing came of any product. */
  status: CatalogState;
  products: CatalogProduct[];
  /** Of all products, whatever the page. */
  progress: CatalogProgress;
  /** Bytes that the outputs are smaller than the inputs. */
  saved_bytes: number;
  page?: number;
  per_page?: number;
  total_pages?: number;
}

/** Of all products, whatever the page. */
export interface CatalogProgress {
  total: number;
  completed: number;
  failed: number;
  remaining: number;
}

export interface CatalogProduct {
  /** As in the file; otherwise the number of the row, from 1. */
  serial_number: number;
  product_name: string;
  input_urls: string[];
  /** Of the images that were made, in the order of the input; empty until all have ended. */
  output_urls: string[];
  /** `completed` where at least one image was made. */
  processing_status: CatalogState;
  /** All images that have ended. */
  outputs: CatalogOutput[];
  errors: CatalogError[];
  /** Bytes that the outputs are smaller than the inputs. */
  saved_bytes: number;
}

export interface CatalogOutput {
  input_url: string;
  output_url: string | null;
  error: string | null;
  /** Stable: the API's guide to errors explains each. */
  error_code: string | null;
  /** Bytes that the outputs are smaller than the inputs. */
  saved_bytes: number;
  input_bytes?: number;
  output_bytes?: number;
  format?: string;
  /** Pixels, upright. */
  width?: number;
  height?: number;
  /** Null where no detail was given up. */
  quality?: number | null;
  /** Why the output is not what was asked for: `not_smaller` (it is the input, without its metadata), `beyond_format`, `cannot_animate`, `too_many_frames`, `target_missed`; null where it is. */
  why?: string | null;
  /** SSIM of copies of input and output of at most 512 pixels, 1 where nothing differs; null where it was not measured. */
  similarity?: number | null;
}

export interface CatalogError {
  input_url: string;
  error: string;
  /** Stable: the API's guide to errors explains each. */
  error_code: string;
}

export type MediaJobStatus = "pending" | "processing" | "retrying" | "completed" | "failed" | "cancelled";

/** Answer of `GET /api/v1/jobs/status/{job_id}`: How a job is. */
export interface MediaJob {
  id: string;
  status: MediaJobStatus;
  prompt: string;
  /** As they were sent. */
  parameters: Record<string, unknown> | null;
  /** ISO 8601, UTC. */
  created_at: string;
  /** ISO 8601, UTC. */
  updated_at: string;
  /** Of the first attempt. */
  started_at: string | null;
  /** ISO 8601, UTC. */
  completed_at: string | null;
  duration_seconds: number | null;
  retry_count: number;
  error_message: string | null;
  /** Null before there are any, and when all are deleted. */
  media: MediaPicture[] | null;
  /** 0 while it waits, 100 only when it is completed. */
  progress: number;
  /** What of the request the model does not follow. */
  warnings?: MediaJobWarning[];
  /** `local` where no model is asked at all. */
  provider: string;
  model: string;
  /** Where there was any. */
  metadata?: Record<string, unknown>;
  /** Of one that failed: see docs/errors.md. */
  error_code?: string;
  error_details?: {
    retry_count: number;
    max_retries: number;
  };
  /** An estimate, by listed prices; absent where none is known. The vendor's bill decides. */
  estimated_cost_usd?: number;
  /** Starts of the model that may have been billed and brought no picture. */
  possibly_paid_twice?: number;
}

export interface MediaPicture {
  id: string;
  /** Absolute in the status of a job, below the address of this service in the list. */
  url: string;
  type: "image";
  mime_type: string;
  file_size_bytes: number;
  width: number;
  height: number;
  /** Absent where nobody knows it. */
  seed?: number;
  /** Of one whose time is over: its bytes are gone, or go soon. */
  is_expired?: true;
}

export interface MediaJobWarning {
  /** `ignored`; `clamped` to the bounds of the model; `adjusted` to the nearest of what it offers; `withheld` by the policy of its provider; `missing` although it was asked for. */
  code: "ignored" | "clamped" | "adjusted" | "withheld" | "missing";
  /** Its name in the request. */
  parameter: string;
  message: string;
}

export interface MediaJobParameters {
  /** Pixels. */
  width?: number | null | undefined;
  /** Pixels. */
  height?: number | null | undefined;
  num_inference_steps?: number | null | undefined;
  guidance_scale?: number | null | undefined;
  /** What is not to be seen. */
  negative_prompt?: string | null | undefined;
  seed?: number | null | undefined;
  scheduler?: "DDIM" | "DPMSolverMultistep" | "HeunDiscrete" | "KarrasDPM" | "K_EULER_ANCESTRAL" | "K_EULER" | "PNDM" | null | undefined;
  num_outputs?: number | null | undefined;
  /** `16:9`, at most 8 to 1; counts where neither width nor height is given. */
  aspect_ratio?: string | null | undefined;
  /** Of a lossy format. */
  output_quality?: number | null | undefined;
  /** `png` where it is absent. */
  output_format?: "png" | "jpg" | "webp" | null | undefined;
  [name: string]: unknown;
}

/** Answer of `GET /api/v1/media/{media_id}/info`: What is known of a picture. */
export interface MediaInfo {
  id: string;
  type: "image";
  storage_path: string;
  storage_url: string | null;
  file_size_bytes: number;
  mime_type: string;
  /** With its dot: `.png`. */
  file_extension: string;
  width: number;
  height: number;
  /** ISO 8601, UTC. */
  created_at: string;
  /** Pictures have none. */
  duration_seconds?: null;
  aspect_ratio?: string | null;
  generation_model_name?: string | null;
  generation_model_version?: string | null;
  storage_provider?: string;
  bucket_name?: string | null;
  /** ISO 8601, UTC. */
  expires_at?: string | null;
  is_expired?: boolean;
  extra_metadata?: Record<string, unknown> | null;
}

/** `pending`: it is or will be tried. `failed`: it was given up. `disabled`: its receiver has answered 410. */
export type WebhookDeliveryStatus = "pending" | "delivered" | "failed" | "disabled";

export interface WebhookDelivery {
  /** The `webhook-id`: the same in all attempts. */
  id: string;
  event: string;
  /** What it is about, such as `media/job/{id}`. */
  topic: string;
  /** Whose it is: the owner of the credential. */
  owner: string;
  /** Without its user, password and query. */
  url: string;
  /** `pending`: it is or will be tried. `failed`: it was given up. `disabled`: its receiver has answered 410. */
  status: WebhookDeliveryStatus;
  /** Attempts begun. */
  attempt_count: number;
  /** Whether one is under way. */
  attempting: boolean;
  /** ISO 8601, UTC. */
  next_attempt_at: string | null;
  /** ISO 8601, UTC. */
  created_at: string;
  /** ISO 8601, UTC. */
  ended_at: string | null;
  /** Those that ended, in their order: the last ten in the list, the last hundred of a single one. */
  attempts: WebhookAttempt[];
}

export interface WebhookDeliveryDetails {
  /** The `webhook-id`: the same in all attempts. */
  id: string;
  event: string;
  /** What it is about, such as `media/job/{id}`. */
  topic: string;
  /** Whose it is: the owner of the credential. */
  owner: string;
  /** Without its user, password and query. */
  url: string;
  /** `pending`: it is or will be tried. `failed`: it was given up. `disabled`: its receiver has answered 410. */
  status: WebhookDeliveryStatus;
  /** Attempts begun. */
  attempt_count: number;
  /** Whether one is under way. */
  attempting: boolean;
  /** ISO 8601, UTC. */
  next_attempt_at: string | null;
  /** ISO 8601, UTC. */
  created_at: string;
  /** ISO 8601, UTC. */
  ended_at: string | null;
  /** Those that ended, in their order: the last ten in the list, the last hundred of a single one. */
  attempts: WebhookAttempt[];
  /** Exactly what is sent. */
  body: string;
}

export interface WebhookAttempt {
  /** 0 where nothing could be sent at all. */
  number: number;
  /** ISO 8601, UTC. */
  at: string;
  took_ms: number;
  delivered: boolean;
  /** Of the receiver's answer; null where there was none, and where it was no more than looked at. */
  status_code: number | null;
  /** Why it failed, such as `http_status`, `redirected`, `gone` or `response_timeout`. */
  code: string | null;
  /** The same in a sentence. */
  reason: string | null;
  /** The beginning of the receiver's answer, at most 1 KB. */
  response: string | null;
}

export interface AuditEntry {
  /** In the order of writing. */
  id: string;
  /** ISO 8601, UTC. */
  at: string;
  /** Owner of the credential; `service` where `method` is `service` too. */
  actor: string;
  /** How they showed who they are; `service` is the service by itself. */
  method: string;
  /** Of the client. */
  address: string | null;
  /** `X-Request-ID` of the request. */
  request_id: string | null;
  action: string;
  target: string | null;
  details: Record<string, unknown>;
}

/** Answer of `GET /api/v1/providers`: The providers, and the limits that images are fitted to without a model. */
export interface ListProvidersAnswer {
  supported_providers: Provider[];
  provider_requirements: Record<string, ProviderRequirements>;
}

/** Answer of `GET /api/v1/models`: The catalog of vision models: dated limits, rules and prices with their sources. */
export interface ListModelsAnswer {
  as_of: string;
  models: ModelFacts[];
}

/** Query of `POST /api/v1/process`: Makes an image acceptable to a provider or model. */
export interface ProcessImageQuery {
  /** Whose limits the image is fitted to; may be absent where a `model` is named. */
  provider?: Provider | undefined;
  /** Format of the result, in any case. */
  format?: "JPEG" | "PNG" | "WEBP" | undefined;
  /** 1 to 100; naming one re-encodes an image that would fit untouched. */
  quality?: number | undefined;
  /** Longest side of the result in pixels. */
  max_dimension?: number | undefined;
  preserve_transparency?: boolean | undefined;
  /** Put behind transparent pixels. */
  background_color?: string | undefined;
  /** A model of `GET /api/v1/models`: the image is fitted to what this model sees. */
  model?: string | undefined;
}

/** JSON body of `POST /api/v1/process`: Makes an image acceptable to a provider or model. */
export interface ProcessImageBody {
  /** A data URL: `data:image/png;base64,…`; the bytes tell the format, not the media type. Or `asset://<id>`: a picture that this service has stored. */
  image: string;
  /** Whose limits the image is fitted to; may be absent where a `model` is named. */
  provider?: Provider | undefined;
  options?: {
    /** Format of the result, in any case. */
    format?: "JPEG" | "PNG" | "WEBP" | null | undefined;
    /** 1 to 100; naming one re-encodes an image that would fit untouched. */
    quality?: number | null | undefined;
    /** Longest side of the result in pixels. */
    max_dimension?: number | null | undefined;
    preserve_transparency?: boolean | null | undefined;
    /** Put behind transparent pixels. */
    background_color?: string | null | undefined;
    /** A model of `GET /api/v1/models`: the image is fitted to what this model sees. */
    model?: string | null | undefined;
  } | null | undefined;
}

/** Answer of `POST /api/v1/process`: Makes an image acceptable to a provider or model. */
export interface ProcessImageAnswer {
  success: true;
  /** A data URL. */
  processed_image: string;
  original_format: string;
  processed_format: string;
  /** Bytes. */
  original_size: number;
  /** Bytes. */
  processed_size: number;
  dimensions: [number, number];
  processing_time_ms: number;
  /** processed_size / original_size. */
  compression_ratio: number;
  correlation_id: string;
  metadata: {
    provider: Provider;
    model: string | null;
    /** The pixels are those of the source; at most metadata was cut out. */
    passed_through: boolean;
    quality_used: number | null;
    resized: boolean;
    has_transparency: boolean;
    original_has_transparency: boolean;
    /** 8×8 average hash; null where no pixel was decoded. */
    image_hash: string | null;
    text_like: boolean | null;
    encodes: number;
    /** The byte limit cost quality, dimensions or encoder time. */
    limit_binds: boolean;
    animated_input: boolean;
    original_format: string;
    target_format: string;
    /** Of the result: L, LA, P, RGB, RGBA. */
    color_mode: string;
    /** The options given, as understood. */
    processing_options: Record<string, unknown>;
    size_reduction_percent: number;
    warnings: string[];
    /** The size at which the model will really see the result, by the vendor's published rule. */
    model_view: ModelView;
    /** Input tokens of the result for this model: an estimate. */
    estimated_tokens: number | null;
    /** Coordinates in what the model sees times these are coordinates in the original, upright image. */
    scale_to_original: ScaleToOriginal;
    [name: string]: unknown;
  };
}

/** Query of `POST /api/v1/validate`: Says whether a provider or model takes an image as it is. */
export interface ValidateImageQuery {
  /** Whose limits the image is fitted to; may be absent where a `model` is named. */
  provider?: Provider | undefined;
  /** A model of `GET /api/v1/models`: the image is fitted to what this model sees. */
  model?: string | undefined;
}

/** JSON body of `POST /api/v1/validate`: Says whether a provider or model takes an image as it is. */
export interface ValidateImageBody {
  /** A data URL: `data:image/png;base64,…`; the bytes tell the format, not the media type. Or `asset://<id>`: a picture that this service has stored. */
  image: string;
  /** Whose limits the image is fitted to; may be absent where a `model` is named. */
  provider?: Provider | undefined;
  options?: {
    /** A model of `GET /api/v1/models`: the image is fitted to what this model sees. */
    model?: string | null | undefined;
  } | null | undefined;
}

/** Answer of `POST /api/v1/validate`: Says whether a provider or model takes an image as it is. */
export type ValidateImageAnswer = ImageValidation;

/** JSON body of `POST /api/v1/analyze`: Measures an image and recommends a provider. */
export interface AnalyzeImageBody {
  /** A data URL: `data:image/png;base64,…`; the bytes tell the format, not the media type. Or `asset://<id>`: a picture that this service has stored. */
  image: string;
}

/** Answer of `POST /api/v1/analyze`: Measures an image and recommends a provider. */
export type AnalyzeImageAnswer = ImageAnalysis;

/** Query of `POST /api/v1/thumbnail`: Makes a small JPEG. */
export interface MakeThumbnailQuery {
  /** Pixels, 10 to 500. */
  width?: number | undefined;
  /** Pixels, 10 to 500. */
  height?: number | undefined;
  /** Default true: fits inside the box. False: stretches. */
  maintain_aspect_ratio?: boolean | undefined;
  quality?: number | undefined;
  /** Put behind transparent pixels. */
  background_color?: string | undefined;
}

/** JSON body of `POST /api/v1/thumbnail`: Makes a small JPEG. */
export interface MakeThumbnailBody {
  /** A data URL: `data:image/png;base64,…`; the bytes tell the format, not the media type. Or `asset://<id>`: a picture that this service has stored. */
  image: string;
  /** Pixels, 10 to 500. */
  width: number;
  /** Pixels, 10 to 500. */
  height: number;
  options?: {
    /** Default true: fits inside the box. False: stretches. */
    maintain_aspect_ratio?: boolean | null | undefined;
    quality?: number | null | undefined;
    /** Put behind transparent pixels. */
    background_color?: string | null | undefined;
  } | null | undefined;
}

/** Answer of `POST /api/v1/thumbnail`: Makes a small JPEG. */
export interface MakeThumbnailAnswer {
  success: true;
  /** A data URL; always a JPEG. */
  thumbnail: string;
  dimensions: {
    width: number;
    height: number;
  };
  original_dimensions: {
    width: number;
    height: number;
  };
  file_size: number;
  compression_ratio: number;
  processing_time_ms: number;
  correlation_id: string;
}

/** Query of `GET /api/v1/batches`: Batches, newest first. */
export interface ListBatchesQuery {
  /** Batches of a page. */
  limit?: number | undefined;
  page?: number | undefined;
  /** The same as `limit`, and stronger. */
  per_page?: number | undefined;
  status?: BatchStatus | undefined;
  include_soft_deleted?: boolean | undefined;
}

/** The `data` of the answer of `GET /api/v1/batches`: Batches, newest first. */
export interface ListBatchesData {
  batches: BatchSummary[];
  count: number;
  limit: number;
  status_filter: BatchStatus | null;
  pagination: {
    page: number;
    per_page: number;
    total: number;
    total_pages: number;
    has_next: boolean;
    has_prev: boolean;
  };
}

/** Fields of the form, beside the file, of `POST /api/v1/batches`: Creates a batch from a CSV file, and starts it. */
export interface CreateBatchForm {
  /** Absent: `Batch_` and the time. */
  batch_name?: string | undefined;
  /** `false` leaves the batch pending. Default: "true". */
  auto_start?: string | undefined;
  /** A vision model by name, such as `local`; absent: the configured one. */
  model?: string | undefined;
  /** `use`: what is known of an address is used for a time. `revalidate`: its server is asked whether the image changed. `refresh`: every image is fetched and analyzed anew. Default: "use". */
  cache?: CacheUse | undefined;
  /** An http or https address of up to 2048 characters that is told when the batch completes, fails or is paused, by Standard Webhooks. Shown without its user, password and query. */
  webhook_url?: string | undefined;
  /** The batch is paused when its calls to models have cost about so many dollars; up to six decimals. Absent: no limit. */
  max_cost_usd?: string | undefined;
  /** `batch` asks by way of the provider's batch API: for half the price with Gemini, and within a day or so. Default: "online". */
  lane?: Lane | undefined;
  /** What the model is told instead of the default, up to 8000 characters. `local` reads none. */
  instruction?: string | undefined;
  /** JSON Schema of the answers instead of the default five facts: an object with 1 to 50 properties, in up to 16 KB of JSON. Its properties become columns of exports. */
  schema?: string | undefined;
}

/** The `data` of the answer of `POST /api/v1/batches`: Creates a batch from a CSV file, and starts it. */
export interface CreateBatchData {
  batch_id: string;
  batch_info: {
    batch_id: string;
    batch_name: string;
    /** Rows of the file, repeated and invalid ones among them. */
    total_urls: number;
    total_chunks: number;
    chunks_created: number;
    chunk_size: number;
    /** `QUEUED`, or `PENDING` where it was not started. */
    status: string;
    auto_started: boolean;
    auto_start_error?: string;
    duplicate_urls: number;
    invalid_urls: number;
  };
}

/** The `data` of the answer of `GET /api/v1/batch/{batch_id}`: A batch in full. */
export type GetBatchData = Batch;

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}`: A batch in full. */
export type GetBatchDetailsData = Batch;

/** Query of `DELETE /api/v1/batches/{batch_id}`: Deletes a batch with its results, for good. */
export interface DeleteBatchQuery {
  /** Also a batch that is queued or processing. */
  force?: boolean | undefined;
}

/** The `data` of the answer of `DELETE /api/v1/batches/{batch_id}`: Deletes a batch with its results, for good. */
export interface DeleteBatchData {
  batch_id: string;
  deleted: true;
}

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}/status`: A batch in full, and when to ask again. */
export type GetBatchStatusData = Batch;

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}/progress`: How far a batch is: one row is read, whatever its size. */
export type GetBatchProgressData = BatchProgress;

/** Query of `GET /api/v1/batches/{batch_id}/chunks`: The chunks of a batch. */
export interface GetBatchChunksQuery {
  limit?: number | undefined;
  /** `chunk_number` the page before ended with. */
  after?: number | undefined;
}

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}/chunks`: The chunks of a batch. */
export interface GetBatchChunksData {
  batch_id: string;
  chunks: BatchChunk[];
  total_chunks: number;
}

/** Query of `GET /api/v1/batches/{batch_id}/jobs`: The jobs that a batch of the batch lane has at the provider, the newest first. */
export interface GetBatchJobsQuery {
  /** Most of them in the answer. Default: 100. */
  limit?: number | undefined;
}

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}/jobs`: The jobs that a batch of the batch lane has at the provider, the newest first. */
export interface GetBatchJobsData {
  batch_id: string;
  lane: Lane;
  jobs: BatchJob[];
}

/** Query of `GET /api/v1/batches/{batch_id}/results`: Results in the order of the file, a page at a time. */
export interface GetBatchResultsQuery {
  /** The same as `success_only` or `failed_only`. */
  status?: "success" | "failed" | undefined;
  /** Only what succeeded. Default: false. */
  success_only?: boolean | undefined;
  /** Only what failed. Default: false. */
  failed_only?: boolean | undefined;
  /** Failed with this code; several, separated by commas. */
  error_type?: string | undefined;
  /** Stored then or later. Without a zone it is UTC. */
  start_date?: string | undefined;
  /** Stored until then: until the end of the day, minute or second that is named. Without a zone it is UTC. */
  end_date?: string | undefined;
  /** Only those with a store name. Default: false. */
  has_store_name?: boolean | undefined;
  /** Only those with a business contact. Default: false. */
  has_contact?: boolean | undefined;
  /** Part of the store name, in capitals or not. */
  store_name_filter?: string | undefined;
  /** Part of any text that the model answered, in capitals or not. */
  search?: string | undefined;
  /** What a person said of it: `accepted`, `flagged`, `reviewed` for either, `none` for nothing. */
  review?: "accepted" | "flagged" | "reviewed" | "none" | undefined;
  limit?: number | undefined;
  /** `next_after` of the page before. */
  after?: number | undefined;
}

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}/results`: Results in the order of the file, a page at a time. */
export interface GetBatchResultsData {
  batch_id: string;
  /** Headers of the uploaded file; `cells` follow them. */
  columns: string[] | null;
  results: BatchResult[];
  count: number;
  /** Null on the last page. */
  next_after: number | null;
}

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}/results/{row}`: The result of one row, and the tries before it. */
export type GetBatchResultData = BatchResultDetails;

/** Query of `GET /api/v1/batches/{batch_id}/results/{row}/image`: The picture of a row, small: a JPEG for people to look at. */
export interface GetBatchResultImageQuery {
  /** Pixels of the longer side, at most. Default: "256". */
  size?: 256 | 1024 | undefined;
}

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}/health`: How well a batch does, 0 to 100. */
export interface GetBatchHealthData {
  health_score: number;
  factors: {
    success_rate: number;
    processing_speed: number;
    error_patterns: number;
  };
  recommendations: string[];
}

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}/analyze`: What failed in a batch, by cause. */
export type AnalyzeBatchErrorsData = BatchErrors;

/** The `data` of the answer of `POST /api/v1/batches/{batch_id}/start`: Starts a batch that waits. */
export type StartBatchData = BatchChange;

/** The `data` of the answer of `POST /api/v1/batches/{batch_id}/pause`: Begins no more rows; those under way finish. */
export type PauseBatchData = BatchChange;

/** The `data` of the answer of `POST /api/v1/batches/{batch_id}/cancel`: Ends a batch; what it has found is kept. */
export type CancelBatchData = BatchChange;

/** JSON body of `POST /api/v1/batches/{batch_id}/resume`: Goes on with a paused batch. */
export interface ResumeBatchBody {
  /** The most that the batch may cost from now on, all told; null: no limit. Absent: as it was. */
  max_cost_usd?: number | string | null | undefined;
}

/** The `data` of the answer of `POST /api/v1/batches/{batch_id}/resume`: Goes on with a paused batch. */
export type ResumeBatchData = BatchChange;

/** JSON body of `POST /api/v1/batches/{batch_id}/force-start`: Starts a batch from any state, chunks that were given up included. */
export interface ForceStartBatchBody {
  /** Takes a completed batch too, and does not look at how many are active. Default: false. */
  skip_validation?: boolean | undefined;
}

/** The `data` of the answer of `POST /api/v1/batches/{batch_id}/force-start`: Starts a batch from any state, chunks that were given up included. */
export type ForceStartBatchData = BatchChange;

/** JSON body of `POST /api/v1/batches/{batch_id}/retry`: Runs failed rows again: all of them, those with certain codes, or certain ones. */
export interface RetryBatchBody {
  /** Only rows that failed with one of these; absent: all failed rows. */
  codes?: string[] | null | undefined;
  /** Only these of them, by their rows in the file, from 1; a row that did not fail stays as it is. */
  rows?: number[] | null | undefined;
}

/** The `data` of the answer of `POST /api/v1/batches/{batch_id}/retry`: Runs failed rows again: all of them, those with certain codes, or certain ones. */
export interface RetryBatchData {
  batch_id: string;
  /** Rows that are tried again. */
  retried: number;
  status: BatchStatus;
}

/** JSON body of `POST /api/v1/batches/{batch_id}/clone`: A new batch of the same rows. */
export interface CloneBatchBody {
  new_name: string;
  /** Results come along, and what has one is not worked on again. Default: false. */
  copy_results?: boolean | undefined;
  /** Where the clone tells that it completes, fails or is paused; null: nowhere. Absent: as the other. */
  webhook_url?: string | null | undefined;
}

/** The `data` of the answer of `POST /api/v1/batches/{batch_id}/clone`: A new batch of the same rows. */
export interface CloneBatchData {
  batch_id: string;
  original_batch_id: string;
  new_batch_id: string;
  new_batch_name: string;
  chunks_created: number;
  results_copied: number;
  status: BatchStatus;
}

/** JSON body of `POST /api/v1/batches/{batch_id}/soft-delete`: Stops and hides a batch, and purges it after a time. */
export interface SoftDeleteBatchBody {
  /** Days until the batch is purged. Default: 30. */
  retention_days?: number | undefined;
}

/** The `data` of the answer of `POST /api/v1/batches/{batch_id}/soft-delete`: Stops and hides a batch, and purges it after a time. */
export interface SoftDeleteBatchData {
  batch_id: string;
  retention_days: number;
  /** ISO 8601, UTC. */
  deletion_date: string | null;
  /** ISO 8601, UTC. */
  purge_after: string | null;
  status: BatchStatus;
}

/** JSON body of `POST /api/v1/batches/{batch_id}/results/{row}/review`: Says whether a result is right. */
export interface ReviewResultBody {
  /** Null takes back what was said. */
  verdict: "accepted" | "flagged" | null;
  /** Why, for whoever reads it; in place of one that was there. */
  note?: string | null | undefined;
}

/** The `data` of the answer of `POST /api/v1/batches/{batch_id}/results/{row}/review`: Says whether a result is right. */
export interface ReviewResultData {
  batch_id: string;
  row: number;
  review: {
    verdict: "accepted" | "flagged";
    note: string | null;
    /** A name for people. */
    by: string;
    /** ISO 8601, UTC. */
    at: string;
  } | null;
}

/** JSON body of `POST /api/v1/batches/{batch_id}/reviews`: Says the same of up to a thousand results. */
export interface ReviewResultsBody {
  rows: number[];
  /** Null takes back what was said. */
  verdict: "accepted" | "flagged" | null;
  /** Why, for whoever reads it; in place of one that was there. */
  note?: string | null | undefined;
}

/** The `data` of the answer of `POST /api/v1/batches/{batch_id}/reviews`: Says the same of up to a thousand results. */
export interface ReviewResultsData {
  batch_id: string;
  /** Rows that have the verdict now, or none any more. */
  reviewed: number;
  /** Rows of the request of which there is nothing to say yet. */
  without_result: number[];
}

/** The `data` of the answer of `GET /api/v1/batches/{batch_id}/reviews`: How many results were accepted or flagged, and how many still need a look. */
export interface CountReviewsData {
  batch_id: string;
  accepted: number;
  flagged: number;
  /** Rows that succeeded and of which nobody said anything. */
  needs_review: number;
}

/** The `data` of the answer of `GET /api/v1/failures`: What every failure code means, and what to do about it. */
export interface ListFailuresData {
  failures: Array<{
    error_type: string;
    /** What happened. */
    sentence: string;
    /** The likely reason. */
    cause: string;
    /** What to do about it. */
    fix: string;
    /** Whether the same row may succeed when it is tried again as it is. */
    retryable: boolean;
    category: "network_errors" | "invalid_urls" | "processing_errors";
  }>;
}

/** JSON body of `POST /api/v1/batches/estimate`: Estimates the cost and the time of a batch, and stores nothing. */
export interface EstimateBatchBody {
  rows: number;
  /** Default: "online". */
  lane?: Lane | undefined;
  model?: string | null | undefined;
  instruction?: string | null | undefined;
  schema?: unknown;
  /** Pixels of a usual picture. */
  width?: number | undefined;
  /** Pixels of a usual picture. */
  height?: number | undefined;
}

/** Fields of the form, beside the file, of `POST /api/v1/batches/estimate`: Estimates the cost and the time of a batch, and stores nothing. */
export interface EstimateBatchForm {
  /** Absent: `Batch_` and the time. */
  batch_name?: string | undefined;
  /** `false` leaves the batch pending. Default: "true". */
  auto_start?: string | undefined;
  /** A vision model by name, such as `local`; absent: the configured one. */
  model?: string | undefined;
  /** `use`: what is known of an address is used for a time. `revalidate`: its server is asked whether the image changed. `refresh`: every image is fetched and analyzed anew. Default: "use". */
  cache?: CacheUse | undefined;
  /** An http or https address of up to 2048 characters that is told when the batch completes, fails or is paused, by Standard Webhooks. Shown without its user, password and query. */
  webhook_url?: string | undefined;
  /** The batch is paused when its calls to models have cost about so many dollars; up to six decimals. Absent: no limit. */
  max_cost_usd?: string | undefined;
  /** `batch` asks by way of the provider's batch API: for half the price with Gemini, and within a day or so. Default: "online". */
  lane?: Lane | undefined;
  /** What the model is told instead of the default, up to 8000 characters. `local` reads none. */
  instruction?: string | undefined;
  /** JSON Schema of the answers instead of the default five facts: an object with 1 to 50 properties, in up to 16 KB of JSON. Its properties become columns of exports. */
  schema?: string | undefined;
  /** Pixels of a usual picture. */
  width?: number | undefined;
  /** Pixels of a usual picture. */
  height?: number | undefined;
}

/** The `data` of the answer of `POST /api/v1/batches/estimate`: Estimates the cost and the time of a batch, and stores nothing. */
export type EstimateBatchData = BatchEstimate;

/** Fields of the form, beside the file, of `POST /api/v1/batches/preview`: Tells what an upload would read of a file, and stores nothing. */
export interface PreviewBatchForm {
  /** `true`: the file is the beginning of one, and the row that its end cuts off is left out. Stands before `file`. Default: "false". */
  partial?: string | undefined;
}

/** The `data` of the answer of `POST /api/v1/batches/preview`: Tells what an upload would read of a file, and stores nothing. */
export interface PreviewBatchData {
  encoding: "utf-8" | "utf-16le" | "utf-16be";
  /** `,` where the table has one column. */
  delimiter: "," | ";" | "\t" | "|";
  /** False where the first row is a row like the others. */
  has_header: boolean;
  /** Names of the header; null without one. */
  columns: string[] | null;
  url_column: {
    /** From 0. */
    index: number;
    name: string | null;
  };
  /** `named`: the header calls it `url`, `image_url` or `link`. `guessed`: by another name, or since an address stands there. */
  url_column_how: "named" | "guessed";
  /** The first 20. */
  rows: Array<{
    /** From 1, as results count. */
    row: number;
    /** Of the file, from 1. */
    line: number;
    /** Each up to 200 characters. */
    cells: string[];
    duplicate: boolean;
    problem: "empty_cell" | "missing_scheme" | "mistyped_scheme" | "unsupported_scheme" | "file_path" | "not_an_address" | null;
  }>;
  /** Rows that were seen, repeated and invalid ones among them. */
  total_urls: number;
  /** Rows whose address stands in a row before: it is looked at once. */
  duplicate_urls: number;
  /** Rows without an address: they are kept, and fail as `invalid_url`. */
  invalid_urls: number;
  /** Invalid rows by what to do about them, the most frequent first, with up to three examples each. */
  problems: Array<{
    code: "empty_cell" | "missing_scheme" | "mistyped_scheme" | "unsupported_scheme" | "file_path" | "not_an_address";
    sentence: string;
    fix: string;
    count: number;
    examples: Array<{
      row: number;
      line: number;
      /** Up to 200 characters. */
      value: string;
    }>;
  }>;
  /** Whether the beginning of the file was sent and no more. */
  partial: boolean;
}

/** Query of `GET /api/v1/export/batch/{batch_id}/preview`: The first hundred results that an export would hold. */
export interface PreviewExportQuery {
  /** Default: "csv". */
  format?: "csv" | "json" | "xlsx" | "ndjson" | undefined;
  /** Also the columns that tell how a result came about; `false` leaves the nine of the preview. Default: true. */
  metadata?: boolean | undefined;
  /** CSV with a byte order mark, by which Excel knows UTF-8 when it opens the file itself. Default: false. */
  bom?: boolean | undefined;
  /** CSV with every value as it is. Otherwise text that a spreadsheet would take for a formula begins with `'`. Default: false. */
  raw?: boolean | undefined;
  /** Also the columns of the uploaded file; absent: as `metadata`. */
  input_columns?: boolean | undefined;
  /** Of a batch of more than a million rows: 1 for the first million rows of the file, 2 for the next. */
  part?: number | undefined;
  /** The same as `success_only` or `failed_only`. */
  status?: "success" | "failed" | undefined;
  /** Only what succeeded. Default: false. */
  success_only?: boolean | undefined;
  /** Only what failed. Default: false. */
  failed_only?: boolean | undefined;
  /** Failed with this code; several, separated by commas. */
  error_type?: string | undefined;
  /** Stored then or later. Without a zone it is UTC. */
  start_date?: string | undefined;
  /** Stored until then: until the end of the day, minute or second that is named. Without a zone it is UTC. */
  end_date?: string | undefined;
  /** Only those with a store name. Default: false. */
  has_store_name?: boolean | undefined;
  /** Only those with a business contact. Default: false. */
  has_contact?: boolean | undefined;
  /** Part of the store name, in capitals or not. */
  store_name_filter?: string | undefined;
  /** Part of any text that the model answered, in capitals or not. */
  search?: string | undefined;
  /** What a person said of it: `accepted`, `flagged`, `reviewed` for either, `none` for nothing. */
  review?: "accepted" | "flagged" | "reviewed" | "none" | undefined;
  /** Also counts what matches, which for some filters reads the whole batch. Default: false. */
  count?: boolean | undefined;
}

/** The `data` of the answer of `GET /api/v1/export/batch/{batch_id}/preview`: The first hundred results that an export would hold. */
export type PreviewExportData = ExportPreview;

/** The `data` of the answer of `GET /api/v1/export/batch/{batch_id}/summary`: What there is to export of a batch. */
export interface SummarizeExportData {
  batch_info: {
    batch_id: string;
    batch_name: string;
    status: string;
    created_at: string;
  };
  export_summary: {
    total_results: number;
    successful_results: number;
    failed_results: number;
    success_rate: number;
  };
  /** Estimates, from what an average row takes. */
  estimated_sizes_mb: {
    csv: number;
    json: number;
    xlsx: number;
    ndjson: number;
  };
  available_filters: {
    success_only: string;
    failed_only: string;
    has_store_name: string;
    has_contact: string;
  };
  /** Exports of at most a million rows that the batch takes. */
  parts: number;
}

/** The `data` of the answer of `GET /api/v1/export/statistics`: How much was exported so far. */
export interface GetExportStatisticsData {
  total_exports: number;
  /** Since midnight UTC. */
  exports_today: number;
  /** Percent of all exports. */
  popular_formats: Record<string, number>;
  average_export_size_mb: number;
}

/** The `data` of the answer of `GET /api/v1/export/formats`: The formats of exports. */
export interface ListExportFormatsData {
  supported_formats: Record<string, {
    name: string;
    description: string;
    supports_filtering: boolean;
    supports_metadata: boolean;
    file_extension: string;
    mime_type: string;
  }>;
  default_format: string;
}

/** Query of `GET /api/v1/export/batch/{batch_id}`: The results of a batch as a file. */
export interface ExportBatchQuery {
  /** Default: "csv". */
  format?: "csv" | "json" | "xlsx" | "ndjson" | undefined;
  /** Also the columns that tell how a result came about; `false` leaves the nine of the preview. Default: true. */
  metadata?: boolean | undefined;
  /** CSV with a byte order mark, by which Excel knows UTF-8 when it opens the file itself. Default: false. */
  bom?: boolean | undefined;
  /** CSV with every value as it is. Otherwise text that a spreadsheet would take for a formula begins with `'`. Default: false. */
  raw?: boolean | undefined;
  /** Also the columns of the uploaded file; absent: as `metadata`. */
  input_columns?: boolean | undefined;
  /** Of a batch of more than a million rows: 1 for the first million rows of the file, 2 for the next. */
  part?: number | undefined;
  /** The same as `success_only` or `failed_only`. */
  status?: "success" | "failed" | undefined;
  /** Only what succeeded. Default: false. */
  success_only?: boolean | undefined;
  /** Only what failed. Default: false. */
  failed_only?: boolean | undefined;
  /** Failed with this code; several, separated by commas. */
  error_type?: string | undefined;
  /** Stored then or later. Without a zone it is UTC. */
  start_date?: string | undefined;
  /** Stored until then: until the end of the day, minute or second that is named. Without a zone it is UTC. */
  end_date?: string | undefined;
  /** Only those with a store name. Default: false. */
  has_store_name?: boolean | undefined;
  /** Only those with a business contact. Default: false. */
  has_contact?: boolean | undefined;
  /** Part of the store name, in capitals or not. */
  store_name_filter?: string | undefined;
  /** Part of any text that the model answered, in capitals or not. */
  search?: string | undefined;
  /** What a person said of it: `accepted`, `flagged`, `reviewed` for either, `none` for nothing. */
  review?: "accepted" | "flagged" | "reviewed" | "none" | undefined;
}

/** JSON body of `POST /api/v1/export/batches/multiple`: The results of several batches as a ZIP file. */
export interface ExportBatchesBody {
  batch_ids: string[];
  /** Default: "csv". */
  format?: "csv" | "json" | "xlsx" | "ndjson" | undefined;
  /** Also the columns that tell how a result came about; `false` leaves the nine of the preview. Default: true. */
  metadata?: boolean | undefined;
  /** CSV with a byte order mark, by which Excel knows UTF-8 when it opens the file itself. Default: false. */
  bom?: boolean | undefined;
  /** CSV with every value as it is. Otherwise text that a spreadsheet would take for a formula begins with `'`. Default: false. */
  raw?: boolean | undefined;
  /** Also the columns of the uploaded file; absent: as `metadata`. */
  input_columns?: boolean | undefined;
  filters: {
    /** The same as `success_only` or `failed_only`. */
    status?: "success" | "failed" | undefined;
    /** Only what succeeded. Default: false. */
    success_only?: boolean | undefined;
    /** Only what failed. Default: false. */
    failed_only?: boolean | undefined;
    /** Failed with this code; several, separated by commas. */
    error_type?: string | undefined;
    /** Stored then or later. Without a zone it is UTC. */
    start_date?: string | undefined;
    /** Stored until then: until the end of the day, minute or second that is named. Without a zone it is UTC. */
    end_date?: string | undefined;
    /** Only those with a store name. Default: false. */
    has_store_name?: boolean | undefined;
    /** Only those with a business contact. Default: false. */
    has_contact?: boolean | undefined;
    /** Part of the store name, in capitals or not. */
    store_name_filter?: string | undefined;
    /** Part of any text that the model answered, in capitals or not. */
    search?: string | undefined;
    /** What a person said of it: `accepted`, `flagged`, `reviewed` for either, `none` for nothing. */
    review?: "accepted" | "flagged" | "reviewed" | "none" | undefined;
  };
}

/** JSON body of `POST /api/v1/export/filtered`: The results of all batches, or of some, that match. */
export interface ExportFilteredBody {
  filters: {
    /** Absent: all batches. */
    batch_ids?: string[] | null | undefined;
    /** The same as `success_only` or `failed_only`. */
    status?: "success" | "failed" | undefined;
    /** Only what succeeded. Default: false. */
    success_only?: boolean | undefined;
    /** Only what failed. Default: false. */
    failed_only?: boolean | undefined;
    /** Failed with this code; several, separated by commas. */
    error_type?: string | undefined;
    /** Stored then or later. Without a zone it is UTC. */
    start_date?: string | undefined;
    /** Stored until then: until the end of the day, minute or second that is named. Without a zone it is UTC. */
    end_date?: string | undefined;
    /** Only those with a store name. Default: false. */
    has_store_name?: boolean | undefined;
    /** Only those with a business contact. Default: false. */
    has_contact?: boolean | undefined;
    /** Part of the store name, in capitals or not. */
    store_name_filter?: string | undefined;
    /** Part of any text that the model answered, in capitals or not. */
    search?: string | undefined;
    /** What a person said of it: `accepted`, `flagged`, `reviewed` for either, `none` for nothing. */
    review?: "accepted" | "flagged" | "reviewed" | "none" | undefined;
  };
  /** Default: "csv". */
  format?: "csv" | "json" | "xlsx" | "ndjson" | undefined;
  /** Also the columns that tell how a result came about; `false` leaves the nine of the preview. Default: true. */
  metadata?: boolean | undefined;
  /** CSV with a byte order mark, by which Excel knows UTF-8 when it opens the file itself. Default: false. */
  bom?: boolean | undefined;
  /** CSV with every value as it is. Otherwise text that a spreadsheet would take for a formula begins with `'`. Default: false. */
  raw?: boolean | undefined;
  /** Rows at most; the first ones, newest batch first. */
  limit?: number | null | undefined;
}

/** Query of `GET /api/v1/export/template`: A CSV file to fill in and upload. */
export interface GetUploadTemplateQuery {
  /** Default: "csv". */
  format?: "csv" | undefined;
}

/** The `data` of the answer of `GET /api/v1/system/stats`: All batches in numbers. */
export interface GetSystemStatsData {
  /** Deleted ones do not count. */
  total_batches: number;
  /** Queued or processing. */
  active_batches: number;
  completed_batches: number;
  total_urls_processed: number;
  /** Percent of the processed ones. */
  overall_success_rate: number;
  /** Chunks, which are what a worker takes; those that are to be tried again are pending. */
  queue_stats: {
    pending: number;
    processing: number;
    completed: number;
    failed: number;
  };
  status_counts: Record<BatchStatus, number>;
}

/** The `data` of the answer of `GET /admin/queue/status`: The queue, what is stuck in it, and what to do about it. */
export interface GetQueueStatusData {
  /** Chunks, which are what a worker takes. */
  queue_stats: {
    pending: number;
    processing: number;
    retrying: number;
    completed: number;
    failed: number;
  };
  total_stuck: number;
  /** Chunks that have not moved for 30 minutes and of which no worker is alive; the first hundred. */
  stuck_jobs: Array<{
    /** The same as `chunk_id`. */
    job_id: string;
    job_type: "chunk_processing";
    status: "pending" | "retrying" | "processing";
    /** Times its worker died or broke down. */
    retry_count: number;
    batch_id: string;
    chunk_id: string;
    /** ISO 8601, UTC. */
    created_at: string;
  }>;
  recommendations: string[];
}

/** JSON body of `POST /admin/queue/cleanup`: Ends batches that nobody works on. */
export interface CleanUpQueueBody {
  /** `chunk_processing`, which old clients call `process_chunk`; all where nothing is said. No job has another type. */
  job_types?: string[] | undefined;
  /** Batches of which nothing was worked on for so long. Default: 24. */
  max_age_hours?: number | undefined;
  /** Cancels these batches. Otherwise only chunks that workers held when they died are given back. Default: true. */
  clean_database?: boolean | undefined;
  /** Changes nothing, and answers what would be changed. Default: false. */
  dry_run?: boolean | undefined;
}

/** The `data` of the answer of `POST /admin/queue/cleanup`: Ends batches that nobody works on. */
export interface CleanUpQueueData {
  /** Chunks taken from the queue with their batches, or given back. The queue is in the database; the name is the reference's. */
  redis_removed_count: number;
  /** Batches that were cancelled. */
  db_reset_count: number;
  /** Chunks that stay in the queue. */
  kept_count: number;
  removed_types: string[];
  cutoff_hours: number;
  clean_database: boolean;
  dry_run: boolean;
  /** The first hundred, idle for the longest time first. */
  batches: Array<{
    batch_id: string;
    batch_name: string;
    /** In which it was found. */
    status: BatchStatus;
    /** Chunks of it that were taken from the queue or given back. */
    open_chunks: number;
    /** ISO 8601, UTC. */
    last_activity: string;
  }>;
}

/** JSON body of `POST /admin/batch/{batch_id}/reset`: Takes a batch back to its beginning: its results are removed. */
export interface ResetBatchBody {
  /** Also a batch that is neither pending, queued nor processing. Default: false. */
  force?: boolean | undefined;
  /** Changes nothing, and answers what would be changed. Default: false. */
  dry_run?: boolean | undefined;
}

/** The `data` of the answer of `POST /admin/batch/{batch_id}/reset`: Takes a batch back to its beginning: its results are removed. */
export interface ResetBatchData {
  success: true;
  message: string;
  /** All of the batch. */
  reset_chunks: number;
  /** Once it is reset. */
  batch_status: "pending";
  dry_run: boolean;
  batch_name: string;
  /** The state in which it was found. */
  was: BatchStatus;
  /** Results that it had: those of rows that ended, whatever they ended with. */
  removed_results: number;
}

/** JSON body of `POST /api/icons/generate`: An icon for a category. */
export interface GenerateIconBody {
  /** Any words; known categories have subjects of their own. */
  category: string;
  /** `modern` where it is absent. */
  style?: IconStyle | null | undefined;
  /** `brand_colors` where it is absent. */
  color_scheme?: IconColorScheme | null | undefined;
  /** What is to be seen. */
  custom_elements?: string[] | null | undefined;
  /** `png` where it is absent; `svg` is made by the local icons only. */
  format?: IconFormat | null | undefined;
  /** Pixels of a side: a file for each, or the pictures of an ICO. Absent: one file, as it was made. */
  sizes?: number[] | null | undefined;
}

/** Answer of `POST /api/icons/generate`: An icon for a category. */
export type GenerateIconAnswer = Icon;

/** JSON body of `POST /api/icons/generate/batch`: Has a set of icons made. */
export interface GenerateIconBatchBody {
  /** Blanks do not count, nor does one that is named again. */
  categories: string[];
  /** `modern` where it is absent. */
  style?: IconStyle | null | undefined;
  /** `brand_colors` where it is absent. */
  color_scheme?: IconColorScheme | null | undefined;
  /** 1 where it is absent. The second one has the next style, and so on. */
  variations_per_category?: number | null | undefined;
  /** What is to be seen, by category. */
  custom_elements?: Record<string, string[]> | null | undefined;
  /** Comes back with the result. */
  metadata?: Record<string, unknown> | null | undefined;
  /** `png` where it is absent; `svg` is made by the local icons only. */
  format?: IconFormat | null | undefined;
  /** Pixels of a side: a file for each, or the pictures of an ICO. Absent: one file, as it was made. */
  sizes?: number[] | null | undefined;
}

/** Answer of `POST /api/icons/generate/batch`: Has a set of icons made. */
export interface GenerateIconBatchAnswer {
  message: string;
  batch_id: string;
  /** `failed` only where nothing came of any icon. */
  status: IconBatchStatus;
  total_categories: number;
  total_icons: number;
}

/** Answer of `GET /api/icons/batch/{batch_id}/status`: How a batch is. */
export type GetIconBatchStatusAnswer = IconBatchProgress;

/** Query of `GET /api/icons/batch/{batch_id}/result`: What came of a batch that has ended; of one that was cancelled, as far as it got. */
export interface GetIconBatchResultQuery {
  /** Whether a batch that goes on is answered too, with the icons that have ended. Default: "false". */
  partial?: "true" | "false" | undefined;
}

/** Answer of `GET /api/icons/batch/{batch_id}/result`: What came of a batch that has ended; of one that was cancelled, as far as it got. */
export type GetIconBatchResultAnswer = IconBatchResult;

/** Answer of `POST /api/icons/batch/{batch_id}/cancel`: Begins no further icon of a batch; those under way finish. */
export interface CancelIconBatchAnswer {
  message: string;
}

/** Query of `GET /api/icons/batches`: The caller's own batches, newest first. */
export interface ListIconBatchesQuery {
  /** Default: 100. */
  limit?: number | undefined;
  /** So many of the newest are passed over. Default: 0. */
  offset?: number | undefined;
}

/** Answer of `GET /api/icons/batches`: The caller's own batches, newest first. */
export type ListIconBatchesAnswer = IconBatchSummary[];

/** Query of `GET /api/icons/cached`: Files of the caller's icons, newest first. */
export interface ListCachedIconsQuery {
  /** Absent: all. */
  category?: string | undefined;
  /** Default: 1000. */
  limit?: number | undefined;
  /** So many of the newest are passed over. Default: 0. */
  offset?: number | undefined;
}

/** Answer of `GET /api/icons/cached`: Files of the caller's icons, newest first. */
export type ListCachedIconsAnswer = CachedIcon[];

/** JSON body of `POST /api/icons/cache/clear`: Removes icons of the caller's, with their files. */
export interface ClearCachedIconsBody {
  /** Absent: all. */
  category?: string | null | undefined;
  older_than_days?: number | null | undefined;
}

/** Answer of `POST /api/icons/cache/clear`: Removes icons of the caller's, with their files. */
export interface ClearCachedIconsAnswer {
  message: string;
  cleared: number;
}

/** Answer of `GET /api/icons/stats`: What has been made for the caller. */
export type GetIconStatisticsAnswer = IconStatistics;

/** Query of `GET /api/icons/categories/suggestions`: Categories that are known by a name like this. */
export interface SuggestIconCategoriesQuery {
  /** Part of a name. Absent: all categories. */
  q?: string | undefined;
  /** The same as `q`. */
  query?: string | undefined;
  /** The same as `q`. */
  partial?: string | undefined;
}

/** Answer of `GET /api/icons/categories/suggestions`: Categories that are known by a name like this. */
export type SuggestIconCategoriesAnswer = string[];

/** Fields of the form, beside the file, of `POST /api/v1/upload`: Takes a CSV of products, and begins to make their images smaller. */
export interface UploadCatalogForm {
  /** 1 to 100, or `auto`: the lowest at which an image still looks like its source. Default: "50". */
  quality?: string | undefined;
  /** `keep`: that of the source. `auto`: the smaller one of that and WebP. Default: "keep". */
  format?: "keep" | "webp" | "avif" | "auto" | undefined;
  /** Pixels of the longer side, 1 to 65535; smaller images are left as they are. */
  max_dimension?: string | undefined;
  /** At most so many of each image, 1024 to 104857600: less quality, then fewer pixels. */
  target_bytes?: string | undefined;
  /** `best` takes several times as long, for fewer bytes. Default: "balanced". */
  effort?: "fast" | "balanced" | "best" | undefined;
}

/** Answer of `POST /api/v1/upload`: Takes a CSV of products, and begins to make their images smaller. */
export interface UploadCatalogAnswer {
  request_id: string;
  status: "received";
  message: string;
}

/** Query of `GET /api/v1/requests`: Catalogs that were uploaded, newest first, without their products. */
export interface ListCatalogsQuery {
  /** Absent: 20. */
  limit?: number | undefined;
  /** `next_after` of the page before. */
  after?: string | undefined;
}

/** Answer of `GET /api/v1/requests`: Catalogs that were uploaded, newest first, without their products. */
export interface ListCatalogsAnswer {
  requests: Array<{
    request_id: string;
    /** As `status`, and `cancelled` where somebody cancelled it. */
    state: "received" | "processing" | "completed" | "failed" | "cancelled";
    /** Of the CSV, as it was sent. */
    file_name: string | null;
    /** ISO 8601, UTC. */
    created_at: string;
    /** ISO 8601, UTC. */
    completed_at: string | null;
    products: {
      total: number;
      done: number;
      failed: number;
      remaining: number;
    };
    images: {
      total: number;
      done: number;
      failed: number;
    } | null;
    /** Of the images that were made, before. */
    bytes_before: number | null;
    bytes_after: number | null;
    /** Bytes that the outputs are smaller than the inputs. */
    saved_bytes: number;
    /** Of `bytes_before`. */
    saved_percent: number | null;
  }>;
  /** Send it as `after` for older catalogs; null where there are none. */
  next_after: string | null;
}

/** Answer of `GET /api/v1/requests/{request_id}`: One catalog without its products: its options, what it came to, and failures by code. */
export interface GetCatalogAnswer {
  request_id: string;
  /** As `status`, and `cancelled` where somebody cancelled it. */
  state: "received" | "processing" | "completed" | "failed" | "cancelled";
  /** Of the CSV, as it was sent. */
  file_name: string | null;
  /** ISO 8601, UTC. */
  created_at: string;
  /** ISO 8601, UTC. */
  completed_at: string | null;
  products: {
    total: number;
    done: number;
    failed: number;
    remaining: number;
  };
  images: {
    total: number;
    done: number;
    failed: number;
  } | null;
  /** Of the images that were made, before. */
  bytes_before: number | null;
  bytes_after: number | null;
  /** Bytes that the outputs are smaller than the inputs. */
  saved_bytes: number;
  /** Of `bytes_before`. */
  saved_percent: number | null;
  options: {
    quality: number | "auto";
    format: "keep" | "webp" | "avif" | "auto";
    max_dimension: number | null;
    target_bytes: number | null;
    effort: "fast" | "balanced" | "best";
  };
  /** Of images, and of products that name none: the most frequent code first. */
  failures: Array<{
    /** Stable: the API's guide to errors explains each. */
    error_code: string;
    count: number;
    example: {
      error: string;
      input_url: string;
    };
  }>;
}

/** Query of `GET /api/v1/status/{request_id}`: How a request is, with its products in the order of the file: all of them, or a page. */
export interface GetCatalogStatusQuery {
  /** Absent, like `per_page`: all products. */
  page?: number | undefined;
  /** Absent: 100. */
  per_page?: number | undefined;
}

/** Answer of `GET /api/v1/status/{request_id}`: How a request is, with its products in the order of the file: all of them, or a page. */
export type GetCatalogStatusAnswer = CatalogStatus;

/** Answer of `POST /api/v1/status/{request_id}/cancel`: Begins no further product of a request; what was made stays, and those under way finish. */
export interface CancelCatalogAnswer {
  request_id: string;
  status: CatalogState;
  /** Of all products, whatever the page. */
  progress: CatalogProgress;
  /** Bytes that the outputs are smaller than the inputs. */
  saved_bytes: number;
}

/** JSON body of `POST /api/v1/webhook/configure`: Sets who is told when requests begin and end, for all uploads; the last one set counts. */
export interface ConfigureCatalogWebhookBody {
  /** An http or https address of up to 2048 characters. */
  webhook_url: string;
  /** Of which the address is told. */
  events: Array<"processing.started" | "processing.completed" | "processing.failed">;
}

/** Answer of `POST /api/v1/webhook/configure`: Sets who is told when requests begin and end, for all uploads; the last one set counts. */
export interface ConfigureCatalogWebhookAnswer {
  message: string;
}

/** Query of `GET /api/v1/status/{request_id}/images/{row}/{image}/before`: An image of a product as it was, small: a JPEG for people to look at. */
export interface GetCatalogSourceImageQuery {
  /** Pixels of the longer side, at most. Default: "256". */
  size?: 256 | 1024 | undefined;
}

/** Query of `GET /api/v1/media/{media_id}`: A picture, or the part of it that `Range` asks for; also in another size or format. */
export interface DownloadMediaQuery {
  /** Pixels that it fits into; it is never enlarged. */
  width?: number | undefined;
  height?: number | undefined;
  format?: "png" | "jpg" | "jpeg" | "webp" | undefined;
  /** Of a lossy format. */
  quality?: number | undefined;
  /** Of a signed link, with `signature`. */
  expires?: string | undefined;
  signature?: string | undefined;
}

/** Answer of `GET /api/v1/media/{media_id}/info`: What is known of a picture. */
export type GetMediaInfoAnswer = MediaInfo;

/** JSON body of `POST /api/v1/jobs/generate`: Has pictures made of a prompt. */
export interface CreateMediaJobBody {
  /** Space around it does not count. */
  prompt: string;
  /** Echoed as they are. Keys of your own are allowed; those that the model knows reach it. */
  parameters?: MediaJobParameters | null | undefined;
  /** Is told when the job has ended. */
  webhook_url?: string | null | undefined;
  /** Comes back with the status and the webhook. */
  metadata?: Record<string, unknown> | null | undefined;
  /** Whether a parameter that the model does not follow is a 422 instead of a warning. */
  strict?: boolean | null | undefined;
  /** Absent: the configured one. */
  model?: string | null | undefined;
}

/** Answer of `POST /api/v1/jobs/generate`: Has pictures made of a prompt. */
export interface CreateMediaJobAnswer {
  id: string;
  /** `pending`; with `Prefer: wait` how it is after that. */
  status: MediaJobStatus;
  prompt?: string;
  /** As they were sent. */
  parameters?: Record<string, unknown> | null;
  /** ISO 8601, UTC. */
  created_at: string;
  /** ISO 8601, UTC. */
  updated_at?: string;
  /** Of the first attempt. */
  started_at?: string | null;
  /** ISO 8601, UTC. */
  completed_at?: string | null;
  duration_seconds?: number | null;
  retry_count?: number;
  error_message?: string | null;
  /** Null before there are any, and when all are deleted. */
  media?: MediaPicture[] | null;
  /** 0 while it waits, 100 only when it is completed. */
  progress?: number;
  /** What of the request the model does not follow. */
  warnings?: MediaJobWarning[];
  /** `local` where no model is asked at all. */
  provider?: string;
  model?: string;
  /** Where there was any. */
  metadata?: Record<string, unknown>;
  /** Of one that failed: see docs/errors.md. */
  error_code?: string;
  error_details?: {
    retry_count: number;
    max_retries: number;
  };
  /** An estimate, by listed prices; absent where none is known. The vendor's bill decides. */
  estimated_cost_usd?: number;
  /** Starts of the model that may have been billed and brought no picture. */
  possibly_paid_twice?: number;
  /** Below the address of this service. */
  status_url: string;
  /** Seconds; the same for all. */
  estimated_completion_time: number;
}

/** Answer of `GET /api/v1/jobs/models`: The models that a job can name, and what each follows. */
export interface ListMediaModelsAnswer {
  /** Those that are known by name. Of Replicate's a job may name others too, unless `MEDIA_MODELS` lists some. */
  models: Array<{
    /** As `model` of a job names it. */
    name: string;
    provider: string;
    model: string;
    /** Whether jobs get it that name none. */
    usual: boolean;
    /** Whether it costs nobody anything: a machine of one's own. */
    free: boolean;
    /** What it follows without a warning; null where nobody has asked its provider yet. */
    parameters: Array<{
      /** As `parameters` of a job have it. */
      name: string;
      type: "integer" | "number" | "string" | "boolean" | "enum";
      minimum?: number;
      maximum?: number;
      /** What a value is a multiple of. */
      step?: number;
      /** Characters. */
      max_length?: number;
      /** What holds where a job says nothing; absent where nobody knows it. */
      default?: string | number | boolean;
      /** Of an `enum`. */
      values?: Array<string | number>;
      description: string | null;
      required: boolean;
    }> | null;
    /** All that it makes and a job can ask for; null where it makes any within the bounds. */
    sizes: Array<{
      width: number;
      height: number;
    }> | null;
    /** All that it makes; null where it makes any. */
    aspect_ratios: string[] | null;
    /** As listed; null where it is not known, and of a free one. */
    price: {
      usd_per_image?: number;
      /** Of tokens. */
      input_usd_per_million?: number;
      output_usd_per_million?: number;
      /** Of the tokens of a picture, where they cost something else than those of words. */
      image_output_usd_per_million?: number;
      as_of: string;
      source: string;
    } | null;
    /** After which its provider has it no more. */
    shutdown_date: string | null;
  }>;
}

/** Answer of `GET /api/v1/jobs/status/{job_id}`: How a job is. */
export type GetMediaJobAnswer = MediaJob;

/** Query of `GET /api/v1/jobs`: Jobs, newest first. */
export interface ListMediaJobsQuery {
  /** Default: 1. */
  page?: number | undefined;
  /** Default: 20. */
  per_page?: number | undefined;
  status?: MediaJobStatus | undefined;
}

/** Answer of `GET /api/v1/jobs`: Jobs, newest first. */
export interface ListMediaJobsAnswer {
  /** Newest first. */
  jobs: MediaJob[];
  total: number;
  page: number;
  per_page: number;
  has_next: boolean;
  has_prev: boolean;
}

/** Query of `GET /api/v1/webhooks/deliveries`: Webhooks that were sent or will be, newest first, with their attempts. */
export interface ListWebhookDeliveriesQuery {
  /** `pending`: it is or will be tried. `failed`: it was given up. `disabled`: its receiver has answered 410. */
  status?: WebhookDeliveryStatus | undefined;
  event?: string | undefined;
  /** What it is about. */
  topic?: string | undefined;
  /** Of the receiver, whole or as it is shown. What is behind a `?` is not compared. */
  url?: string | undefined;
  /** At this time or later: ISO 8601, or a day (UTC). */
  since?: string | undefined;
  /** Default: 20. */
  limit?: number | undefined;
  /** `next_after` of the page before. */
  after?: string | undefined;
}

/** Answer of `GET /api/v1/webhooks/deliveries`: Webhooks that were sent or will be, newest first, with their attempts. */
export interface ListWebhookDeliveriesAnswer {
  success: true;
  /** ISO 8601, UTC. */
  timestamp: string;
  deliveries: WebhookDelivery[];
  /** Send it as `after` for older deliveries; null where there are none. */
  next_after: string | null;
}

/** Answer of `GET /api/v1/webhooks/deliveries/{id}`: One webhook, with what is sent. */
export interface GetWebhookDeliveryAnswer {
  success: true;
  /** ISO 8601, UTC. */
  timestamp: string;
  delivery: WebhookDeliveryDetails;
}

/** Answer of `POST /api/v1/webhooks/deliveries/{id}/redeliver`: Sends a webhook again, whatever became of it. */
export interface RedeliverWebhookAnswer {
  success: true;
  /** ISO 8601, UTC. */
  timestamp: string;
  delivery: WebhookDeliveryDetails;
}

/** JSON body of `POST /api/v1/webhooks/test`: Sends a `webhook.test` to a URL, once, and answers what the receiver said. */
export interface TestWebhookBody {
  /** Of the receiver that is tried. */
  url: string;
}

/** Answer of `POST /api/v1/webhooks/test`: Sends a `webhook.test` to a URL, once, and answers what the receiver said. */
export interface TestWebhookAnswer {
  success: true;
  /** ISO 8601, UTC. */
  timestamp: string;
  /** Whether the receiver answered with a status of 2xx. */
  delivered: boolean;
  delivery: WebhookDeliveryDetails;
}

/** Query of `GET /api/v1/events`: How things are, and what happens from then on, as Server-Sent Events. */
export interface FollowEventsQuery {
  /** What to follow, such as `batch/{id}` or `mine`; up to 20 times. */
  topic?: string | string[] | undefined;
  /** In place of a credential, for clients that can send no header. It is good once. */
  ticket?: string | undefined;
}

/** Answer of `POST /api/v1/events/tickets`: A ticket that opens one stream within a minute, for clients that can send no header. */
export interface CreateEventTicketAnswer {
  /** For `?ticket=`: opens one stream. */
  ticket: string;
  /** Seconds until it is too late to use it. */
  expires_in: number;
}

/** Query of `GET /api/v1/audit`: Who did what, newest first; for the administrator. */
export interface ListAuditLogQuery {
  /** What was done; `batch` stands for `batch.cancel` and everything else that begins with `batch.`. */
  action?: string | undefined;
  /** What it was done to, such as the id of a batch. */
  target?: string | undefined;
  /** Who did it: the owner of the credential. */
  actor?: string | undefined;
  /** At this time or later: ISO 8601, or a day (UTC). */
  since?: string | undefined;
  /** Before this time. */
  until?: string | undefined;
  /** Default: 100. */
  limit?: number | undefined;
  /** `next_after` of the page before. */
  after?: string | undefined;
}

/** Answer of `GET /api/v1/audit`: Who did what, newest first; for the administrator. */
export interface ListAuditLogAnswer {
  success: true;
  entries: AuditEntry[];
  /** Send it as `after` for older entries; null where there are none. */
  next_after: string | null;
  /** ISO 8601, UTC. */
  timestamp: string;
}

/** The `data` of the answer of `GET /admin/configuration`: The configuration in force, of the process that answers; of secrets only whether they are set. */
export interface GetConfigurationData {
  groups: Array<{
    name: string;
    settings: Array<{
      /** Of the environment variable. */
      name: string;
      /** In force, as it could be written; of an address without user, password and query. Null for a secret, and where `default` says what holds. */
      value: string | null;
      /** As the documentation says it. */
      default: string;
      /** Whether it was set, to whatever value. */
      set: boolean;
      secret: boolean;
      /** It is checked, and has no effect yet. */
      reserved: boolean;
      description: string;
    }>;
  }>;
}

/** The `data` of the answer of `GET /admin/processes`: The processes that share this database, and where their settings differ. */
export interface ListProcessesData {
  /** The oldest first. */
  processes: Array<{
    id: string;
    role: "all" | "api" | "worker";
    version: string;
    /** Name of its machine, or of its container. */
    host: string;
    /** ISO 8601, UTC. */
    started_at: string;
    /** Every 15 seconds; one that was not seen for a minute is left out. */
    seen_at: string;
    /** It was told to end, and still answers. */
    ending: boolean;
    /** The process that answers. */
    own: boolean;
    /** Settings that it has differently than the process that answers, of those that all have in common. */
    differs: string[];
  }>;
  /** Of all of them together. */
  differing_settings: string[];
  /** Two while a release is rolled out. */
  versions: string[];
}

/** Query of `GET /admin/quotas`: Quota groups and keys of the providers, masked, and what was asked with them. */
export interface GetQuotasQuery {
  /** How many days of `usage`, today being one of them. Default: 7. */
  days?: number | undefined;
}

/** The `data` of the answer of `GET /admin/quotas`: Quota groups and keys of the providers, masked, and what was asked with them. */
export interface GetQuotasData {
  providers: Array<{
    /** With its model where each model has the limits for itself, such as `gemini/gemini-3.5-flash-lite`: the usual one, and those that were asked. */
    provider: string;
    groups: Array<{
      name: string;
      limits: {
        /** Null where it is not limited here. */
        requests_per_minute: number | null;
        /** Null where it is not limited here. */
        requests_per_day: number | null;
        /** Null where it is not limited here. */
        tokens_per_minute: number | null;
        /** Null where it is not limited here. */
        concurrency: number | null;
      };
      /** Of the limits; below 1 for a while after the provider refused something. */
      share_in_use: number;
      requests_today: number;
      /** Until when nothing is asked: the provider has refused, or the requests of the day are used up. */
      parked_until: string | null;
      parked_reason: string | null;
      keys: Array<{
        /** A hash: it stays the same, and tells nothing of the key. */
        key_id: string;
        /** The key's last characters. */
        label: string;
        /** False once the provider has refused it for good; see `POST /admin/quotas/restore`. */
        usable: boolean;
        last_error: {
          reason: string;
          /** ISO 8601, UTC. */
          at: string;
        } | null;
      }>;
    }>;
    /** Groups that are always refused together: probably one project, whose limits they share. */
    suspicions: Array<{
      groups: string[];
      times: number;
      message: string;
    }>;
  }>;
  /** What calls with each key came to, by day, the newest first. */
  usage: Array<{
    /** UTC. */
    day: string;
    provider: string;
    group: string;
    key_id: string | null;
    label: string | null;
    calls: number;
    input_tokens: number;
    output_tokens: number;
    /** By the prices of the catalog; null where none is known. */
    estimated_cost_usd: number | null;
    unpriced_calls: number;
    possibly_paid_twice: number;
  }>;
  warnings: string[];
}

/** JSON body of `POST /admin/quotas/restore`: Tries keys again that a provider had refused for good, and groups that it has parked. */
export interface RestoreKeysBody {
  /** As `GET /admin/quotas` calls it, or its beginning up to a `/`; absent for all. */
  provider?: string | undefined;
  /** One key, and no group; absent for all keys, and the groups too. */
  key_id?: string | undefined;
}

/** The `data` of the answer of `POST /admin/quotas/restore`: Tries keys again that a provider had refused for good, and groups that it has parked. */
export interface RestoreKeysData {
  /** Labels of the keys that are tried again. */
  restored: string[];
  /** Groups that the provider had parked, and that are asked again. */
  unparked: Array<{
    provider: string;
    group: string;
  }>;
}

/** Answer of `GET /api/v1/setup`: What this service is and can do, who asks, and what a key would add. */
export interface GetSetupAnswer {
  version: string;
  environment: string;
  /** `contract`: each API asks for what its document says. `all`: everything asks for a credential. */
  auth: "contract" | "all" | "off";
  /** Who asks. */
  caller: {
    /** Null for somebody who sent no credential. */
    name: string | null;
    admin: boolean;
    /** By the sign-in page of this browser. */
    signed_in: boolean;
  };
  /** The batch of sample pictures; null where there is none. */
  sample_batch_id: string | null;
  analysis: {
    /** What a batch may name. */
    models: Array<{
      name: string;
      /** `local`: asks nobody and costs nothing. `compatible`: a server of your own. */
      provider: string;
      usual: boolean;
      /** Whether it answers questions of your own; else the usual one only. */
      reads_instruction: boolean;
      batch_lane: boolean;
    }>;
    /** What a batch gets that names none; null where there is none. */
    usual: string | null;
    max_upload_bytes: number;
    max_active_batches: number;
  };
  media: {
    models: string[];
    /** Null where no model makes pictures. */
    usual: string | null;
  };
  icons: {
    /** Null: icons are drawn here, without a model. */
    model: string | null;
  };
  /** Whom a setting makes usable. */
  providers: Array<{
    name: string;
    title: string;
    /** The environment variable of its key, or of its address. */
    setting: string;
    configured: boolean;
    /** What it would add: sentences. */
    adds: string[];
    /** Whether `POST /api/v1/setup/keys/test` tries a key of it. */
    can_test: boolean;
  }>;
  /** What somebody should look at soon: sentences. */
  warnings: string[];
}

/** JSON body of `POST /api/v1/setup/keys/test`: Asks a provider whether it takes a key, with something that costs nothing. */
export interface TestProviderKeyBody {
  /** `name` of one of the providers with `can_test`. */
  provider: string;
  /** One key. It is asked with once, and neither stored nor logged. */
  key: string;
}

/** Answer of `POST /api/v1/setup/keys/test`: Asks a provider whether it takes a key, with something that costs nothing. */
export interface TestProviderKeyAnswer {
  ok: boolean;
  /** `refused`: the key is unknown or revoked, or its account does not pay. `restricted`: it is known, and may not list models, so nobody knows more. `rate_limited`: it is known, and at its limit. `unreachable`: no usable answer came. */
  reason: "accepted" | "refused" | "restricted" | "rate_limited" | "unreachable";
  /** A plain sentence. */
  message: string;
  /** So many models the key may use; null where the provider does not say. */
  models: number | null;
  /** ISO 8601, UTC. */
  timestamp: string;
}
