import { decode, type WorkLimits } from "./decode.ts";
import { encode, type OutputFormat } from "./encode.ts";
import type { ImageHeader } from "./header.ts";

interface ResizeRequest {
  /** Pixels of the upright picture that is made, whatever proportions the source has. */
  readonly width: number;
  readonly height: number;
  readonly format: OutputFormat;
  /** 1 to 100; ignored by PNG. */
  readonly quality: number;
}

/** From here on people ask for looks and not for bytes, and colours smear at 4:2:0. */
const fullChromaFrom = 90;

/** Makes the first frame anew in another size or format. Transparency is kept but in JPEG, where white is put behind it. */
export async function resize(
  bytes: Buffer,
  header: ImageHeader,
  { width, height, format, quality }: ResizeRequest,
  limits: WorkLimits,
): Promise<Buffer> {
  const background = format === "jpeg" ? "#FFFFFF" : undefined;
  const pixels = await decode(bytes, header, { width, height, background }, limits);
  const fullChroma = format === "jpeg" && quality >= fullChromaFrom;
  return encode(pixels, { format, quality, fullChroma, purpose: "bytes" }, limits);
}
