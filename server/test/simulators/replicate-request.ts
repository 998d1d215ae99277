import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import { replicateError } from "./replicate-forms.ts";
import { idOf, problemWith, type SimulatedModel } from "./replicate-models.ts";

/** What of a prediction's creation this project may send: nothing else is taken. */
const bodySchema = z.strictObject({
  version: z.string().optional(),
  input: z.record(z.string(), z.json()),
  webhook: z.url({ protocol: /^https$/ }).optional(),
  webhook_events_filter: z.array(z.enum(["start", "output", "logs", "completed"])).optional(),
});

interface ReadStart {
  readonly model: SimulatedModel;
  readonly input: Readonly<Record<string, unknown>>;
  readonly webhook: string | null;
}

/** A prediction that is asked for → what it is, or the error that it is answered with. */
export function readStart(
  models: readonly SimulatedModel[],
  path: string,
  body: unknown,
  headers: IncomingHttpHeaders,
): ReadStart | ReturnType<typeof replicateError> {
  if (headers["content-type"] !== "application/json") return replicateError(400, "Send JSON.");
  const cancelAfter = headers["cancel-after"];
  if (cancelAfter !== undefined && !isDuration(String(cancelAfter)))
    return replicateError(422, "Cancel-After must be a duration of at least 5 seconds.");
  const { data, error } = bodySchema.safeParse(body);
  if (data === undefined)
    return replicateError(422, error.issues.map(({ message }) => `- ${message}`).join("\n"));
  const { version, input, webhook = null } = data;
  const model = modelAt(models, path, version);
  if (model === null) {
    if (path !== "/v1/predictions") return replicateError(404);
    const said = "The specified version does not exist (or perhaps you don't have permission to use it?)";
    return {
      ...replicateError(422, said),
      body: { title: "Invalid version or not permitted", detail: said, status: 422 },
    };
  }
  const problem = problemWith(model, input);
  return problem === null ? { model, input, webhook } : replicateError(422, `${problem}\n`);
}

function modelAt(models: readonly SimulatedModel[], path: string, version: string | undefined) {
  const [, name] = /^\/v1\/models\/([^/]+\/[^/]+)\/predictions$/.exec(path) ?? [];
  const found =
    name === undefined
      ? models.find((each) => each.version === version)
      : models.find((each) => idOf(each) === name && each.official && version === undefined);
  return found ?? null;
}

function isDuration(text: string): boolean {
  const [, minutes = "0", seconds = "0"] = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(seconds) >= 5;
}
