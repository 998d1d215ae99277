import type { OutgoingHttpHeaders } from "node:http";
import { expect } from "vitest";
import type { z } from "zod";
import {
  analyzeResponse,
  errorResponse,
  processResponse,
  thumbnailResponse,
  validateResponse,
} from "../../src/features/prepare/schema.ts";
import { startApp } from "../world.ts";

/** The picture of the reference document: one half-transparent green pixel. */
export const referencePixel =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export const dataUrl = (bytes: Buffer, mediaType = "image/png") =>
  `data:${mediaType};base64,${bytes.toString("base64")}`;

/** The bytes of a data URL, and its media type. */
export function fromDataUrl(url: string): { mediaType: string; bytes: Buffer } {
  const match = /^data:([\w/]+);base64,([A-Za-z0-9+/]+=*)$/.exec(url);
  if (!match) throw new Error(`not a data URL: ${url.slice(0, 60)}`);
  return { mediaType: match[1] ?? "", bytes: Buffer.from(match[2] ?? "", "base64") };
}

export type Client = Awaited<ReturnType<typeof prepareClient>>;

/** A client of a service of its own; answers are checked against the documented shapes. */
export async function prepareClient(env: Readonly<Record<string, string>> = {}) {
  const world = await startApp(env);

  const send = (
    url: string,
    payload: string | Buffer | object,
    headers: OutgoingHttpHeaders = { "content-type": "application/json" },
  ) =>
    world.app.http.inject({
      method: "POST",
      url,
      headers: { authorization: `Bearer ${world.token}`, ...headers },
      payload,
    });

  const succeed =
    <Schema extends z.ZodType>(path: string, schema: Schema) =>
    async (payload: object): Promise<z.output<Schema>> => {
      const answer = await send(path, payload);
      expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200);
      return schema.parse(answer.json());
    };

  return {
    ...world,
    send,
    get: (url: string, headers: OutgoingHttpHeaders = {}) =>
      world.app.http.inject({ url, headers: { authorization: `Bearer ${world.token}`, ...headers } }),
    process: succeed("/api/v1/process", processResponse),
    validate: succeed("/api/v1/validate", validateResponse),
    analyze: succeed("/api/v1/analyze", analyzeResponse),
    thumbnail: succeed("/api/v1/thumbnail", thumbnailResponse),
    /** Sends what has to be refused. */
    refuse: async (path: string, payload: string | object, status = 422, code = "validation_error") =>
      refusal(await send(path, payload), status, code),
  };
}

/** Words that upstream's tests look for in messages, since they would tell of the inside. */
const forbidden = /database|secret|\bkey\b|stack|node_modules|\/src\/|\/work\/|\bat \w+ \(|sharp|vips/i;

/** Checks that an answer is an error of this API in every respect, and returns its body. */
export function refusal(
  answer: { statusCode: number; headers: OutgoingHttpHeaders; body: string },
  status: number,
  code: string,
) {
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(status);
  expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  const error = errorResponse.parse(JSON.parse(answer.body));
  expect(Object.keys(JSON.parse(answer.body)).sort()).toEqual(
    ["correlation_id", "details", "error", "message", "success", "timestamp"].sort(),
  );
  expect(error.error).toBe(code);
  expect(error.message.length).toBeGreaterThan(5);
  expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(forbidden);
  expect(answer.headers).toMatchObject({
    "x-request-id": error.correlation_id,
    "x-correlation-id": error.correlation_id,
    "x-error-code": code,
  });
  expect(Math.abs(Date.parse(error.timestamp) - Date.now())).toBeLessThan(60_000);
  return error;
}
