import { type Logger, pino } from "pino";
import { PinoPretty } from "pino-pretty";

export interface LogSettings {
  readonly level: string;
  /** Lines for a person at a terminal instead of JSON. */
  readonly pretty: boolean;
}

/** Structured lines on standard output. Credentials are never logged: no headers, bodies or queries are. */
export function createLogger({ level, pretty }: LogSettings): Logger {
  const options = {
    level,
    base: null,
    redact: ["headers", "authorization", "*.authorization", "*.token"],
  };
  return pretty
    ? pino(
        options,
        PinoPretty({ ignore: "pid,hostname,correlationId", translateTime: "SYS:HH:MM:ss", sync: true }),
      )
    : pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime });
}
