import { z } from "zod";

const time = z.iso.datetime().describe("ISO 8601, UTC.");
const count = z.int().nonnegative();

export const setupResponse = z.object({
  version: z.string(),
  environment: z.string(),
  auth: z
    .enum(["contract", "all", "off"])
    .describe(
      "`contract`: each API asks for what its document says. `all`: everything asks for a credential.",
    ),
  caller: z
    .object({
      name: z.string().nullable().describe("Null for somebody who sent no credential."),
      admin: z.boolean(),
      signed_in: z.boolean().describe("By the sign-in page of this browser."),
    })
    .describe("Who asks."),
  sample_batch_id: z.uuid().nullable().describe("The batch of sample pictures; null where there is none."),
  analysis: z.object({
    models: z
      .array(
        z.object({
          name: z.string(),
          provider: z
            .string()
            .describe("`local`: asks nobody and costs nothing. `compatible`: a server of your own."),
          usual: z.boolean(),
          reads_instruction: z
            .boolean()
            .describe("Whether it answers questions of your own; else the usual one only."),
          batch_lane: z.boolean(),
        }),
      )
      .describe("What a batch may name."),
    usual: z.string().nullable().describe("What a batch gets that names none; null where there is none."),
    max_upload_bytes: count,
    max_active_batches: count,
  }),
  media: z.object({
    models: z.array(z.string()),
    usual: z.string().nullable().describe("Null where no model makes pictures."),
  }),
  icons: z.object({
    model: z.string().nullable().describe("Null: icons are drawn here, without a model."),
  }),
  providers: z
    .array(
      z.object({
        name: z.string(),
        title: z.string(),
        setting: z.string().describe("The environment variable of its key, or of its address."),
        configured: z.boolean(),
        adds: z.array(z.string()).describe("What it would add: sentences."),
        can_test: z.boolean().describe("Whether `POST /api/v1/setup/keys/test` tries a key of it."),
      }),
    )
    .describe("Whom a setting makes usable."),
  warnings: z.array(z.string()).describe("What somebody should look at soon: sentences."),
});

export const keyTestRequest = z.object({
  provider: z.string().min(1).max(40).describe("`name` of one of the providers with `can_test`."),
  key: z
    .string()
    .trim()
    .min(1, { error: "is empty" })
    .max(1_000, { error: "is longer than any key" })
    .describe("One key. It is asked with once, and neither stored nor logged."),
});

export const keyTestResponse = z.object({
  ok: z.boolean(),
  reason: z
    .enum(["accepted", "refused", "restricted", "rate_limited", "unreachable"])
    .describe(
      "`refused`: the key is unknown or revoked, or its account does not pay. `restricted`: it is known, and may not list " +
        "models, so nobody knows more. `rate_limited`: it is known, and at its limit. `unreachable`: no usable answer came.",
    ),
  message: z.string().describe("A plain sentence."),
  models: count.nullable().describe("So many models the key may use; null where the provider does not say."),
  timestamp: time,
});
