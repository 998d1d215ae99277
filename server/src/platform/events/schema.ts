import { z } from "zod";

/** More than one page shows. */
const mostTopics = 20;

const topic = z
  .string()
  .min(1)
  .max(400)
  .regex(/^(mine|[a-z]+(\/\S+)+)$/, { error: "expected a topic such as batch/{id}, or mine" });

export const eventsQuery = z.object({
  topic: z
    .union([topic, z.array(topic).min(1).max(mostTopics)])
    .describe(`What to follow, such as \`batch/{id}\` or \`mine\`; up to ${mostTopics} times.`),
  ticket: z
    .string()
    .max(8_000)
    .optional()
    .describe("In place of a credential, for clients that can send no header. It is good once."),
});

export const ticketResponse = z.object({
  ticket: z.string().describe("For `?ticket=`: opens one stream."),
  expires_in: z.int().positive().describe("Seconds until it is too late to use it."),
});
