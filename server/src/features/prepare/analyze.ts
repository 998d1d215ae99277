import { analyzeImage, estimateMemory, isTextLike, modeOf } from "@fovea/imaging";
import { formatName, megabytes, round } from "./limits.ts";
import type { Caller, RunPixelWork } from "./pixel-work.ts";
import { recommend } from "./recommend.ts";
import type { AnalyzeRequest, AnalyzeResponse } from "./schema.ts";
import { headerOf } from "./source.ts";

/** Side of the one small copy that everything is measured on. */
const copySide = 512;

/** Measures an image on one small copy of it, and recommends where to send it. */
export async function analyze(
  runPixelWork: RunPixelWork,
  request: AnalyzeRequest,
  caller: Caller,
): Promise<Omit<AnalyzeResponse, "correlation_id">> {
  const { bytes } = request.image;
  const header = headerOf(bytes);
  const memoryBytes = estimateMemory(header, { width: copySide, height: copySide }, bytes.length);
  const analysis = await runPixelWork({ header, memoryBytes }, caller, (work) =>
    analyzeImage(bytes, header, work),
  );
  const { width, height } = analysis;
  const size_mb = megabytes(bytes.length);
  return {
    success: true,
    analysis: {
      dimensions: { width, height, aspect_ratio: round(width / height, 2) },
      format: formatName(header.format),
      mode: modeOf(header),
      size_bytes: bytes.length,
      size_mb,
      has_transparency: analysis.hasTransparency,
      has_animation: header.frames > 1,
      frames: header.frames,
      complexity_score: analysis.complexity,
      dominant_colors: analysis.distinctColours,
      palette: [...analysis.dominantColours],
      is_grayscale: analysis.isGreyscale,
      text_likeness: analysis.textLikeness,
      has_exif: header.hasExif,
      exif_orientation: header.orientation,
      image_hash: analysis.averageHash,
      perceptual_hash: analysis.perceptualHash,
      thumb_hash: analysis.thumbHash,
      estimated_compression_ratio: estimatedRatio(width * height, analysis.complexity, bytes.length),
      analysis_time_ms: round(performance.now() - caller.receivedAt, 1),
    },
    recommendations: recommend(header, analysis, size_mb, isTextLike(analysis.textLikeness)),
  };
}

/** A rough guess, as its name in the answer says: JPEG at quality 80 spends about 0.4 bits a pixel and point of complexity. */
const estimatedRatio = (pixels: number, complexity: number, bytes: number) =>
  round(Math.max(300, (pixels * complexity * 0.4) / 8) / bytes, 3);
