import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text as textOfStream } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openMigrated } from "../../../test/engine/databases.ts";
import type { Database } from "../database/database.ts";
import { createIdempotency, type Idempotency } from "../idempotency/idempotency.ts";
import type { FormPart } from "./form-parts.ts";
import { type FormUpload, takeUpload } from "./form-upload.ts";
import type { FormFile } from "./read-form.ts";

let database: Database;
let idempotency: Idempotency;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-form-"));
  database = await openMigrated({ url: undefined, dataDir: folder });
  idempotency = createIdempotency({ database });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const field = (fieldname: string, value: unknown): FormPart => ({ type: "field", fieldname, value });
const streamed = (file: Readable, filename = "a.csv", fieldname = "file"): FormPart => ({
  ...{ type: "file", fieldname, filename, mimetype: "text/csv", file },
});
const fileOf = (text: string, filename?: string, fieldname?: string) =>
  streamed(Readable.from([Buffer.from(text)]), filename, fieldname);

const textOfFile = ({ bytes }: FormFile) => textOfStream(bytes);

/** One address with one key, where what was written is the text of the file. */
function setup(more: Partial<FormUpload<string>> = {}) {
  const key = randomUUID();
  const written: string[] = [];
  const abandoned: string[] = [];
  const send = (parts: readonly FormPart[], also: Partial<FormUpload<string>> = {}) =>
    takeUpload<string>({
      ...{ idempotency, scope: "test", key, parts: Readable.from(parts) },
      refusals: {
        noFile: () => new Error("no file"),
        noFileSelected: () => new Error("none selected"),
        unknownFile: (name) => new Error(`a file in ${name}`),
      },
      async write(file) {
        const text = await textOfFile(file);
        written.push(text);
        return text;
      },
      async finish(text, texts, store) {
        const answer = { status: 201, body: { text, fields: Object.fromEntries(texts) } };
        await database.transaction((tx) => store(tx, answer));
        return answer;
      },
      async abandon(text) {
        abandoned.push(text);
      },
      ...more,
      ...also,
    });
  return { send, written, abandoned };
}

test("fields before and after the file are there when it is finished", async () => {
  const { send } = setup();
  expect(await send([field("a", "1"), fileOf("url"), field("b", { c: 2 })])).toEqual({
    status: 201,
    body: { text: "url", fields: { a: "1", b: '{"c":2}' } },
    replayed: false,
  });
});

test("a file comes with its name and its type", async () => {
  const seen: unknown[] = [];
  const { send } = setup({ expectFile: ({ name, type }) => void seen.push(name, type) });
  await send([fileOf("url", "ä.csv")]);
  expect(seen).toEqual(["ä.csv", "text/csv"]);
});

test("the same again is written once and answered twice, in whatever order its fields come", async () => {
  const { send, written } = setup();
  const first = await send([fileOf("url"), field("a", "1"), field("b", "2")]);
  const again = await send([field("b", "2"), fileOf("url"), field("a", "1")]);
  expect(again).toEqual({ ...first, replayed: true });
  expect(written).toEqual(["url"]);
});

test.each<[string, FormPart[]]>([
  ["another file", [fileOf("urls"), field("a", "1")]],
  ["another field", [fileOf("url"), field("a", "2")]],
  ["one field more", [fileOf("url"), field("a", "1"), field("b", "")]],
])("with %s it is not the same, and its key is told to be used", async (_what, parts) => {
  const { send, written } = setup();
  await send([fileOf("url"), field("a", "1")]);
  await expect(send(parts)).rejects.toMatchObject({ code: "idempotency_key_reused" });
  expect(written).toEqual(["url"]);
});

test("a name that is refused is refused also where the answer is known", async () => {
  const { send } = setup({
    expectFile({ name }) {
      if (name !== "a.csv") throw new Error("no such name");
    },
  });
  await send([fileOf("url")]);
  await expect(send([fileOf("url", "b.csv")])).rejects.toThrow("no such name");
});

test("while the first is under way, the next is told so before it is read", async () => {
  const { send } = setup();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const first = send([fileOf("url")], {
    async write(file) {
      begin();
      await gate;
      return await textOfFile(file);
    },
  });
  await begun;
  await expect(send([fileOf("url")])).rejects.toMatchObject({ code: "request_in_progress" });
  open();
  expect(await first).toMatchObject({ status: 201, replayed: false });
});

const fail = () => Promise.reject(new Error("out of order"));

test.each<[string, FormPart[], Partial<FormUpload<string>>, string, string[]]>([
  ["its file", [fileOf("url")], { write: fail }, "out of order", []],
  ["what it asks for", [fileOf("url")], { finish: fail }, "out of order", ["url"]],
  ["a part behind its file", [fileOf("url"), fileOf("x", "b", "more")], {}, "a file in more", ["url"]],
  ["having no file", [field("a", "1")], {}, "no file", []],
  ["a file that nobody chose", [fileOf("", "")], {}, "none selected", []],
])("refused for %s, it leaves nothing, and its key is free", async (_what, parts, more, message, left) => {
  const { send, abandoned } = setup();
  await expect(send(parts, more)).rejects.toThrow(message);
  expect(abandoned).toEqual(left);
  expect(await send([fileOf("url")])).toMatchObject({ replayed: false });
});

test("its key is free also where what was written cannot be removed, and the first failure is told", async () => {
  const { send } = setup();
  const failing = send([fileOf("url")], { finish: fail, abandon: () => Promise.reject(new Error("away")) });
  await expect(failing).rejects.toThrow("out of order");
  expect(await send([fileOf("url")])).toMatchObject({ replayed: false });
});

test("an answer whose transaction is rolled back is not told again", async () => {
  const { send, abandoned } = setup();
  const failing = send([fileOf("url")], {
    finish: (_text, _texts, store) =>
      database.transaction(async (tx) => {
        await store(tx, { status: 201, body: "never" });
        throw new Error("rolled back");
      }),
  });
  await expect(failing).rejects.toThrow("rolled back");
  expect(abandoned).toEqual(["url"]);
  expect(await send([fileOf("url")])).toMatchObject({ body: { text: "url" }, replayed: false });
});

test("without a key each is taken", async () => {
  const { send, written } = setup({ key: null });
  for (const _time of [1, 2]) expect(await send([fileOf("url")])).toMatchObject({ replayed: false });
  expect(written).toEqual(["url", "url"]);
});

test("of a file that is refused early the rest is read all the same, for whoever is still sending it", async () => {
  const { send } = setup({ write: fail });
  let sent = 0;
  const endless = new Readable({
    read() {
      sent += 1;
      this.push(sent <= 100 ? Buffer.alloc(65_536) : null);
    },
  });
  await expect(send([streamed(endless)])).rejects.toThrow("out of order");
  await finished(endless);
  expect(sent).toBe(101);
});

test("a file that breaks off before anybody reads it is a damaged form", async () => {
  const { send } = setup();
  const { promise: broken, resolve: hasBroken } = Promise.withResolvers<void>();
  const file = new Readable({ read() {} });
  const failing = send([streamed(file)], {
    async write(given) {
      given.bytes.on("close", hasBroken);
      file.destroy(new Error("Unexpected end"));
      await broken;
      return await textOfFile(given);
    },
  });
  await expect(failing).rejects.toMatchObject({ code: "malformed_form" });
});
