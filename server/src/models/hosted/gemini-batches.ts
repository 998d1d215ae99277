import { z } from "zod";
import type { HttpAnswer } from "./exchange.ts";
import { downloadFile } from "./gemini-batch-download.ts";
import {
  type GeminiBatchStatus,
  missingBatch,
  type Operation,
  operationSchema,
  statusOf,
} from "./gemini-batch-status.ts";
import { type UploadedFile, uploadFile } from "./gemini-batch-upload.ts";
import {
  batchAddresses,
  freeFailure,
  type GeminiBatchCall,
  googleError,
  isMissing,
  send,
  sendFree,
  strangeBatchAnswer,
  type WireRequest,
} from "./gemini-batch-wire.ts";
import { geminiFailure } from "./gemini-failure.ts";
import { readBody } from "./json-body.ts";
import { type HostedProviderSettings, ProviderError } from "./provider.ts";

/**
 * Google's Batch API with files, one key per call. It retries nothing and stores nothing; files and jobs belong to the
 * key's project, and are not to be found with a key of another one. Google keeps a file for two days.
 *
 * All fail with a `ProviderError`, or with the signal's reason. Only `submit` costs: elsewhere `sent` is false.
 */
export interface GeminiBatches {
  /** @returns the file's name, `files/…`; Google takes 2 GB */
  upload(file: UploadedFile, call: GeminiBatchCall): Promise<string>;
  /**
   * Fails as `unavailable` with `sent` wherever the job may exist: look for it before it is submitted again. Also one
   * whose signal was aborted may. `rate_limited`: so many tokens cannot wait at Google at a time. `key_unusable`: not
   * for batches, which want an account that pays.
   *
   * @param job `displayName` is what `find` knows it by
   * @returns the job's name, `batches/…`
   */
  submit(
    job: { readonly model: string; readonly file: string; readonly displayName: string },
    call: GeminiBatchCall,
  ): Promise<string>;
  /**
   * Looks for a job whose `submit` was never answered.
   *
   * @param since when it was submitted at the earliest; older jobs are not looked through
   * @returns its name; null where Google lists none
   */
  find(displayName: string, since: Date, call: GeminiBatchCall): Promise<string | null>;
  status(name: string, call: GeminiBatchCall): Promise<GeminiBatchStatus>;
  /**
   * @param output name of a file
   * @returns its bytes as they come: to be read at once. Breaks off with a `ProviderError` where it is cut short or
   *   nothing comes for as long as the deadline is. Null where Google has no such file any more.
   */
  download(output: string, call: GeminiBatchCall): Promise<AsyncIterable<Buffer> | null>;
  /** A job that is over or gone is left as it is. */
  cancel(name: string, call: GeminiBatchCall): Promise<void>;
  /** A file that is gone already is no failure. */
  deleteFile(name: string, call: GeminiBatchCall): Promise<void>;
}

/** Google's clock and ours. */
const clocksApartMs = 10 * 60_000;
const jobsPerPage = 100;
/** Of a hundred jobs each: more than a project has in the days for which jobs are kept. */
const mostPages = 100;

const jobList = z.object({
  operations: z.array(operationSchema.nullable().catch(null)).catch([]),
  nextPageToken: z.string().catch(""),
});

export function createGeminiBatches(settings: HostedProviderSettings): GeminiBatches {
  const addresses = batchAddresses(settings.baseUrl);
  const ask = (call: GeminiBatchCall, method: WireRequest["method"], path: string) =>
    sendFree(settings, call, { method, url: `${addresses.api}/${path}` });

  return {
    upload: (file, call) => uploadFile(settings, `${addresses.upload}/files`, file, call),

    async submit({ model, file, displayName }, call) {
      const answer = await send(settings, call, {
        method: "POST",
        url: `${addresses.api}/${modelPath(model)}:batchGenerateContent`,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ batch: { displayName, inputConfig: { fileName: file } } }),
      });
      if (answer.status !== 200) throw submitFailure(answer, call);
      return operationIn(answer, true).name;
    },

    async find(displayName, since, call) {
      const earliest = since.getTime() - clocksApartMs;
      let token = "";
      for (let page = 1; page <= mostPages; page += 1) {
        const query = new URLSearchParams({
          pageSize: String(jobsPerPage),
          ...(token && { pageToken: token }),
        });
        const answer = await ask(call, "GET", `batches?${query}`);
        if (answer.status !== 200) throw freeFailure(answer, call);
        const list = readBody(jobList, answer.body);
        if (list === null) throw strangeBatchAnswer("jobs", false);
        const jobs = list.operations.filter((job) => job !== null);
        const found = jobs.find((job) => job.metadata?.displayName === displayName);
        if (found) return found.name;
        // The newest come first, which is seen and not promised: a page of nothing but old ones ends it.
        const isPast = jobs.length > 0 && jobs.every((job) => createdAt(job) < earliest);
        if (list.nextPageToken === "" || isPast) return null;
        token = list.nextPageToken;
      }
      throw strangeBatchAnswer("end of its jobs", false);
    },

    async status(name, call) {
      const answer = await ask(call, "GET", name);
      if (isMissing(answer)) return missingBatch;
      if (answer.status !== 200) throw freeFailure(answer, call);
      return statusOf(operationIn(answer, false), call.apiKey);
    },

    download: (output, call) =>
      downloadFile(settings, `${addresses.download}/${output}:download?alt=media`, call),

    async cancel(name, call) {
      const answer = await ask(call, "POST", `${name}:cancel`);
      if (answer.status === 200 || isMissing(answer)) return;
      // To a job that is over; for a generation the same word would be about billing.
      if (googleError(answer)?.status === "FAILED_PRECONDITION") return;
      throw freeFailure(answer, call);
    },

    async deleteFile(name, call) {
      const answer = await ask(call, "DELETE", name);
      if (answer.status !== 200 && !isMissing(answer)) throw freeFailure(answer, call);
    },
  };
}

/** The model becomes a part of the address. */
function modelPath(model: string): string {
  if (/^(?:\w+\/)?[\w.-]+$/.test(model)) return model.includes("/") ? model : `models/${model}`;
  throw new ProviderError({ kind: "model_unknown", reason: "Gemini has no model of this name." });
}

function submitFailure(answer: HttpAnswer, { apiKey }: GeminiBatchCall): ProviderError {
  const failure = geminiFailure(answer, { apiKey, instruction: "" });
  // About the file and not about the key.
  if (failure.kind === "key_unusable" && isMissing(answer))
    return new ProviderError({ kind: "rejected", reason: failure.reason });
  // Unlike a generation that fails, a job that Google failed to speak of may be there.
  return new ProviderError(failure.kind === "unavailable" ? { ...failure, sent: true } : failure);
}

function operationIn({ body }: HttpAnswer, sent: boolean): Operation {
  const operation = readBody(operationSchema, body);
  if (operation === null) throw strangeBatchAnswer("job", sent);
  return operation;
}

/** One without a date is new, as far as anybody can tell. */
const createdAt = ({ metadata }: Operation) =>
  Date.parse(metadata?.createTime ?? "") || Number.POSITIVE_INFINITY;
