import type { HostedModel } from "./hosted-vision.ts";

/**
 * A model that the catalog does not have, such as one on a server of one's own: nothing is known of its limits, what a
 * picture takes, or what it costs.
 */
export const unlistedModel = (id: string): HostedModel => ({
  id,
  aliases: [],
  formats: ["jpeg", "png", "webp"],
  limits: {
    max_image_bytes: null,
    max_base64_bytes: null,
    max_request_bytes: null,
    max_side: null,
    max_images_per_request: null,
    many_images: null,
    platforms: [],
  },
  rule: {
    name: "openai_patches",
    patch: 32,
    detail: "high",
    budget: null,
    max_side: null,
    multiplier: null,
    reject_patches: null,
  },
  fit: null,
  as_of: "",
  input_price_usd_per_million: null,
  output_price_usd_per_million: null,
  batch_discount: null,
  shutdown_date: null,
  replacement: null,
});
