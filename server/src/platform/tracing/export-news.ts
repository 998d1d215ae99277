import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { TelemetryLog } from "./telemetry.ts";

export interface ExportNewsOptions {
  readonly log: TelemetryLog;
  /** Whose export it is: an address without what may be secret in it. */
  readonly destination: string;
  /** A destination may take one of them only. */
  readonly signal: "traces" | "metrics";
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** That nothing arrives is said so often at most. */
const reminderMs = 600_000;

/**
 * Tells the log that telemetry does not arrive, and that it does again: not each time, since an export is tried every few
 * seconds. What it failed with may hold what was sent, so of that only a code is told.
 */
export function createExportNews({ log, destination, signal, now }: ExportNewsOptions) {
  let failures = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  let isTold = false;
  return (result: ExportResult): void => {
    if (result.code === ExportResultCode.SUCCESS) {
      if (isTold) log.info({ destination, signal, failures }, "telemetry arrives again");
      isTold = false;
      failures = 0;
      return;
    }
    failures += 1;
    if (now() < toldAt + reminderMs) return;
    toldAt = now();
    isTold = true;
    log.warn({ destination, signal, failures, reason: reasonOf(result.error) }, "telemetry does not arrive");
  };
}

function reasonOf(error: Error | undefined): string {
  if (!error || !("code" in error)) return "no answer that it was taken";
  return typeof error.code === "number" ? `HTTP ${error.code}` : String(error.code);
}
