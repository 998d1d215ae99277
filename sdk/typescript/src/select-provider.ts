import type { ImageAnalysis, Provider } from "./generated/operations.ts";

const sideOfOthers = 2048;
const megabytesOfClaude = 5;
const complex = 7;

/**
 * A provider for an image, by what `prepare.analyze` found, as the document of the Prepare API proposes it: Gemini for
 * what is larger than others see, and for what is complex; OpenAI for transparency; Claude for the rest. The service's own
 * advice is in `recommendations.best_provider`.
 */
export function selectProvider({ analysis }: Pick<ImageAnalysis, "analysis">): Provider {
  const { dimensions, has_transparency, size_mb, complexity_score } = analysis;
  if (Math.max(dimensions.width, dimensions.height) > sideOfOthers) return "gemini";
  if (has_transparency) return "openai";
  if (size_mb > megabytesOfClaude) return "claude";
  return complexity_score > complex ? "gemini" : "claude";
}
