import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Fovea, type ImageInput, type TableInput } from "@fovea/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scriptedService } from "./scripted-service.ts";

// What `--expose-gc` would give to the process.
setFlagsFromString("--expose_gc");
const collectGarbage = runInNewContext("gc") as () => void;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-inputs-"));
  await writeFile(join(folder, "shops.csv"), "url\nu1\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function setup() {
  const service = await scriptedService(
    { status: 503, headers: { "retry-after": "0" } },
    { body: { data: {} } },
  );
  return { service, fovea: new Fovea({ baseUrl: service.url, maxRetries: 1 }) };
}
type Service = Awaited<ReturnType<typeof setup>>["service"];

/** File name and text of the form that came last. */
const uploadIn = ({ seen }: Service) => {
  const body = seen.at(-1)?.body ?? "";
  const [, name, text] = /filename="(.*)"\r\n.*\r\n\r\n([\s\S]*)\r\n--fovea/.exec(body) ?? [];
  return [name, text];
};

test.each<[what: string, table: () => TableInput, name: string]>([
  ["a path", () => join(folder, "shops.csv"), "shops.csv"],
  ["a path by its name", () => ({ path: join(folder, "shops.csv") }), "shops.csv"],
  ["a path with another name", () => ({ path: join(folder, "shops.csv"), name: "mine.csv" }), "mine.csv"],
  ["a file: URL", () => pathToFileURL(join(folder, "shops.csv")), "shops.csv"],
  ["a File", () => new File(["url\nu1\n"], "file.csv"), "file.csv"],
  ["a Blob", () => new Blob(["url\nu1\n"]), "upload.csv"],
  ["bytes", () => new TextEncoder().encode("xurl\nu1\n").subarray(1), "upload.csv"],
  ["a data: URL", () => new URL("data:text/csv,url%0Au1%0A"), "upload.csv"],
])("%s is uploaded whole in every attempt", async (_, table, name) => {
  const { service, fovea } = await setup();
  await fovea.batches.create(table());
  expect(service.seen).toHaveLength(2);
  expect(service.seen[1]?.body).toBe(service.seen[0]?.body);
  expect(uploadIn(service)).toEqual([name, "url\nu1\n"]);
  expect(service.seen[1]?.headers["content-length"]).toBe(String(service.seen[1]?.body.length));
});

test("rows become a CSV, and options the fields before it", async () => {
  const { service, fovea } = await setup();
  const options = {
    batch_name: "B",
    max_cost_usd: 2,
    auto_start: false,
    schema: { type: "object" },
    model: undefined,
  };
  await fovea.batches.create([{ url: "u1", shop: 'a, "b"' }], options);
  expect(uploadIn(service)).toEqual(["rows.csv", 'url,shop\r\nu1,"a, ""b"""\r\n']);
  const names = [...(service.seen[1]?.body ?? "").matchAll(/ name="(\w+)"/g)].map(([, name]) => name);
  expect(names).toEqual(["batch_name", "max_cost_usd", "auto_start", "schema", "file"]);
});

test("a picture is sent as it is, its options in the address, and no type that it is said to have", async () => {
  const { service, fovea } = await setup();
  const options = {
    provider: "claude",
    quality: 80,
    preserve_transparency: true,
    format: undefined,
  } as const;
  await fovea.prepare.validate(new Blob(["{}"], { type: "application/json" }), { provider: "claude" });
  await fovea.prepare.process(Buffer.from("picture"), options).catch(() => {});
  expect(service.seen[1]).toMatchObject({
    ...{ method: "POST", url: "/api/v1/validate?provider=claude", body: "{}" },
    headers: {
      "content-type": "application/octet-stream",
      "content-length": "2",
      accept: "application/json",
    },
  });
  expect(service.seen[2]).toMatchObject({
    url: "/api/v1/process?provider=claude&quality=80&preserve_transparency=true",
    body: "picture",
    headers: { "content-type": "application/octet-stream", accept: "image/*" },
  });
});

test.each<[call: (fovea: Fovea) => PromiseLike<unknown>, url: string, sent: object]>([
  [
    (fovea) => fovea.prepare.process("asset://1", { model: "m", quality: 80 }),
    "/api/v1/process",
    { image: "asset://1", options: { model: "m", quality: 80 } },
  ],
  [
    (fovea) => fovea.prepare.validate("DATA:,x", { provider: "claude" }),
    "/api/v1/validate",
    { image: "DATA:,x", provider: "claude", options: {} },
  ],
  [(fovea) => fovea.prepare.analyze("asset://1"), "/api/v1/analyze", { image: "asset://1" }],
  [
    (fovea) => fovea.prepare.thumbnail("asset://1", { width: 1, height: 2, quality: 3 }),
    "/api/v1/thumbnail",
    { image: "asset://1", width: 1, height: 2, options: { quality: 3 } },
  ],
])("a picture that is named is sent by its name, case %#", async (call, url, sent) => {
  const { service, fovea } = await setup();
  // The answer has no facts of a picture.
  await Promise.resolve(call(fovea)).catch(() => {});
  expect(service.seen[1]).toMatchObject({ url, headers: { "content-type": "application/json" } });
  expect(JSON.parse(service.seen[1]?.body ?? "")).toEqual(sent);
});

test("an answer that is sent on is whole, whoever collects garbage meanwhile", async () => {
  const { url } = await scriptedService((response) => {
    response.write("url\n", () => setImmediate(() => response.end("u1\n")));
  });
  const service = await scriptedService({ body: { data: {} } });
  const token = async () => {
    for (let round = 0; round < 5; round += 1) {
      collectGarbage();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return "test-token";
  };
  await new Fovea({ baseUrl: service.url, token }).batches.create(await fetch(url));
  expect(uploadIn(service)).toEqual(["upload.csv", "url\nu1\n"]);
});

describe("what cannot be sent is told before anything is", () => {
  const locked = () => {
    const stream = new Blob(["x"]).stream();
    stream.getReader();
    return stream;
  };
  const read = async () => {
    const response = new Response("x");
    await response.text();
    return response;
  };
  test.each<[what: string, input: () => unknown, message: RegExp]>([
    ["a path where nothing is", () => join(folder, "none.jpg"), /ENOENT: no such file.*none\.jpg/],
    ["a folder", () => folder, /is no file: of anything else pass a stream/],
    ["what is no file of a disk", () => ({ path: "/dev/null" }), /is no file/],
    ["an address", () => "https://example.com/a.jpg", /https: addresses are not fetched here/],
    ["a stream that somebody reads", locked, /The stream to be sent is being read by somebody/],
    ["a Response that was read", read, /The stream to be sent is being read by somebody, or was/],
    ["a Response that failed", () => new Response("x", { status: 404 }), /has status 404/],
    ["null", () => null, /^Expected a Blob, File, Buffer/],
    ["other numbers", () => new Float32Array(2), /^Expected a Blob, File, Buffer/],
    ["an object", () => ({ path: 1 }), /^Expected a Blob, File, Buffer/],
  ])("%s", async (_, input, message) => {
    const { service, fovea } = await setup();
    // What TypeScript would not let pass is what JavaScript does.
    const given = (await input()) as ImageInput & TableInput;
    await expect(fovea.prepare.process(given, { provider: "claude" })).rejects.toThrow(message);
    if (!(given instanceof Float32Array)) {
      await expect(fovea.batches.create(given)).rejects.toThrow(message);
    }
    expect(service.seen).toEqual([]);
  });

  test("no rows, and a stream that is sent twice", async () => {
    const { service, fovea } = await setup();
    await expect(fovea.batches.create([])).rejects.toThrow("There are no rows to send.");
    expect(service.seen).toEqual([]);
    const stream = new Blob(["url\nu1\n"]).stream();
    await expect(fovea.batches.create(stream)).rejects.toThrow();
    await expect(fovea.batches.create(stream)).rejects.toThrow("The stream to be sent is being read");
    expect(service.seen).toHaveLength(1);
  });
});
