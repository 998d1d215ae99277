const mostBytes = 1_024;

/**
 * The beginning of an answer as text that can be stored and shown: at most 1 KB in UTF-8, no character cut in half, no
 * control characters but line ends and tabs. Never all of a long one: who may read deliveries may not read networks.
 */
export function excerptOf(bytes: Buffer): string | null {
  // `stream` keeps back what may be the first half of a character.
  const text = new TextDecoder().decode(bytes.subarray(0, mostBytes), { stream: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL's text has no NUL, and terminals obey the others
  const printable = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, "\ufffd");
  // What was no UTF-8 has become longer.
  const room = new Uint8Array(mostBytes);
  const { written } = new TextEncoder().encodeInto(printable, room);
  return written === 0 ? null : new TextDecoder().decode(room.subarray(0, written));
}
