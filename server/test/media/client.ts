import { expect } from "vitest";
import type { z } from "zod";
import * as wire from "../../src/features/media/schema.ts";
import { until } from "../engine/world.ts";

type Headers = Readonly<Record<string, string>>;

interface Answer {
  readonly status: number;
  readonly headers: globalThis.Headers;
  readonly body: unknown;
}

export type MediaClient = ReturnType<typeof mediaClient>;
type Status = z.infer<typeof wire.statusResponse>;

/** A client of the media API; answers are checked against the documented shapes. */
export function mediaClient(baseUrl: string) {
  const send = async (method: string, path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(baseUrl + path, { method, ...init });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== "" ? JSON.parse(text) : text,
    };
  };

  const get = (path: string) => send("GET", path);

  const generate = (body: object, headers: Headers = {}) =>
    send("POST", "/api/v1/jobs/generate", {
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });

  const status = async (id: string): Promise<Status> => {
    const { status: code, body } = await get(`/api/v1/jobs/status/${id}`);
    expect(code, JSON.stringify(body)).toBe(200);
    return wire.statusResponse.parse(body);
  };

  /** Resolves with the status once it is as it is expected, however long it takes. */
  const reached = (id: string, expected: object): Promise<Status> =>
    until(async () => {
      const now = await status(id);
      expect(now, JSON.stringify(now)).toMatchObject(expected);
      return now;
    });

  return {
    send,
    get,
    remove: (path: string) => send("DELETE", path),
    /** What the service answers to a request for a job, whether it takes it or not. */
    generate,
    /** Has a job made, which has to be taken. @returns its id */
    async create(body: object, headers: Headers = {}): Promise<string> {
      const answer = await generate(body, headers);
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
      return jobIn(answer);
    },
    status,
    reached,
    /** Resolves with how a job ended, which has to be well. */
    completed: (id: string) => reached(id, { status: "completed" }),
    /** Resolves with how a job ended, well or not. */
    ended: (id: string) => reached(id, { status: expect.stringMatching(/^(?:completed|failed|cancelled)$/) }),
    failed: (id: string) => reached(id, { status: "failed" }),
    async list(query = "") {
      const { status: code, body } = await get(`/api/v1/jobs${query}`);
      expect(code, JSON.stringify(body)).toBe(200);
      return wire.listResponse.parse(body);
    },
    /** Bytes of a picture, with the headers they came with. */
    async download(path: string, headers: Headers = {}) {
      const response = await fetch(new URL(path, `${baseUrl}/`), { headers });
      return {
        status: response.status,
        headers: response.headers,
        bytes: Buffer.from(await response.arrayBuffer()),
      };
    },
  };
}

/** Of which job an answer to a request for one is. */
export const jobIn = ({ body }: Pick<Answer, "body">): string => wire.createdResponse.parse(body).id;

/** The pictures of a job that has some. */
export function picturesOf({ media }: Status): NonNullable<Status["media"]> {
  if (media === null) throw new Error("the job has no pictures");
  return media;
}
