const extensions = new Map([
  ["image/png", "png"],
  ["image/jpeg", "jpg"],
  ["image/webp", "webp"],
  ["image/gif", "gif"],
  ["image/avif", "avif"],
  ["image/tiff", "tiff"],
  ["image/svg+xml", "svg"],
  ["application/json", "json"],
  ["application/zip", "zip"],
  ["text/csv", "csv"],
  ["text/plain", "txt"],
]);

/**
 * A name by content, so that the same bytes are stored once: `ab/cdef….png`. The first two digits are a folder, because
 * a folder of a million files is slow to list; 256 folders keep a million at 4,000 each.
 *
 * @param sha256 hexadecimal, in either case
 * @param contentType with or without parameters; one that is not known makes `.bin`
 * @throws TypeError for text that is no SHA-256
 */
export function contentName(sha256: string, contentType: string): string {
  const digits = sha256.toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(digits)) throw new TypeError("A SHA-256 has 64 hexadecimal digits.");
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return `${digits.slice(0, 2)}/${digits.slice(2)}.${extensions.get(type) ?? "bin"}`;
}
