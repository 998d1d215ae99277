/**
 * Bytes in pieces of exactly this size, but for the last one: Cloudflare R2 refuses parts of different sizes.
 *
 * @param partBytes S3 takes no less than 5 MB, but in the last part
 */
export async function* inParts(bytes: AsyncIterable<Uint8Array>, partBytes: number): AsyncGenerator<Buffer> {
  let part = Buffer.allocUnsafe(partBytes);
  let filled = 0;
  for await (const piece of bytes) {
    let rest = piece;
    while (rest.length > 0) {
      const room = rest.subarray(0, partBytes - filled);
      part.set(room, filled);
      filled += room.length;
      rest = rest.subarray(room.length);
      if (filled === partBytes) {
        yield part;
        part = Buffer.allocUnsafe(partBytes);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
