import type { Cut } from "./cut.ts";
import { CHUNK_PREFIX_BYTES, WEBP_CHUNK, walkWebpChunks } from "./webp-chunks.ts";
import { FRAME_HEADER_BYTES } from "./webp-prelude.ts";

/**
 * Keeps an animation frame (ANMF), whose payload is a header and chunks of its own, without the chunks that
 * are neither its picture nor its alpha plane.
 */
export function cutFrame(
  bytes: Buffer,
  cut: Cut,
  start: number,
  payloadEnd: number,
  end: number,
): { damage: string | null; hasMetadata: boolean } {
  const payload = start + CHUNK_PREFIX_BYTES;
  const content = payload + FRAME_HEADER_BYTES;
  if (content > payloadEnd) return { damage: "a frame is too short", hasMetadata: false };
  const spans: [start: number, end: number][] = [];
  let hasMetadata = false;
  let hasPicture = false;
  const damage = walkWebpChunks(bytes, content, payloadEnd, (type, chunkStart, _payload, _end, chunkEnd) => {
    const isPicture = type === WEBP_CHUNK.VP8 || type === WEBP_CHUNK.VP8L;
    const isAlpha = type === WEBP_CHUNK.ALPH && spans.length === 0;
    if (!hasPicture && (isPicture || isAlpha)) spans.push([chunkStart, chunkEnd]);
    else hasMetadata = true;
    hasPicture ||= isPicture;
    return null;
  });
  if (damage !== null) return { damage, hasMetadata };
  if (!hasPicture) return { damage: "a frame holds no picture", hasMetadata };
  if (hasMetadata) {
    const size = spans.reduce((sum, span) => sum + span[1] - span[0], FRAME_HEADER_BYTES);
    const prefix = Buffer.from(bytes.subarray(start, payload));
    prefix.writeUInt32LE(size, 4);
    cut.insert(prefix);
    cut.keep(payload, content);
    for (const [from, to] of spans) cut.keep(from, to);
  } else cut.keep(start, end);
  return { damage: null, hasMetadata };
}
