/** The longest that a request is kept open. */
const longestWaitSeconds = 60;

/** `Prefer: wait=10` (RFC 7240, 4.3) in milliseconds; null where nothing is said. */
export function preferredWaitMs(header: string | readonly string[] | undefined): number | null {
  const preferences = [header ?? []].flat().join(",");
  const seconds = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i.exec(preferences)?.[1];
  return seconds === undefined ? null : Math.min(Number(seconds), longestWaitSeconds) * 1_000;
}
