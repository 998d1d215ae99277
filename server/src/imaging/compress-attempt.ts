import type { Writer } from "./compress-writer.ts";
import type { Size } from "./smaller-size.ts";

/** A file that was made. */
export interface Attempt {
  readonly format: Writer["format"];
  readonly bytes: Buffer;
  readonly size: Size;
  /** Null where every pixel is as it was. */
  readonly quality: number | null;
  /** Null where it was not measured. */
  readonly similarity: number | null;
  /** A limit of bytes cost it quality or pixels. */
  readonly limited: boolean;
}

export async function lossy(
  writer: Writer,
  size: Size,
  quality: number,
  measure: boolean,
): Promise<Attempt | null> {
  const bytes = await writer.write(size, quality);
  if (bytes === null) return null;
  const made = { format: writer.format, bytes, size, quality, similarity: null, limited: false };
  return measure ? measured(writer, made) : made;
}

export async function measured(writer: Writer, made: Attempt): Promise<Attempt> {
  if (made.similarity !== null || writer.similarity === null) return made;
  return { ...made, similarity: await writer.similarity(made.bytes, made.size) };
}

export async function lossless({ format, png }: Writer, size: Size): Promise<Attempt | null> {
  const bytes = (await png?.writeLossless(size)) ?? null;
  return bytes && { format, bytes, size, quality: null, similarity: 1, limited: false };
}
