/**
 * Pause before a repetition: doubling, and spread over its upper half, so that what failed together does not come back
 * together.
 *
 * @param failures before this one
 * @param random in [0, 1)
 */
export function backoffMs(
  failures: number,
  { baseMs, maxMs }: { readonly baseMs: number; readonly maxMs: number },
  random: number,
): number {
  return Math.round(Math.min(maxMs, baseMs * 2 ** failures) * (0.5 + random / 2));
}
