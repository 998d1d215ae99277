import type { z } from "zod";

/** The JSON that an answer's body is; null where it is none, or not what the schema says. */
export function readBody<Read>(schema: z.ZodType<Read>, body: string): Read | null {
  try {
    return schema.parse(JSON.parse(body));
  } catch {
    return null;
  }
}
