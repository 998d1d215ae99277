import { expect } from "vitest";
import type { z } from "zod";
import * as wire from "../../src/features/icons/schema.ts";
import { until } from "../engine/world.ts";

type Headers = Readonly<Record<string, string>>;

interface Answer {
  readonly status: number;
  readonly headers: globalThis.Headers;
  readonly body: unknown;
}

export type IconClient = ReturnType<typeof iconClient>;
type MadeIcon = z.infer<typeof wire.generateResponse>;
type BatchStatus = z.infer<typeof wire.statusResponse>;

/** A person at the icon API; answers are checked against the documented shapes. */
export function iconClient(baseUrl: string, token: string | null) {
  const authorization: Headers = token === null ? {} : { authorization: `Bearer ${token}` };

  const send = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Headers = {},
  ): Promise<Answer> => {
    const response = await fetch(baseUrl + path, {
      method,
      headers: {
        ...authorization,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== "" ? JSON.parse(text) : text,
    };
  };

  /** What an answer has in it, which must be one of success. */
  const read = async <Schema extends z.ZodType>(
    schema: Schema,
    asked: Promise<Answer>,
    expected = 200,
  ): Promise<z.output<Schema>> => {
    const { status, body } = await asked;
    expect(status, JSON.stringify(body)).toBe(expected);
    return schema.parse(body);
  };

  const generate = (body: unknown) => send("POST", "/api/icons/generate", body);
  const order = (body: unknown, headers: Headers = {}) =>
    send("POST", "/api/icons/generate/batch", body, headers);
  const status = (id: string): Promise<BatchStatus> =>
    read(wire.statusResponse, send("GET", `/api/icons/batch/${id}/status`));
  const ended = (id: string, expected: object = { status: "completed" }): Promise<BatchStatus> =>
    until(async () => {
      const now = await status(id);
      expect(now, JSON.stringify(now)).toMatchObject(expected);
      return now;
    });
  const begin = async (body: unknown): Promise<string> =>
    (await read(wire.createdResponse, order(body), 201)).batch_id;
  const result = (id: string) => read(wire.resultResponse, send("GET", `/api/icons/batch/${id}/result`));

  return {
    send,
    get: (path: string) => send("GET", path),
    /** What the service answers to a request for an icon, whether it makes it or not. */
    generate,
    /** An icon, which has to be made. */
    make: (body: unknown): Promise<MadeIcon> => read(wire.generateResponse, generate(body)),
    /** What the service answers to a request for a batch, whether it takes it or not. */
    order,
    /** Has a batch begun, which has to be taken. @returns its id */
    begin,
    status,
    /** Resolves with the status of a batch once it is as it is expected; without saying so, completed. */
    ended,
    result,
    /** The result of a batch from its order to its end. */
    async batch(body: unknown, expected?: object) {
      const id = await begin(body);
      await ended(id, expected);
      return await result(id);
    },
    cancel: (id: string) => send("POST", `/api/icons/batch/${id}/cancel`),
    batches: () => read(wire.batchesResponse, send("GET", "/api/icons/batches")),
    cached: (query = "") => read(wire.cachedResponse, send("GET", `/api/icons/cached${query}`)),
    async clear(body?: unknown): Promise<number> {
      const { message, cleared } = await read(
        wire.clearedResponse,
        send("POST", "/api/icons/cache/clear", body),
      );
      expect(message).toBe(`Cleared ${cleared} cached icons`);
      return cleared;
    },
    stats: () => read(wire.statsResponse, send("GET", "/api/icons/stats")),
    /** The bytes behind an address, as somebody opens it who has nothing but that address, or these headers. */
    async open(address: string, headers: Headers = {}) {
      const response = await fetch(new URL(address, `${baseUrl}/`), { headers });
      return {
        status: response.status,
        headers: response.headers,
        bytes: Buffer.from(await response.arrayBuffer()),
      };
    },
    authorization,
  };
}

/** The signed address of an icon that is there. */
export function addressIn({ image_url: url }: { readonly image_url: string | null }): string {
  if (url === null) throw new Error("the icon is not there");
  return url;
}
