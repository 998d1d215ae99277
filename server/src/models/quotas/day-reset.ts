/** The first time after `now` at which a provider counts requests per day anew. */
export type DayReset = (now: Date) => Date;

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Midnight in a time zone: `America/Los_Angeles` for Gemini (ai.google.dev/gemini-api/docs/rate-limits).
 *
 * @throws {RangeError} for a zone that is none
 */
export function midnightIn(timeZone: string): DayReset {
  const format = new Intl.DateTimeFormat("en-US-u-ca-iso8601", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  /** What clocks in the zone show, as if it were UTC. */
  const shown = (time: number) => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN;
    return Date.UTC(
      part("year"),
      part("month") - 1,
      part("day"),
      part("hour"),
      part("minute"),
      part("second"),
    );
  };
  const offset = (time: number) => shown(time) - Math.floor(time / 1000) * 1000;
  return (now) => {
    const midnight = (Math.floor(shown(now.getTime()) / dayMs) + 1) * dayMs;
    // The offset at midnight is not known before midnight is: once with that of a time nearby, once with its own.
    const about = midnight - offset(now.getTime());
    return new Date(midnight - offset(midnight - offset(about)));
  };
}
