const names: Readonly<Record<string, string>> = {
  negative_prompt: "Not to be seen",
  num_inference_steps: "Steps",
  guidance_scale: "Guidance",
  seed: "Seed",
  scheduler: "Scheduler",
  background: "Background",
  num_outputs: "Pictures",
  output_format: "Format",
  output_quality: "Quality",
  imageSize: "Image size",
};

/** A parameter as a label. */
export const labelOf = (name: string): string =>
  names[name] ?? `${name.slice(0, 1).toUpperCase()}${name.slice(1).replaceAll("_", " ")}`;
