/** A model as Replicate describes it: its input in the words that Cog writes OpenAPI documents in. */
export interface SimulatedModel {
  readonly owner: string;
  readonly name: string;
  /** Run by its name, without naming a version. */
  readonly official: boolean;
  readonly version: string;
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, InputProperty>>;
}

interface InputProperty {
  readonly type: "string" | "integer" | "number" | "boolean";
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: string | number | boolean;
  readonly nullable?: boolean;
}

const ratios = ["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"];

export const fluxSchnell: SimulatedModel = {
  owner: "black-forest-labs",
  name: "flux-schnell",
  official: true,
  version: "c846a69991daf4c0e5d016514849d14ee5b2e6846ce6b9d6f21369e564cfe51e",
  required: ["prompt"],
  properties: {
    prompt: { type: "string" },
    aspect_ratio: { type: "string", enum: ratios, default: "1:1" },
    num_outputs: { type: "integer", minimum: 1, maximum: 4, default: 1 },
    num_inference_steps: { type: "integer", minimum: 1, maximum: 4, default: 4 },
    seed: { type: "integer" },
    output_format: { type: "string", enum: ["webp", "jpg", "png"], default: "webp" },
    output_quality: { type: "integer", minimum: 0, maximum: 100, default: 80 },
    disable_safety_checker: { type: "boolean", default: false },
    go_fast: { type: "boolean", default: true },
    megapixels: { type: "string", enum: ["1", "0.25"], default: "1" },
  },
};

export const sdxl: SimulatedModel = {
  owner: "stability-ai",
  name: "sdxl",
  official: false,
  version: "7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc",
  required: [],
  properties: {
    prompt: { type: "string", default: "An astronaut riding a rainbow unicorn" },
    negative_prompt: { type: "string", default: "" },
    width: { type: "integer", default: 1024 },
    height: { type: "integer", default: 1024 },
    num_outputs: { type: "integer", minimum: 1, maximum: 4, default: 1 },
    scheduler: {
      type: "string",
      enum: [
        "DDIM",
        "DPMSolverMultistep",
        "HeunDiscrete",
        "KarrasDPM",
        "K_EULER_ANCESTRAL",
        "K_EULER",
        "PNDM",
      ],
      default: "K_EULER",
    },
    num_inference_steps: { type: "integer", minimum: 1, maximum: 500, default: 50 },
    guidance_scale: { type: "number", minimum: 1, maximum: 50, default: 7.5 },
    seed: { type: "integer" },
    refine: {
      type: "string",
      enum: ["no_refiner", "expert_ensemble_refiner", "base_image_refiner"],
      default: "no_refiner",
    },
    apply_watermark: { type: "boolean", default: true },
  },
};

/** One that is in nobody's tables: a single picture of a few sizes, and a member of its own that it needs. */
export const woodcut: SimulatedModel = {
  owner: "atelier",
  name: "woodcut",
  official: false,
  version: "0f3e6f0c7a1d4b52a5d1c0e9b8a79685746352413f2e1d0c9b8a796857463524",
  required: ["prompt", "paper"],
  properties: {
    prompt: { type: "string" },
    paper: { type: "string", enum: ["rough", "smooth"] },
    width: { type: "integer", enum: [256, 512, 768], default: 512 },
    height: { type: "integer", enum: [256, 512, 768], default: 512 },
    steps: { type: "integer", minimum: 5, maximum: 60, default: 20 },
    seed: { type: "integer", minimum: 0, maximum: 65_535, nullable: true },
    relief: { type: "number", minimum: 0, maximum: 1, default: 0.5 },
  },
};

export const idOf = ({ owner, name }: SimulatedModel) => `${owner}/${name}`;

/** `GET /v1/models/{owner}/{name}` */
export const describeModel = (model: SimulatedModel) => ({
  url: `https://replicate.com/${idOf(model)}`,
  owner: model.owner,
  name: model.name,
  description: "A model.",
  visibility: "public",
  is_official: model.official,
  run_count: 1_234,
  cover_image_url: null,
  default_example: null,
  latest_version: describeVersion(model),
});

/** `GET /v1/models/{owner}/{name}/versions/{id}` */
export const describeVersion = (model: SimulatedModel) => ({
  id: model.version,
  created_at: "2026-01-02T03:04:05.678901Z",
  cog_version: "0.16.2",
  openapi_schema: openApiOf(model),
});

function openApiOf({ properties, required }: SimulatedModel) {
  const choices: Record<string, object> = {};
  const written = Object.entries(properties).map(([name, { enum: values, nullable, ...property }], order) => {
    const more = { title: name, "x-order": order, description: `What ${name} is for.` };
    if (values) {
      const { type, ...rest } = property;
      choices[name] = { title: name, enum: values, type, description: "An enumeration." };
      return [name, { allOf: [{ $ref: `#/components/schemas/${name}` }], ...rest, "x-order": order }];
    }
    if (nullable) {
      const { type, minimum, maximum, ...rest } = property;
      return [name, { anyOf: [{ type, minimum, maximum }, { type: "null" }], ...rest, ...more }];
    }
    return [name, { ...property, ...more }];
  });
  return {
    openapi: "3.0.2",
    info: { title: "Cog", version: "0.1.0" },
    paths: {},
    components: {
      schemas: {
        Input: { type: "object", title: "Input", required, properties: Object.fromEntries(written) },
        Output: { type: "array", title: "Output", items: { type: "string", format: "uri" } },
        Status: { type: "string", title: "Status", enum: ["starting", "processing", "succeeded"] },
        ...choices,
      },
    },
  };
}

/** What Replicate says of an input that does not fit; null for one that does. */
export function problemWith({ properties, required }: SimulatedModel, input: Record<string, unknown>) {
  for (const name of required) if (!Object.hasOwn(input, name)) return `- input: ${name} is required`;
  for (const [name, value] of Object.entries(input)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const problem = property ? problemOf(property, value) : "Additional property is not allowed";
    if (problem) return `- input.${name}: ${problem}`;
  }
  return null;
}

function problemOf({ type, enum: values, minimum, maximum }: InputProperty, value: unknown): string | null {
  const isType = type === "integer" ? Number.isInteger(value) : typeof value === type;
  if (!isType) return `Invalid type. Expected: ${type}, given: ${typeof value}`;
  if (values && !values.some((each) => each === value))
    return `Must be one of the following: ${values.join(", ")}`;
  if (minimum !== undefined && Number(value) < minimum) return `Must be greater than or equal to ${minimum}`;
  if (maximum !== undefined && Number(value) > maximum) return `Must be less than or equal to ${maximum}`;
  return null;
}
