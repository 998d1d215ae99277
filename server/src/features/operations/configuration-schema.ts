import { z } from "zod";

const setting = z.object({
  name: z.string().describe("Of the environment variable."),
  value: z
    .string()
    .nullable()
    .describe(
      "In force, as it could be written; of an address without user, password and query. Null for a secret, and where `default` says what holds.",
    ),
  default: z.string().describe("As the documentation says it."),
  set: z.boolean().describe("Whether it was set, to whatever value."),
  secret: z.boolean(),
  reserved: z.boolean().describe("It is checked, and has no effect yet."),
  description: z.string(),
});

export const configurationResponse = z.object({
  success: z.literal(true),
  data: z.object({ groups: z.array(z.object({ name: z.string(), settings: z.array(setting) })) }),
  timestamp: z.iso.datetime().describe("ISO 8601, UTC."),
});
