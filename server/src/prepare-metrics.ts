import type { Admission } from "./platform/limits/admission.ts";
import { gauge, type Metrics } from "./platform/metrics.ts";

/** What the pictures that are being prepared take at the moment. */
export function measureAdmission(metrics: Metrics, { state }: Pick<Admission, "state">): void {
  gauge(
    metrics,
    "fovea_prepare_running",
    "Pictures being worked on. Of this process.",
    () => state().running,
  );
  gauge(
    metrics,
    "fovea_prepare_waiting",
    "Pictures waiting for a turn. Of this process.",
    () => state().waiting,
  );
  gauge(
    metrics,
    "fovea_prepare_memory_bytes",
    "Estimated memory of running work. Of this process.",
    () => state().memoryBytes,
  );
}
