import { DatabaseUnavailable } from "../database/errors.ts";
import type { JobsLog } from "./log.ts";

/** Says once that the database is away and once that it is back, however many loops notice. */
export interface Outage {
  error(error: unknown, message: string): void;
  over(): void;
}

export function createOutage(log: JobsLog): Outage {
  let away = false;
  return {
    error(error, message) {
      if (!isOutage(error)) return log.error({ err: error }, message);
      if (away) return;
      away = true;
      log.warn({ err: error }, "jobs wait for the database");
    },
    over() {
      if (!away) return;
      away = false;
      log.info({}, "jobs go on: the database is back");
    },
  };
}

/** pg-boss hands some errors on as copies, which are of no class. */
function isOutage(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  return (
    typeof error === "object" && error !== null && "code" in error && error.code === "storage_unavailable"
  );
}
