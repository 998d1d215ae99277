import { z } from "zod";
import type { Instruction } from "../contract.ts";
import { answerIn } from "./dialect.ts";
import { geminiDialect } from "./gemini.ts";
import { geminiFailure } from "./gemini-failure.ts";
import { toGeminiSchema } from "./gemini-schema.ts";
import { readBody } from "./json-body.ts";
import { type HostedAnswer, type HostedCall, ProviderError, type ProviderFailure } from "./provider.ts";
import { checkFor } from "./read-answer.ts";

/**
 * One line of a job's file, without its end: the body that `generateContent` would be sent, which is had by letting the
 * same SDK write the same request and keeping what it writes; with the schema in the form that jobs obey.
 *
 * @param key names the request in the file and its answer in the file of answers
 * @throws {ProviderError} for what cannot be asked
 */
export async function batchRequestLine(
  key: string,
  call: Omit<HostedCall, "apiKey" | "signal">,
): Promise<string> {
  checkFor(call.instruction);
  const schema = toGeminiSchema(call.instruction.schema);
  let written: unknown;
  const keep: typeof globalThis.fetch = async (_target, init) => {
    written = init?.body;
    return new Response("{}");
  };
  const signal = new AbortController().signal;
  const request = geminiDialect.requestOf({ ...call, apiKey: null, signal });
  const access = { apiKey: "none", baseUrl: "http://localhost", model: call.model, fetch: keep };
  let error: unknown = new Error("The SDK wrote no request.");
  try {
    await geminiDialect.modelOf(access).doGenerate(request);
  } catch (thrown) {
    // It finds no answer in what it is given, and says so.
    error = thrown;
  }
  if (typeof written !== "string") throw error;
  const { generationConfig, ...rest } = writtenRequest.parse(JSON.parse(written));
  const { responseJsonSchema: _same, ...config } = generationConfig;
  return JSON.stringify({
    key,
    request: { ...rest, generationConfig: { ...config, responseSchema: schema } },
  });
}

const writtenRequest = z.looseObject({
  generationConfig: z.looseObject({ responseJsonSchema: z.unknown() }),
});

/** Of one request, in the file of answers. */
export type BatchLine =
  | { readonly key: string; readonly answer: HostedAnswer }
  | { readonly key: string; readonly failure: ProviderFailure };

const lineSchema = z.object({
  key: z.string(),
  response: z.looseObject({}).optional().catch(undefined),
  error: z
    .looseObject({ code: z.number().catch(2) })
    .optional()
    .catch(undefined),
});

/**
 * One line of the file of answers, read as an answer of `generateContent` is read.
 *
 * @param model that was asked
 * @returns null for a line that cannot be read, which leaves open whose answer it was
 */
export function readBatchLine(line: string, instruction: Instruction, model: string): BatchLine | null {
  const read = readBody(lineSchema, line);
  if (read === null) return null;
  const { key, error, response } = read;
  if (error) return { key, failure: failureOf(error, instruction) };
  try {
    const check = checkFor(instruction);
    const secrets = { apiKey: null, instruction: instruction.text };
    const answer = { status: 200, headers: new Headers(), body: JSON.stringify(response ?? null) };
    return { key, answer: answerIn(answer, geminiDialect, { model, check, secrets }) };
  } catch (thrown) {
    if (!(thrown instanceof ProviderError)) throw thrown;
    return { key, failure: thrown.failure };
  }
}

/**
 * Status of HTTP for the codes of google.rpc that say something of the request: the errors of single requests have
 * these. The others are Google's own doing, and so is CANCELLED, which single requests end with in jobs that succeed.
 */
const httpStatus: Readonly<Record<number, number>> = {
  3: 400,
  5: 404,
  7: 403,
  8: 429,
  9: 400,
  11: 400,
  16: 401,
  499: 503,
};

/** Google bills the requests that were answered: an error is none. */
function failureOf(error: { readonly code: number }, { text }: Instruction): ProviderFailure {
  const status = httpStatus[error.code] ?? (error.code < 400 ? 500 : error.code);
  const answer = { status, headers: new Headers(), body: JSON.stringify({ error }) };
  const failure = geminiFailure(answer, { apiKey: null, instruction: text });
  return failure.kind === "unavailable" ? { ...failure, sent: false } : failure;
}

/** A line is a question's answer with what was thought for it: the longest ones are about half a megabyte. */
const longestLine = 8 * 2 ** 20;

/**
 * The lines of a file of answers, without those that are empty. `node:readline` would break lines at U+2028, which JSON
 * may hold. Of a line beyond all measure the beginning is given, which cannot be read.
 */
export async function* batchLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let kept: Buffer[] = [];
  let length = 0;
  const keep = (piece: Buffer) => {
    if (length < longestLine) kept.push(piece.subarray(0, longestLine - length));
    length += piece.length;
  };
  const take = (): string => {
    const line = Buffer.concat(kept).toString("utf8").trim();
    kept = [];
    length = 0;
    return line;
  };
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      keep(chunk.subarray(start, end));
      start = end + 1;
      const line = take();
      if (line !== "") yield line;
    }
    keep(chunk.subarray(start));
  }
  const last = take();
  if (last !== "") yield last;
}
