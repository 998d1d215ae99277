import { text } from "node:stream/consumers";
import multipart from "@fastify/multipart";
import Fastify from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FormPart, partsOf, textOf } from "./form-parts.ts";

type Read = readonly [kind: string, name: string, value: string];

const http = Fastify();
let read: Read[] = [];
beforeAll(async () => {
  await http.register(multipart, { limits: { fileSize: 40, files: 1, fields: 2 } });
  http.post("/", async (request) => {
    read = [];
    for await (const part of partsOf(request)) read.push(await readPart(part));
  });
  http.setErrorHandler((error: { readonly code?: string }, _request, reply) =>
    reply.code(400).send(error.code ?? "none"),
  );
});
afterAll(() => http.close());

async function readPart(part: FormPart): Promise<Read> {
  if (part.type === "field") return ["field", part.fieldname, textOf(part.value)];
  return [part.mimetype, part.filename, await text(part.file)];
}

const part = (disposition: string, content: string, type?: string) =>
  `--x\r\nContent-Disposition: form-data; ${disposition}\r\n${type ? `Content-Type: ${type}\r\n` : ""}\r\n${content}\r\n`;

const send = (payload: string) =>
  http.inject({
    method: "POST",
    url: "/",
    headers: { "content-type": "multipart/form-data; boundary=x" },
    payload,
  });

const field = part('name="a"', "first");
const file = part('name="file"; filename="a.csv"', "url", "text/csv; charset=utf-8");

test("parts come in their order, a file with what the client takes it for, JSON as the text it was", async () => {
  const json = part('name="b"', '{"c": [1]}', "application/json");
  expect((await send(`${field}${file}${json}--x--\r\n`)).statusCode).toBe(200);
  expect(read).toEqual([
    ["field", "a", "first"],
    ["text/csv", "a.csv", "url"],
    ["field", "b", '{"c":[1]}'],
  ]);
});

test("a file without a type is one all the same", async () => {
  await send(`${part('name="file"; filename="a.csv"', "url")}--x--\r\n`);
  expect(read).toEqual([[expect.any(String), "a.csv", "url"]]);
});

test.each([
  ["cut short", field, "malformed_form"],
  ["with too many fields", `${field}${field}${field}--x--\r\n`, "FST_FIELDS_LIMIT"],
  ["with two files", `${file}${file}--x--\r\n`, "FST_FILES_LIMIT"],
  [
    "with too large a file",
    `${part('name="file"; filename="a"', "x".repeat(99))}--x--\r\n`,
    "FST_REQ_FILE_TOO_LARGE",
  ],
])("a form %s is told apart from any other", async (_what, form, code) => {
  expect((await send(form)).body).toBe(code);
});
