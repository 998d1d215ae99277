import { z } from "zod";

/** How a server speaks: OpenAI's own, or one that calls itself compatible. */
export type ImagesDialect = "openai" | "compatible";

/** What of a generation this project may send: nothing else is taken. */
const ownSchema = z.strictObject({
  model: z.string(),
  prompt: z.string().refine((text) => text !== "" && [...text].length <= 32_000),
  n: z.int().min(1).max(10).default(1),
  size: z.string().optional(),
  quality: z.string().optional(),
  complexity: z.enum(["low", "medium", "high"]).optional(),
  background: z.enum(["transparent", "opaque", "auto"]).optional(),
  output_format: z.enum(["png", "jpeg", "webp"]).optional(),
  output_compression: z.int().min(0).max(100).optional(),
});

const compatibleSchema = z.strictObject({
  model: z.string(),
  prompt: z.string().min(1),
  size: z
    .string()
    .regex(/^\d+x\d+$/)
    .optional(),
  quality: z.string().optional(),
  style: z.string().optional(),
  response_format: z.literal("b64_json"),
});

interface ReadGeneration {
  readonly model: string;
  readonly prompt: string;
  readonly count: number;
  readonly format: string;
}

/** A body → what it asks for, or what OpenAI would find wrong with it. */
export function readGeneration(dialect: ImagesDialect, body: unknown): ReadGeneration | { problem: string } {
  if (dialect === "compatible") {
    const { data, error } = compatibleSchema.safeParse(body);
    if (!data) return problemIn(error);
    return { model: data.model, prompt: data.prompt, count: 1, format: "png" };
  }
  const { data, error } = ownSchema.safeParse(body);
  if (!data) return problemIn(error);
  const { model, prompt, n, size, quality = "auto", output_format: format = "png" } = data;
  if (size !== undefined && !makes(model, size)) return { problem: `Invalid value: '${size}'.` };
  if (!qualitiesOf(model).includes(quality)) return { problem: `Invalid value: '${quality}'.` };
  if (data.complexity && !model.startsWith("gpt-image-2.6"))
    return { problem: "Unknown parameter: 'complexity'." };
  if (data.background === "transparent" && format === "jpeg")
    return { problem: "Transparent background is not supported for JPEG." };
  if (data.output_compression !== undefined && format === "png")
    return { problem: "Compression is not supported for PNG." };
  return { model, prompt, count: n, format };
}

const problemIn = ({ issues }: z.ZodError) => ({
  problem: `Invalid value at '${issues[0]?.path.join(".")}': ${issues[0]?.message}`,
});

function makes(model: string, size: string): boolean {
  if (model.startsWith("gpt-image-1")) return ["1024x1024", "1536x1024", "1024x1536"].includes(size);
  const [, width, height] = /^([1-9]\d*)x([1-9]\d*)$/.exec(size)?.map(Number) ?? [];
  if (width === undefined || height === undefined) return false;
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const area = width * height;
  const fits = long <= 3_840 && long <= 3 * short && area >= 655_360 && area <= 8_294_400;
  return fits && width % 16 === 0 && height % 16 === 0;
}

const qualitiesOf = (model: string) => [
  ...["auto", "low", "medium", "high"],
  ...(model.startsWith("gpt-image-2.5") ? ["xhigh", "max"] : []),
];
