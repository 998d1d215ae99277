import { expect, vi } from "vitest";
import type { z } from "zod";
import * as wire from "../../src/features/analysis/schema.ts";

type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: globalThis.Headers;
  readonly body: unknown;
}

export interface UploadOptions {
  readonly name?: string;
  readonly headers?: Headers;
}

export type AnalysisClient = ReturnType<typeof analysisClient>;

/** For waiting on a condition, however long it takes. */
export const patient = { timeout: 25_000, interval: 25 };

/** A client of the batch API; answers are checked against the documented shapes. */
export function analysisClient(baseUrl: string, always: Headers = {}) {
  const send = async (method: string, path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = { ...always, ...(init.headers as Headers | undefined) };
    const response = await fetch(baseUrl + path, { method, ...init, headers });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? null : JSON.parse(text),
    };
  };

  const get = (path: string) => send("GET", path);

  /** @param body an object is sent as JSON; without it nothing is sent, and no content type */
  const post = (path: string, body?: object | string, headers: Headers = {}) =>
    send("POST", path, {
      headers: { ...(typeof body === "object" ? { "content-type": "application/json" } : {}), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });

  const upload = (form: FormData, headers: Headers = {}) =>
    send("POST", "/api/v1/batches", { body: form, headers });

  /** Uploads a CSV, which has to be taken. */
  const create = async (csv: Csv, fields: Fields = {}, { name, headers }: UploadOptions = {}) => {
    const { data } = accepted(wire.createdResponse, await upload(formOf(csv, fields, name), headers), 201);
    return { id: data.batch_id, ...data.batch_info };
  };

  const progress = async (id: string) =>
    accepted(wire.progressResponse, await get(`/api/v1/batches/${id}/progress`)).data;

  /** Resolves once a batch is as it is expected, however long it takes. */
  const reached = (id: string, expected: Partial<Awaited<ReturnType<typeof progress>>>) =>
    vi.waitFor(async () => {
      const now = await progress(id);
      expect(now).toMatchObject(expected);
      return now;
    }, patient);

  const results = async (id: string, query = "") =>
    accepted(wire.resultsResponse, await get(`/api/v1/batches/${id}/results${query}`)).data;

  return {
    send,
    get,
    post,
    upload,
    create,
    progress,
    reached,
    results,
    details: async (id: string) =>
      accepted(wire.detailsResponse, await get(`/api/v1/batches/${id}/status`)).data,
    list: async (query = "") => accepted(wire.listResponse, await get(`/api/v1/batches${query}`)).data,
    /** Uploads a CSV and resolves with its results once all rows have one. */
    async analyze(csv: Csv, fields: Fields = {}, options: UploadOptions = {}) {
      const { id } = await create(csv, fields, options);
      await reached(id, { status: "completed" });
      return { id, ...(await results(id)) };
    },
  };
}

type Csv = string | Uint8Array<ArrayBuffer>;
type Fields = Readonly<Record<string, string>>;

/** A form with the file first, or behind its settings. */
export function formOf(csv: Csv, fields: Fields = {}, name = "urls.csv", order: "first" | "last" = "first") {
  const form = new FormData();
  const file = new Blob([csv], { type: "text/csv" });
  if (order === "first") form.append("file", file, name);
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  if (order === "last") form.append("file", file, name);
  return form;
}

/** Rows of one column below the document's header. */
export const csvOf = (...urls: readonly string[]) => `${["url", ...urls].join("\n")}\n`;

/** The answer in its documented shape, of which nothing may be missing and to which nothing may be added. */
export function accepted<Schema extends z.ZodType>(
  schema: Schema,
  { status, body }: Answer,
  expected = 200,
): z.output<Schema> {
  expect(status, JSON.stringify(body).slice(0, 500)).toBe(expected);
  const parsed = schema.parse(body);
  expect(body).toEqual(parsed);
  return parsed;
}

/** Checks that an answer is an error of this API in every respect, and returns its text. */
export function refused({ status, headers, body }: Answer, expected: number, code: string): string {
  expect({ status, body }).toEqual({
    status: expected,
    body: { success: false, error: expect.any(String), error_type: code, timestamp: expect.any(String) },
  });
  expect(headers.get("content-type")).toMatch(/^application\/json/);
  expect(headers.get("x-error-code")).toBe(code);
  const { error, timestamp } = body as { error: string; timestamp: string };
  expect(timestamp).toBe(new Date(timestamp).toISOString());
  return error;
}
