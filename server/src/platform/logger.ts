import { type Logger, pino } from "pino";
import { PinoPretty } from "pino-pretty";

export interface LogSettings {
  readonly level: string;
  /** Lines for a person at a terminal instead of JSON. */
  readonly pretty: boolean;
  /** Of every line, read as it is written; null for none. */
  readonly fields?: (() => object) | null;
}

/** Structured lines on standard output. Credentials are never logged: no headers, bodies or queries are. */
export function createLogger({ level, pretty, fields = null }: LogSettings): Logger {
  const options = {
    level,
    base: null,
    redact: ["headers", "authorization", "*.authorization", "*.token"],
    ...(fields && { mixin: fields }),
  };
  return pretty
    ? pino(
        options,
        PinoPretty({ ignore: "pid,hostname,correlationId", translateTime: "SYS:HH:MM:ss", sync: true }),
      )
    : pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime });
}
