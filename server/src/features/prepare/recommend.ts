import type { ImageAnalysis, ImageHeader } from "@fovea/imaging";
import type { AnalyzeResponse, ProviderName } from "./schema.ts";

/** What the choice of a provider looks at. */
export interface ProviderChoice {
  readonly width: number;
  readonly height: number;
  readonly hasTransparency: boolean;
  readonly megabytes: number;
  readonly complexity: number;
}

/** The reference document's rule, in its order: the first that holds decides. */
export function bestProvider(image: ProviderChoice): ProviderName {
  if (image.width > 2048 || image.height > 2048) return "gemini";
  if (image.hasTransparency) return "openai";
  if (image.megabytes > 5) return "claude";
  if (image.complexity > 7) return "gemini";
  return "claude";
}

export function recommend(
  header: ImageHeader,
  analysis: ImageAnalysis,
  megabytes: number,
  textLike: boolean,
): AnalyzeResponse["recommendations"] {
  const { width, height, hasTransparency, complexity } = analysis;
  const notes = [
    header.orientation === 1
      ? null
      : "Stored on its side: the EXIF orientation has to be applied before sending.",
    header.frames > 1 ? "Animated: models look at the first frame only." : null,
    textLike ? "Looks like text: keep it at full resolution and avoid strong JPEG compression." : null,
    Math.max(width, height) < 200 ? "Very small: models may misread images under 200 pixels." : null,
    header.hasExif ? "Carries EXIF data, possibly a location: process removes it." : null,
  ].filter((note) => note !== null);
  return {
    best_provider: bestProvider({ width, height, hasTransparency, megabytes, complexity }),
    suggested_format: hasTransparency || (textLike && header.format !== "jpeg") ? "PNG" : "JPEG",
    estimated_quality: textLike ? 95 : 85,
    processing_notes: notes,
  };
}
