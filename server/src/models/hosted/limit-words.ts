const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Which limit a sentence speaks of; where it speaks of both, the day is the longer wait. */
export function scopeIn(message: string): "minute" | "day" | "unknown" {
  if (/per[ -]day\b|\bdaily\b|\b[RT]PD\b/i.test(message)) return "day";
  return /per[ -]min(?:ute)?\b|\b[RTI]PM\b/i.test(message) ? "minute" : "unknown";
}

/** "Please try again in 7m12s." → milliseconds; null where nothing of that kind is said. */
export function delayIn(message: string): number | null {
  const [, said] = /try again in ((?:\d+(?:\.\d+)?(?:ms|[smhd]))+)/i.exec(message) ?? [];
  return said === undefined ? null : durationMs(said);
}

/** "1h2m3.5s" or "174ms" → milliseconds, at most a day; null for what is no such duration. */
export function durationMs(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/i.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.toLowerCase().matchAll(/([\d.]+)(ms|[smhd])/g)) {
    total += Number(amount) * unitMs[unit as keyof typeof unitMs];
  }
  return Math.min(Math.ceil(total), unitMs.d);
}
