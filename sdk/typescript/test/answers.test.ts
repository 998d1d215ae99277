import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ApiConnectionError, Fovea, FoveaError, ServerError } from "@fovea/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ScriptedAnswer, scriptedService } from "./scripted-service.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-answers-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function setup(...answers: ScriptedAnswer[]) {
  const service = await scriptedService(...answers);
  return { service, fovea: new Fovea({ baseUrl: service.url, maxRetries: 0 }) };
}

const page = { body: "<!doctype html><h1>Welcome</h1>", headers: { "content-type": "text/html" } };
const thrownBy = (call: PromiseLike<unknown>) =>
  Promise.resolve(call).then(
    () => "nothing was thrown",
    (error: unknown) => error,
  );

describe("what is not the service's", () => {
  test.each<[what: string, answer: ScriptedAnswer, call: (fovea: Fovea) => PromiseLike<unknown>]>([
    ["a page instead of JSON", page, (fovea) => fovea.models.list()],
    ["JSON that is cut short", { body: '{"models":' }, (fovea) => fovea.models.list()],
    ["nothing at all", { status: 204, body: "" }, (fovea) => fovea.models.list()],
    ["null", { body: "null" }, (fovea) => fovea.batches.get("1")],
    ["a text", { body: '"data"' }, (fovea) => fovea.batches.get("1")],
    ["an answer of another API", { body: { jobs: [] } }, (fovea) => fovea.batches.list().toArray()],
    ["a page instead of a stream", page, (fovea) => fovea.events.stream("mine").next()],
  ])("is told by what came and from where: %s", async (_, answer, call) => {
    const { service, fovea } = await setup(answer);
    const error = await thrownBy(call(fovea));
    expect(error).toBeInstanceOf(ApiConnectionError);
    const where = `${service.url}${service.seen[0]?.url.split("?")[0]}`;
    expect(String(error)).toContain(`The answer of ${where} is not what the service sends: "`);
    await service.idle();
  });

  test("a proxy's page for an error has its status, and its markup only in the body", async () => {
    const { fovea } = await setup({ kind: "page", status: 502 });
    const error = await thrownBy(fovea.models.list());
    expect(error).toBeInstanceOf(ServerError);
    expect(error).toMatchObject({ status: 502, code: null, message: "The service answered 502." });
    expect(error).toMatchObject({ body: expect.stringContaining("<!DOCTYPE html>") });
  });

  test("a picture whose facts a proxy has cut off says which", async () => {
    const { fovea } = await setup({ headers: { "content-type": "image/jpeg" }, body: Buffer.from("jpeg") });
    const error = await thrownBy(fovea.prepare.process(Buffer.from("jpeg"), { provider: "claude" }));
    expect(error).toBeInstanceOf(FoveaError);
    expect(String(error)).toMatch(/no header x-image-width.*CORS_ORIGINS/);
  });

  test("a link that carries its own leave is not shown where it fails", async () => {
    const { fovea } = await setup({ kind: "reset", when: "before_head" });
    const error = await thrownBy(fovea.icons.download("/api/images/a.png?expires=1&signature=secret"));
    expect(String(error)).toMatch(/^ApiConnectionError: GET \/api\/images\/a\.png: no answer came/);
    expect(String(error)).not.toContain("secret");
  });
});

describe("answers that are packed", () => {
  const packed = (body: string): ScriptedAnswer => {
    const bytes = gzipSync(body);
    const length = String(bytes.length);
    return {
      headers: { "content-encoding": "gzip", "content-length": length, "content-type": "application/json" },
      body: bytes,
    };
  };
  const long = JSON.stringify({ data: { text: "a".repeat(100_000) } });

  test("are read as what they are", async () => {
    const { fovea } = await setup(packed(long));
    expect(await fovea.get("/x")).toEqual(JSON.parse(long));
    expect(await fovea.batches.get("1")).toEqual({ text: "a".repeat(100_000) });
  });

  test("have no size that could be told before", async () => {
    const { fovea } = await setup(packed(long));
    const download = await fovea.batches.export("1");
    expect(download.size).toBeNull();
    expect(await download.save(join(folder, "packed.json"))).toBe(long.length);
    expect(await readFile(join(folder, "packed.json"), "utf8")).toBe(long);
  });

  test("may tell a length that is not theirs: a browser hides that they are packed", async () => {
    const response = new Response(long, { headers: { "content-length": "200" } });
    const fovea = new Fovea({ baseUrl: "http://127.0.0.1:1", fetch: async () => response });
    expect(await fovea.get("/x")).toEqual(JSON.parse(long));
  });
});

describe("downloads", () => {
  const half: ScriptedAnswer = { kind: "slow_body", ends: false };
  const cut: ScriptedAnswer = (response) => {
    response
      .writeHead(200, { "content-length": 1000 })
      .write("half", () => response.socket?.resetAndDestroy());
  };

  test.each<[disposition: string | undefined, filename: string | null]>([
    [undefined, null],
    ["attachment", null],
    ['attachment; filename="results.csv"', "results.csv"],
    ["attachment; filename=results.csv", "results.csv"],
    ['attachment; filename="a \\"b\\".csv"', 'a "b".csv'],
    ["attachment; filename=\"L.csv\"; filename*=UTF-8''L%C3%A4den.csv", "Läden.csv"],
    ["attachment; filename=\"kept.csv\"; filename*=UTF-8''%ff", "kept.csv"],
    ['attachment; filename="../../.ssh/authorized_keys"', "authorized_keys"],
    ["attachment; filename*=UTF-8''..%2F..%2Fpasswd", "passwd"],
    ['attachment; filename="C:\\\\Windows\\\\a.dll"', "a.dll"],
    ['attachment; filename=".."', null],
    ['attachment; filename="a/.."', null],
    ["attachment; filename*=UTF-8''a%00b.csv", null],
    ["attachment; filename*=UTF-8''a%0Ab.csv", null],
  ])("%j proposes the name %j", async (disposition, filename) => {
    const headers = disposition === undefined ? {} : { "content-disposition": disposition };
    const { fovea } = await setup({ headers, body: "x" });
    const download = await fovea.batches.export("1");
    expect(download.filename).toBe(filename);
    expect(await download.text()).toBe("x");
  });

  test("can be read in each way, and once", async () => {
    const { fovea } = await setup({ body: "abc", headers: { "content-type": "text/csv; charset=utf-8" } });
    const read = async () => await fovea.batches.export("1");
    const download = await read();
    expect(download.media_type).toBe("text/csv");
    expect(await download.text()).toBe("abc");
    expect(await (await (await read()).blob()).text()).toBe("abc");
    expect((await (await read()).blob()).type).toBe("text/csv");
    expect(await new Response((await read()).stream()).text()).toBe("abc");
    expect(Buffer.from(await (await read()).bytes()).toString()).toBe("abc");
    for (const again of [
      () => download.text(),
      () => download.bytes(),
      () => download.save(join(folder, "no")),
    ]) {
      await expect(again()).rejects.toThrow("The answer has been read already");
    }
  });

  test.each<[what: string, answer: ScriptedAnswer]>([
    ["in the middle", cut],
    ["and there is no more of it", half],
  ])("one that breaks off %s is an error, and no file", async (_, answer) => {
    const { service, fovea } = await setup(answer);
    const call = { timeout: 100 };
    const path = join(folder, "broken.csv");
    await writeFile(path, "what was there before");
    await expect((await fovea.batches.export("1", {}, call)).save(path)).rejects.toThrow(ApiConnectionError);
    expect(await readFile(path, "utf8")).toBe("what was there before");
    expect((await readdir(folder)).filter((name) => name.startsWith("broken"))).toEqual(["broken.csv"]);
    await expect((await fovea.batches.export("1", {}, call)).text()).rejects.toThrow(ApiConnectionError);
    await service.idle();
  });

  test("one that is shorter than it was said to be is an error, whatever `fetch` thinks of it", async () => {
    const short = () => new Response("half", { headers: { "content-length": "8" } });
    const fovea = new Fovea({ baseUrl: "http://127.0.0.1:1", maxRetries: 0, fetch: async () => short() });
    await expect((await fovea.batches.export("1")).text()).rejects.toThrow("4 of 8 bytes came");
    await expect(fovea.models.list()).rejects.toThrow(ApiConnectionError);
  });

  test("a length that is a lie is not believed with all memory", async () => {
    const lie = new Response("short", { headers: { "content-length": "9007199254740991" } });
    const fovea = new Fovea({ baseUrl: "http://127.0.0.1:1", fetch: async () => lie });
    await expect((await fovea.batches.export("1")).bytes()).rejects.toThrow(ApiConnectionError);
  });

  test("one that is not wanted ends its request, also while somebody reads it", async () => {
    const { service, fovea } = await setup(half);
    const unread = await fovea.batches.export("1");
    await unread.cancel();
    const reading = await fovea.batches.export("1");
    const broken = expect(reading.bytes()).rejects.toThrow("the answer broke off");
    await reading.cancel();
    await broken;
    const stream = (await fovea.batches.export("1")).stream().getReader();
    await stream.read();
    await stream.cancel();
    await service.idle();
    expect(service.seen).toHaveLength(3);
  });

  test("a folder that there is not is told, and the request ends", async () => {
    const { service, fovea } = await setup(half);
    const download = await fovea.batches.export("1");
    await expect(download.save(join(folder, "none", "x.csv"))).rejects.toThrow(/ENOENT/);
    await service.idle();
  });
});

test("a call can be awaited again, and gives what it gave", async () => {
  const { service, fovea } = await setup({ body: { models: [] } });
  const call = fovea.models.list();
  expect(await call).toBe(await call);
  expect((await call.withResponse()).data).toBe(await call);
  expect(service.seen).toHaveLength(1);
});
