import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { createBooks } from "./books.ts";
import { type Asked, askedFor, type BatchOperation } from "./gemini-batch-routes.ts";
import { createGeminiFiles, noFileForm } from "./gemini-files.ts";
import { errorForm, type GeminiForm, usualUsage } from "./gemini-forms.ts";
import { type Ending, type Job, jobForm, jobLines, runJob, type Spoiling } from "./gemini-job.ts";
import { isWireFault, sendFault, sendJson, type WireFault } from "./loopback.ts";
import type { SeenCall } from "./vision-simulator.ts";

export interface BatchSettings {
  /** Of one project and one model, in jobs that are not over; null and absent for no limit. */
  readonly enqueuedTokens?: number | null;
  /** Of one file; absent for 256 MiB, a part of Google's 2 GB. */
  readonly mostFileBytes?: number;
  /** Jobs of a page of their list; absent for as many as are asked for. */
  readonly pageSize?: number;
  /** Of what is created; absent for the real time. */
  readonly date?: () => Date;
}

export interface Disturbance {
  /** Absent where the request goes well, and only `bytes` or `done` is unusual. */
  readonly fault?: WireFault | { readonly kind: "error"; readonly status: number; readonly message?: string };
  /** Whether what was asked for is done all the same, and only its answer is lost. Not for what brings bytes. */
  readonly done?: boolean;
  /** Of a part: how many of its bytes arrive. Of a download: after how many it breaks off. */
  readonly bytes?: number;
  /** Of a download: it does not break off there, it falls silent. */
  readonly isSilent?: boolean;
}

export interface SimulatedBatches {
  /** In order of creation. */
  readonly jobs: readonly Readonly<Omit<Job, "input">>[];
  /** The requests of jobs that were answered, in order. */
  readonly calls: readonly SeenCall[];
  /** Every operation that was asked for, in order. */
  readonly operations: readonly BatchOperation[];
  /** What is in a file; null where there is none. */
  file(name: string): Buffer | null;
  /** Has each job that waits run, and each one that runs end. Nothing else moves a job. */
  advance(): Promise<void>;
  /** How the next job to end ends; the ones after it succeed again. */
  endNext(ending: Ending): void;
  /** What becomes of the line of the request with this key, in whichever job it is. Spoiled answers are billed. */
  spoil(key: string, how: Spoiling): void;
  /** What happens to the next request for `operation`; more of them wait in line. */
  disturb(operation: BatchOperation, how: Disturbance): void;
  /** Google deletes a file or a job when it is old. */
  forget(name: string): void;
  /** Dollars that all jobs cost: half of what the same answers cost one by one. */
  charged(prices: { readonly inputPerMillion: number; readonly outputPerMillion: number }): number;
}

interface World {
  readonly books: ReturnType<typeof createBooks>;
  /** Milliseconds of the simulator's clock. */
  now(): number;
  projectOf(key: string): string | null;
  /** What is refused before anything is looked at. `model` is null where none is named. */
  refuse(key: string, project: string | null, model: string | null): GeminiForm | null;
  /** What `generateContent` would answer; null for what goes wrong below HTTP. */
  answer(call: SeenCall): Promise<GeminiForm | null>;
}

const submitSchema = z.strictObject({
  batch: z.strictObject({
    displayName: z.string().min(1),
    inputConfig: z.strictObject({ fileName: z.string() }),
  }),
});

/** Google's Batch API with its files, beside the `generateContent` of the same keys, books and answers. */
export function createBatchApi(world: World, settings: BatchSettings = {}) {
  const files = createGeminiFiles(settings.mostFileBytes ?? 256 * 2 ** 20);
  const jobs: Job[] = [];
  const calls: SeenCall[] = [];
  const operations: BatchOperation[] = [];
  const spoiled = new Map<string, Spoiling>();
  const disturbances = new Map<BatchOperation, Disturbance[]>();
  const endings: Ending[] = [];
  let names = 0;
  const date = settings.date ?? (() => new Date());
  const isOver = ({ state }: Job) => state !== "PENDING" && state !== "RUNNING";

  const submit = (project: string, model: string, key: string, body: Buffer): GeminiForm => {
    const parsed = submitSchema.safeParse(jsonOf(body));
    if (!parsed.success) return errorForm(400, "Invalid JSON payload received.");
    const { displayName, inputConfig } = parsed.data.batch;
    const input = files.get(inputConfig.fileName);
    if (input?.project !== project) return noFileForm(inputConfig.fileName);
    const lines = jobLines(input.bytes);
    const waiting = jobs.filter((job) => !isOver(job) && job.project === project && job.model === model);
    const requests = waiting.reduce((sum, job) => sum + job.requests, lines.length);
    const most = settings.enqueuedTokens ?? null;
    if (most !== null && requests * usualUsage.inputTokens > most) return enqueuedForm();
    const created = date();
    names += 1;
    const job: Job = {
      ...{ name: `batches/job${names}`, displayName, project, key, model },
      ...{ file: inputConfig.fileName, input: lines, created, updated: created, state: "PENDING" },
      ...{ requests: lines.length, succeeded: 0, failed: 0, output: null, error: null },
    };
    jobs.push(job);
    return { status: 200, body: jobForm(job) };
  };

  const list = (project: string, query: URLSearchParams): GeminiForm => {
    const own = jobs.filter((job) => job.project === project).reverse();
    const from = Number(query.get("pageToken") ?? 0);
    const size = Math.min(Number(query.get("pageSize") ?? 50), settings.pageSize ?? 1_000);
    const next = from + size < own.length ? { nextPageToken: String(from + size) } : {};
    const page = own.slice(from, from + size);
    return { status: 200, body: { ...(page.length > 0 && { operations: page.map(jobForm) }), ...next } };
  };

  const cancel = (job: Job): GeminiForm => {
    if (isOver(job)) return { status: 400, body: preconditionFailed };
    job.state = "CANCELLED";
    job.updated = date();
    job.error = { code: 1, message: "The operation was cancelled." };
    return { status: 200, body: {} };
  };

  /** @returns null where the answer is under way, or is not to come */
  const perform = (
    { operation, model, name, query }: Asked,
    project: string,
    key: string,
    { request, body, response }: Exchange,
    how: Disturbance | null,
  ): GeminiForm | null => {
    const job = jobs.find((each) => each.name === name && each.project === project);
    switch (operation) {
      case "upload_start":
      case "upload_part":
      case "upload_query":
        files.upload(request, body, project, response, {
          keep: how?.bytes ?? null,
          isAnswered: how?.fault === undefined,
        });
        return null;
      case "submit":
        return submit(project, model, key, body);
      case "list":
        return list(project, query);
      case "status":
        return job ? { status: 200, body: jobForm(job) } : errorForm(404);
      case "cancel":
        return job ? cancel(job) : errorForm(404);
      case "delete":
      case "download": {
        const file = files.get(name);
        if (file?.project !== project) return noFileForm(name);
        if (operation === "download") {
          sendBytes(response, file.bytes, how);
          return null;
        }
        files.forget(name);
        return { status: 200, body: {} };
      }
    }
  };

  /** @returns whether it was a request of this API */
  const handle = (request: IncomingMessage, body: Buffer, response: ServerResponse): boolean => {
    const asked = askedFor(request);
    if (asked === null) return false;
    operations.push(asked.operation);
    const key = String(request.headers["x-goog-api-key"] ?? "");
    const project = world.projectOf(key);
    const refusal = world.refuse(key, project, asked.model === "" ? null : asked.model);
    if (refusal || project === null) {
      const { status, body: said } = refusal ?? errorForm(403);
      sendJson(response, status, said);
      return true;
    }
    const how = disturbances.get(asked.operation)?.shift() ?? null;
    const fault = how?.fault;
    const isBrought = asked.operation === "download" || asked.operation === "upload_start";
    const isDone = fault === undefined || (!isBrought && (how?.done === true || how?.bytes !== undefined));
    const form = isDone ? perform(asked, project, key, { request, body, response }, how) : null;
    if (fault === undefined) {
      if (form) sendJson(response, form.status, form.body);
    } else if (isWireFault(fault)) sendFault(response, fault, form?.body ?? {});
    else {
      const { status, body: said } = errorForm(fault.status, fault.message);
      sendJson(response, status, said);
    }
    return true;
  };

  const batches: SimulatedBatches = {
    jobs,
    calls,
    operations,
    file: (name) => files.get(name)?.bytes ?? null,
    async advance() {
      for (const job of jobs.filter((each) => !isOver(each))) {
        job.updated = date();
        if (job.state === "PENDING") job.state = "RUNNING";
        else {
          const ended = await runJob(job, endings.shift() ?? "SUCCEEDED", {
            ...{ world, spoiled, calls },
            store: (bytes) => files.store(`files/batch-${job.name.slice(8)}`, job.project, bytes).name,
          });
          // Nobody reads the requests again, which are as large as their pictures.
          Object.assign(job, ended, { input: [] });
        }
      }
    },
    endNext: (ending) => void endings.push(ending),
    spoil: (key, how) => void spoiled.set(key, how),
    disturb(operation, how) {
      disturbances.set(operation, [...(disturbances.get(operation) ?? []), how]);
    },
    forget(name) {
      const at = jobs.findIndex((job) => job.name === name);
      if (at >= 0) jobs.splice(at, 1);
      else files.forget(name);
    },
    charged({ inputPerMillion, outputPerMillion }) {
      return world.books.entries
        .filter(({ batch, status }) => batch !== undefined && status === 200)
        .reduce((sum, entry) => {
          const { inputTokens, outputTokens } = entry;
          return sum + (inputTokens * inputPerMillion + outputTokens * outputPerMillion) / 2e6;
        }, 0);
    },
  };
  return { batches, handle };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
}

/** What users got who had too much waiting: no word of a minute or a day, and no delay. */
const enqueuedForm = () =>
  errorForm(429, "You exceeded your current quota, please check your plan and billing details.", [
    {
      "@type": "type.googleapis.com/google.rpc.Help",
      links: [
        {
          description: "Learn more about Gemini API quotas",
          url: "https://ai.google.dev/gemini-api/docs/rate-limits",
        },
      ],
    },
  ]);

const preconditionFailed = {
  error: { code: 400, message: "Precondition check failed.", status: "FAILED_PRECONDITION" },
};

function sendBytes(response: ServerResponse, bytes: Buffer, how: Disturbance | null): void {
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": bytes.length });
  if (how?.bytes === undefined) response.end(bytes);
  else response.write(bytes.subarray(0, how.bytes), () => how.isSilent || response.socket?.end());
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}
