import { expect } from "vitest";
import type { z } from "zod";
import * as wire from "../../src/features/catalog/schema.ts";
import { type Answer, accepted } from "../analysis/client.ts";
import { until } from "../engine/world.ts";

type Headers = Readonly<Record<string, string>>;
type Bytes = string | Uint8Array<ArrayBuffer>;

/** A form as somebody sends it; the usual one has a `products.csv` of type `text/csv`. */
export interface CatalogForm {
  readonly fields?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly type?: string;
}

export type CatalogClient = ReturnType<typeof catalogClient>;
export type CatalogStatus = z.infer<typeof wire.statusResponse>;

/** Somebody at the catalog API; answers are checked against the documented shapes. */
export function catalogClient(baseUrl: string, always: Headers = {}) {
  const send = async (method: string, path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = { ...always, ...(init.headers as Headers | undefined) };
    const response = await fetch(baseUrl + path, { method, ...init, headers });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== "" ? JSON.parse(text) : text,
    };
  };

  const get = (path: string) => send("GET", path);

  /** What the service answers to a form, whether it takes it or not. */
  const upload = (body: FormData, headers: Headers = {}) => send("POST", "/api/v1/upload", { body, headers });

  /** Uploads a CSV, which has to be taken. @returns the id of the request */
  const begin = async (csv: Bytes, form: CatalogForm = {}): Promise<string> =>
    accepted(wire.uploadedResponse, await upload(formOf(csv, form))).request_id;

  const status = async (id: string, query = ""): Promise<CatalogStatus> =>
    accepted(wire.statusResponse, await get(`/api/v1/status/${id}${query}`));

  /** Resolves with the status of a request once it is as it is expected; without saying so, completed. */
  const ended = (id: string, expected: object = { status: "completed" }): Promise<CatalogStatus> =>
    until(async () => {
      const now = await status(id);
      expect(now, JSON.stringify(now).slice(0, 2_000)).toMatchObject(expected);
      return now;
    });

  return {
    send,
    get,
    upload,
    begin,
    status,
    ended,
    /** A request from its upload to its end. */
    process: async (csv: Bytes, form: CatalogForm = {}, expected?: object) =>
      await ended(await begin(csv, form), expected),
    /** The products as a file, whose text is the body. */
    csv: (id: string) => get(`/api/v1/status/${id}/csv`),
    configure: (body: unknown, headers: Headers = {}) =>
      send("POST", "/api/v1/webhook/configure", {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
    /** The bytes behind an address, as somebody opens it who has nothing but that address, or these headers. */
    async open(address: string, headers: Headers = {}, method = "GET") {
      const response = await fetch(new URL(address, `${baseUrl}/`), { method, headers, redirect: "manual" });
      return {
        status: response.status,
        headers: response.headers,
        bytes: Buffer.from(await response.arrayBuffer()),
      };
    },
  };
}

export function formOf(
  csv: Bytes,
  { fields = {}, name = "products.csv", type = "text/csv" }: CatalogForm = {},
) {
  const form = new FormData();
  form.append("file", new Blob([csv], { type }), name);
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  return form;
}

/** A catalog below the document's header: rows of a name and its addresses. */
export const csvOf = (...products: readonly (readonly [name: string, ...urls: string[]])[]) =>
  `${["product_name,image_url", ...products.map(([name, ...urls]) => `${name},"${urls.join(",")}"`)].join("\n")}\n`;

/** Checks that an answer is an error of this API in every respect, and returns its text. */
export function refused({ status, headers, body }: Answer, expected: number): string {
  expect({ status, body }).toEqual({ status: expected, body: { detail: expect.any(String) } });
  expect(headers.get("content-type")).toMatch(/^application\/json/);
  return (body as { detail: string }).detail;
}
