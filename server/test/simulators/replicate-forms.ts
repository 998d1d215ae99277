import type { Piece, SpokenPictures } from "./image-simulator.ts";
import type { LimitForm } from "./vision-simulator.ts";

/** The texts of models whose safety checkers let nothing through. */
export const replicateRefusals: Readonly<Record<string, string>> = {
  nsfw: "NSFW content detected. Try running it again, or try a different prompt.",
  sensitive:
    "The input or output was flagged as sensitive. Please try again with different inputs. (E005) (3Xk9pQ)",
  moderated: "Request Moderated",
};

export const replicateLimits: readonly LimitForm[] = [
  { scope: "minute", retryAfterMs: 10_000 },
  { scope: "unknown", retryAfterMs: 30_000 },
  { scope: "unknown", retryAfterMs: 1_000 },
  { scope: "unknown", retryAfterMs: null },
];

/** One prediction, as it is kept. */
export interface SimulatedPrediction {
  readonly id: string;
  /** `owner/name`. */
  readonly model: string;
  readonly version: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly webhook: string | null;
  readonly count: number;
  readonly createdAt: Date;
  status: "starting" | "processing" | "succeeded" | "failed" | "canceled" | "aborted";
  progress: number;
  /** Replaces what a prediction says of itself. */
  changes: Record<string, unknown>;
}

/** A prediction object of the API. */
export function predictionForm(prediction: SimulatedPrediction, api: string) {
  const { id, model, version, input, webhook, createdAt, status, progress, changes } = prediction;
  const hasBegun = status !== "starting" && status !== "aborted";
  const isOver = hasBegun && status !== "processing";
  const at = (seconds: number) => new Date(createdAt.getTime() + seconds * 1_000).toISOString();
  return {
    id,
    model,
    version,
    input,
    logs: hasBegun ? logsAt(isOver && status === "succeeded" ? 1 : progress) : "",
    output: null,
    data_removed: false,
    error: null,
    source: "api",
    status,
    created_at: createdAt.toISOString(),
    started_at: hasBegun ? at(0.5) : null,
    completed_at: isOver || status === "aborted" ? at(1.75) : null,
    metrics: isOver ? { predict_time: 1.25, total_time: 1.75 } : {},
    urls: {
      cancel: `${api}/predictions/${id}/cancel`,
      get: `${api}/predictions/${id}`,
      web: `https://replicate.com/p/${id}`,
    },
    ...(webhook !== null && { webhook, webhook_events_filter: ["start", "completed"] }),
    ...changes,
  };
}

const steps = 28;

/** What a diffusion model writes as it goes, in the bars of `tqdm`, each over the one before. */
function logsAt(progress: number): string {
  const bars = Array.from({ length: Math.round(progress * steps) + 1 }, (_, done) => {
    const share = `${Math.round((done / steps) * 100)}%`.padStart(4);
    return `${share}|${"█".repeat(done).padEnd(steps)}| ${done}/${steps} [00:0${done % 10}<00:02, 12.34it/s]`;
  });
  return `Running prediction\n[!] txt2img mode\n${bars.join("\r")}\n`;
}

/**
 * How a prediction ends.
 *
 * @param store keeps a file and says its address
 */
export function endingOf(
  {
    pieces,
    kind,
    ...spoken
  }: { pieces?: readonly Piece[]; kind: SpokenPictures["kind"]; form?: string; model?: string },
  store: (bytes: Buffer, format: string) => string,
): Pick<SimulatedPrediction, "status" | "changes"> {
  if (kind === "refusal") {
    const error = replicateRefusals[spoken.form ?? ""];
    return { status: "failed", changes: { error } };
  }
  const output = pieces?.map((piece) => {
    if (piece === "unreadable") return "a lighthouse by the sea";
    return piece === "withheld" ? null : store(piece.bytes, piece.format);
  });
  const model = spoken.model === undefined ? {} : { model: spoken.model };
  return { status: "succeeded", changes: { output: output ?? null, ...model } };
}

interface ErrorForm {
  readonly status: number;
  readonly body: object;
}

const titles: Readonly<Record<number, readonly [title: string, detail: string]>> = {
  400: ["Bad request", "The request could not be read."],
  401: ["Unauthenticated", "You did not pass a valid authentication token"],
  402: [
    "Insufficient credit",
    "You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to purchase credit. Once you purchase credit, please wait a few minutes before trying again.",
  ],
  403: ["Permission denied", "You do not have permission to perform this action."],
  404: ["Not found", "The requested resource could not be found."],
  422: ["Input validation failed", "- input: prompt is required\n"],
};

export function replicateError(status: number, detail?: string): ErrorForm {
  const [title, usual] = titles[status] ?? ["Server error", "An internal error has occurred."];
  return { status, body: { title, detail: detail ?? usual, status } };
}

export function limitForm({ scope, retryAfterMs }: LimitForm): ErrorForm {
  const seconds = retryAfterMs === null ? null : retryAfterMs / 1_000;
  const limited = (detail: string, more = {}) => ({ status: 429, body: { detail, status: 429, ...more } });
  if (seconds === null) return limited("Request was throttled.");
  if (scope === "minute")
    return limited(
      `Request was throttled. Your rate limit for creating predictions is reduced to 6 requests per minute with a burst of 1 requests. Your rate limit resets in ~${seconds}s.`,
      { retry_after: seconds },
    );
  if (seconds === 1) return limited("Request was throttled. Expected available in 1 second.");
  return limited(`Request was throttled. Your rate limit resets in ~${seconds}s.`);
}
