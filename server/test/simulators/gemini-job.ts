import { z } from "zod";
import type { createBooks } from "./books.ts";
import type { GeminiForm } from "./gemini-forms.ts";
import { readGeminiRequest } from "./gemini-request.ts";
import type { SeenCall } from "./vision-simulator.ts";

export type Ending = "SUCCEEDED" | "FAILED" | "EXPIRED";

/** An error in place of the answer, no line at all, or a line that is cut in its middle. */
export type Spoiling =
  | { readonly error: { readonly code: number; readonly message: string } }
  | "missing"
  | "cut";

export interface Job {
  /** `batches/…` */
  readonly name: string;
  readonly displayName: string;
  readonly project: string;
  /** It was submitted with. */
  readonly key: string;
  readonly model: string;
  /** `files/…` */
  readonly file: string;
  readonly input: readonly string[];
  readonly created: Date;
  updated: Date;
  state: "PENDING" | "RUNNING" | "CANCELLED" | Ending;
  readonly requests: number;
  succeeded: number;
  failed: number;
  /** `files/…` */
  output: string | null;
  error: { readonly code: number; readonly message: string } | null;
}

interface Run {
  readonly world: {
    readonly books: ReturnType<typeof createBooks>;
    now(): number;
    answer(call: SeenCall): Promise<GeminiForm | null>;
  };
  readonly spoiled: ReadonlyMap<string, Spoiling>;
  readonly calls: SeenCall[];
  /** @returns the file's name */
  store(bytes: Buffer): string;
}

const lineSchema = z.strictObject({ key: z.string().min(1), request: z.looseObject({}) });

export const jobLines = (bytes: Buffer): string[] =>
  bytes
    .toString("utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");

/** Answers all of a job's requests and writes them into the books; a file that cannot be read fails as a whole. */
export async function runJob(
  job: Job,
  ending: Ending,
  run: Run,
): Promise<Pick<Job, "state" | "error" | "output" | "succeeded" | "failed">> {
  const over = { output: null, succeeded: 0, failed: 0 };
  const requests = job.input.map((line) => lineSchema.safeParse(jsonOf(line)).data);
  const keys = new Set(requests.map((request) => request?.key));
  if (requests.includes(undefined) || keys.size < requests.length)
    return { ...over, state: "FAILED", error: { code: 3, message: "The input file cannot be read." } };
  if (ending === "FAILED") return { ...over, state: ending, error: { code: 13, message: "Internal error." } };
  if (ending === "EXPIRED")
    return { ...over, state: ending, error: { code: 4, message: "The batch has expired." } };

  const lines: string[] = [];
  let succeeded = 0;
  for (const { key, request } of requests.filter((each) => each !== undefined)) {
    const spoiling = run.spoiled.get(key);
    const said = typeof spoiling === "object" ? spoiling : await answerOf(job, JSON.stringify(request), run);
    if ("response" in said) succeeded += 1;
    const line = JSON.stringify({ ...said, key });
    if (spoiling === "cut") lines.push(line.slice(0, line.length / 2));
    else if (spoiling !== "missing") lines.push(line);
  }
  const output = run.store(Buffer.from(lines.map((line) => `${line}\n`).join("")));
  return { state: ending, error: null, output, succeeded, failed: job.requests - succeeded };
}

async function answerOf(
  { name, model, key, project }: Job,
  request: string,
  { world, calls }: Run,
): Promise<{ response: unknown } | { error: unknown }> {
  const read = readGeminiRequest(Buffer.from(request), model, "responseSchema");
  if ("problem" in read) return { error: { code: 3, message: read.problem } };
  const call = { key, model, ...read.call };
  calls.push(call);
  const entry = world.books.open({
    ...{ at: world.now(), key, project, model, image: call.image.sha256, violation: null, batch: name },
  });
  const form = await world.answer(call);
  entry.status = form?.status ?? 503;
  entry.delivered = true;
  if (form?.status !== 200) return { error: lineError(form) };
  const { usageMetadata } = form.body as {
    usageMetadata?: { promptTokenCount: number; totalTokenCount: number };
  };
  entry.inputTokens = usageMetadata?.promptTokenCount ?? 0;
  entry.outputTokens = (usageMetadata?.totalTokenCount ?? 0) - entry.inputTokens;
  return { response: form.body };
}

/** Codes of google.rpc for the statuses of HTTP. */
const codes: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  408: 4,
  413: 3,
  429: 8,
  500: 13,
  503: 14,
};

function lineError(form: GeminiForm | null) {
  if (form === null) return { code: 14, message: "The service is currently unavailable." };
  const { error } = form.body as { error: { message: string; details?: unknown } };
  const { message, details } = error;
  return { code: codes[form.status] ?? 2, message, ...(details !== undefined && { details }) };
}

/** The operation as Google shows it: counts as texts, and none that are zero. */
export function jobForm(job: Job) {
  const pending = job.state === "PENDING" || job.state === "RUNNING";
  const counts = {
    requestCount: job.requests,
    successfulRequestCount: job.succeeded,
    failedRequestCount: job.failed,
    pendingRequestCount: pending ? job.requests : 0,
  };
  const output = job.output === null ? {} : { responsesFile: job.output };
  return {
    name: job.name,
    metadata: {
      "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
      model: `models/${job.model}`,
      displayName: job.displayName,
      inputConfig: { fileName: job.file },
      ...(job.output !== null && { output }),
      createTime: timestamp(job.created),
      updateTime: timestamp(job.updated),
      ...(!pending && { endTime: timestamp(job.updated) }),
      batchStats: Object.fromEntries(
        Object.entries(counts)
          .filter(([, count]) => count > 0)
          .map(([name, count]) => [name, String(count)]),
      ),
      state: `BATCH_STATE_${job.state}`,
      name: job.name,
    },
    ...(!pending && { done: true }),
    ...(job.error && { error: job.error }),
    ...(job.state === "SUCCEEDED" && {
      response: {
        "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatchOutput",
        ...output,
      },
    }),
  };
}

/** To the nanosecond, as Google has it. */
const timestamp = (date: Date) => date.toISOString().replace("Z", "405218Z");

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
