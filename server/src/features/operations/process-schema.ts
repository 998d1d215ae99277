import { z } from "zod";

const time = z.iso.datetime().describe("ISO 8601, UTC.");

const seenProcess = z.object({
  id: z.uuid(),
  role: z.enum(["all", "api", "worker"]),
  version: z.string(),
  host: z.string().describe("Name of its machine, or of its container."),
  started_at: time,
  seen_at: time.describe("Every 15 seconds; one that was not seen for a minute is left out."),
  ending: z.boolean().describe("It was told to end, and still answers."),
  own: z.boolean().describe("The process that answers."),
  differs: z
    .array(z.string())
    .describe(
      "Settings that it has differently than the process that answers, of those that all have in common.",
    ),
});

export const processesResponse = z.object({
  success: z.literal(true),
  data: z.object({
    processes: z.array(seenProcess).describe("The oldest first."),
    differing_settings: z.array(z.string()).describe("Of all of them together."),
    versions: z.array(z.string()).describe("Two while a release is rolled out."),
  }),
  timestamp: time,
});
