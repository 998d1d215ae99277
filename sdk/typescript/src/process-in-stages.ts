import type { Fovea } from "./client.ts";
import type { ImageValidation } from "./generated/operations.ts";
import type { RepeatableImage } from "./inputs.ts";
import type { PreparedImage } from "./prepared-image.ts";
import type { ProcessOptions } from "./resources/prepare.ts";
import type { CallOptions } from "./settings.ts";

/** Where preparing an image has got to. */
export type Stage =
  | { readonly stage: "validating"; readonly percent: 0 }
  | { readonly stage: "processing"; readonly percent: 50; readonly validation: ImageValidation }
  | { readonly stage: "done"; readonly percent: 100; readonly image: PreparedImage };

/**
 * Prepares an image, and tells on the way what the model would make of it as it is: in time to say "this is shrunk to a
 * tenth" to whoever waits.
 *
 * @param image is sent twice, so no stream
 */
export async function processInStages(
  client: Fovea,
  image: RepeatableImage,
  options: ProcessOptions,
  onStage: (stage: Stage) => void,
  call?: CallOptions,
): Promise<PreparedImage> {
  const { provider, model } = options;
  onStage({ stage: "validating", percent: 0 });
  const validation = await client.prepare.validate(image, { provider, model }, call);
  onStage({ stage: "processing", percent: 50, validation });
  const prepared = await client.prepare.process(image, options, call);
  onStage({ stage: "done", percent: 100, image: prepared });
  return prepared;
}
