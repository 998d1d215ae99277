import { z } from "zod";
import { type A1111Form, type A1111Kind, a1111Error, knowsSampler } from "./a1111-forms.ts";

const side = z.int().multipleOf(8).min(8).max(2_048);

/** What of `txt2img` this project may send. The servers take no notice of what they do not know: here it is an error. */
const requestSchema = z.strictObject({
  prompt: z.string().min(1),
  negative_prompt: z.string().min(1).optional(),
  width: side.optional(),
  height: side.optional(),
  steps: z.int().min(1).max(150).optional(),
  cfg_scale: z.number().min(0).max(30).optional(),
  seed: z.int().min(0).optional(),
  sampler_name: z.string().optional(),
  scheduler: z.enum(["karras"]).optional(),
  schedulers_sigma: z.enum(["karras"]).optional(),
  batch_size: z.literal(1),
  n_iter: z.literal(1),
  override_settings: z.strictObject({ sd_model_checkpoint: z.string() }).optional(),
  enable_hr: z.boolean().optional(),
  hr_upscaler: z.string().optional(),
  hr_scale: z.number().min(1).max(2).optional(),
  denoising_strength: z.number().min(0).max(1).optional(),
});

type A1111Request = z.infer<typeof requestSchema>;

/** A picture that is asked for → what it is, or the error that it is answered with. */
export function readA1111Request(
  kind: A1111Kind,
  body: unknown,
): A1111Request | { readonly refused: A1111Form } {
  const { data, error } = requestSchema.safeParse(body);
  if (data === undefined) {
    const [issue] = error.issues;
    const said = `At '${issue?.path.join(".")}': ${issue?.message}`;
    return { refused: a1111Error(kind, kind === "sdcpp" ? 400 : 422, said) };
  }
  // The others take their usual one.
  if (kind === "sdnext" && data.sampler_name !== undefined && !knowsSampler(kind, data.sampler_name))
    return { refused: a1111Error(kind, 404, "Sampler not found") };
  return data;
}
