import type { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { HostedCall } from "./provider.ts";

/** A model of any of the SDK's packages: they share one type. */
export type SdkModel = ReturnType<ReturnType<typeof createOpenAICompatible>["languageModel"]>;
export type SdkRequest = Parameters<SdkModel["doGenerate"]>[0];

type JsonFormat = Extract<NonNullable<SdkRequest["responseFormat"]>, { type: "json" }>;

/**
 * What is asked at every provider alike: the picture first, then the words about it.
 *
 * @param text what the model is told
 */
export function questionOf(
  { image, format, instruction, maxOutputTokens }: HostedCall,
  text: string = instruction.text,
): SdkRequest {
  return {
    prompt: [
      {
        role: "user",
        content: [
          { type: "file", mediaType: `image/${format}`, data: { type: "data", data: image } },
          { type: "text", text },
        ],
      },
    ],
    // What `checkFor` lets through is a part of the draft 7 that this type describes.
    responseFormat: { type: "json", schema: instruction.schema as NonNullable<JsonFormat["schema"]> },
    maxOutputTokens,
  };
}
