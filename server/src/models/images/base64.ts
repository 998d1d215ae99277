/**
 * A picture within an answer. Node decodes whatever it is given and skips what it cannot read: a sentence too has letters
 * of base64 in it. Line breaks are what encoders for mail add (RFC 2045).
 *
 * @returns null for what is no base64, or for nothing
 */
export function decodeBase64(text: string): Buffer | null {
  if (/[^A-Za-z0-9+/=\r\n]/.test(text)) return null;
  const bytes = Buffer.from(text, "base64");
  return bytes.length === 0 ? null : bytes;
}
