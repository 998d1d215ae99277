const longestMs = 60 * 60 * 1000;

/**
 * The time that a Retry-After header names (RFC 9110, 10.2.3), at most an hour from `now`: a server may ask for
 * patience, and not for a row to wait until next year.
 *
 * @returns null where there is none, or none that can be read
 */
export function parseRetryAfter(value: string | undefined, now: number): Date | null {
  const text = value?.trim() ?? "";
  const at = /^\d+$/.test(text) ? now + Number(text) * 1000 : httpDate(text);
  return Number.isNaN(at) ? null : new Date(Math.min(Math.max(at, now), now + longestMs));
}

/** `Date.parse` alone would also read "soon 1" as a date. */
const httpDate = (text: string) => (/^[A-Z][a-z]+,? .+ GMT$/.test(text) ? Date.parse(text) : Number.NaN);
