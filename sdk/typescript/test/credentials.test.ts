import { Fovea, FoveaError } from "@fovea/client";
import { describe, expect, test } from "vitest";
import { type ScriptedAnswer, scriptedService } from "./scripted-service.ts";

const secrets = { token: "the-token", apiKey: "the-key", adminToken: "the-admin-token" };
const own = { authorization: "Bearer the-token", "x-api-key": "the-key", "x-admin-token": "the-admin-token" };
const to = (location: string, status = 307): ScriptedAnswer => ({ status, headers: { location } });

/** What of the secrets came along with each request. */
const brought = ({ seen }: Awaited<ReturnType<typeof scriptedService>>) =>
  seen.map(({ headers }) => JSON.stringify(headers).match(/the-(admin-)?(token|key)/g)?.length ?? 0);

describe("credentials and headers", () => {
  test("are sent with every request to the service", async () => {
    const service = await scriptedService({});
    const fovea = new Fovea({
      baseUrl: service.url,
      ...secrets,
      headers: { "X-Team": "a", "User-Agent": "b" },
    });
    await fovea.models.list({ headers: { "x-team": "c" } });
    expect(service.seen[0]?.headers).toMatchObject({ ...own, "x-team": "c", "user-agent": "b" });
  });

  test("those of the caller go before those of the client, and each is sent once", async () => {
    const service = await scriptedService({});
    const fovea = new Fovea({ baseUrl: service.url, ...secrets });
    await fovea.models.list({ headers: { Authorization: "Bearer other", ACCEPT: "application/xml" } });
    expect(service.seen[0]?.headers).toMatchObject({
      authorization: "Bearer other",
      accept: "application/xml",
    });
  });

  test("where there are none, none are sent", async () => {
    const service = await scriptedService({});
    await new Fovea({ baseUrl: service.url, token: "", apiKey: "" }).models.list();
    expect(Object.keys(service.seen[0]?.headers ?? {})).not.toContain("authorization");
    expect(Object.keys(service.seen[0]?.headers ?? {})).not.toContain("x-api-key");
  });

  test("`fetch` is used for everything, and is told to send no cookies elsewhere", async () => {
    const elsewhere = await scriptedService({});
    const service = await scriptedService(to(`${elsewhere.url}/file`));
    const sent: [string, RequestInit["credentials"]][] = [];
    const watched: typeof fetch = (input, init) => {
      sent.push([String(input), init?.credentials]);
      return fetch(input, init);
    };
    const fovea = new Fovea({ baseUrl: service.url, fetch: watched });
    await (await fovea.media.download("1")).text();
    expect(sent).toEqual([
      [`${service.url}/api/v1/media/1`, undefined],
      [`${elsewhere.url}/file`, "omit"],
    ]);
  });
});

describe("redirects", () => {
  test("within the service are followed with credentials", async () => {
    const service = await scriptedService(to("/api/v1/media/2?x=1", 302), { body: "x" });
    const fovea = new Fovea({ baseUrl: service.url, ...secrets });
    expect(await (await fovea.media.download("1")).text()).toBe("x");
    expect(service.seen.map(({ url }) => url)).toEqual(["/api/v1/media/1", "/api/v1/media/2?x=1"]);
    expect(brought(service)).toEqual([3, 3]);
  });

  test("to another origin are followed without, also along further redirects and back", async () => {
    const service = await scriptedService(
      (response) => void response.writeHead(302, { location: `${elsewhere.url}/a` }).end(),
      { body: "back" },
    );
    const elsewhere = await scriptedService(to("/b"), to(`${service.url}/api/v1/models`));
    const fovea = new Fovea({ baseUrl: service.url, ...secrets });
    expect(await (await fovea.media.download("1")).text()).toBe("back");
    expect(brought(service)).toEqual([3, 0]);
    expect(brought(elsewhere)).toEqual([0, 0]);
  });

  test("out of the service's base path are another service's", async () => {
    const service = await scriptedService(to("/other/login"), { body: "x" });
    const fovea = new Fovea({ baseUrl: `${service.url}/images`, ...secrets });
    await (await fovea.media.download("1")).text();
    await (await fovea.icons.download(`${service.url}/images.example/x`)).text();
    expect(service.seen.map(({ url }) => url)).toEqual([
      "/images/api/v1/media/1",
      "/other/login",
      "/images.example/x",
    ]);
    expect(brought(service)).toEqual([3, 0, 0]);
  });

  test.each<[what: string, location: string]>([
    ["a file", "file:///etc/passwd"],
    ["text", "data:application/json,{}"],
    ["a program", "javascript:1"],
  ])("to %s are refused", async (_, location) => {
    const service = await scriptedService(to(location));
    const refused = new Fovea({ baseUrl: service.url }).models.list();
    await expect(refused).rejects.toThrow(FoveaError);
    await expect(refused).rejects.toThrow(/answered with a redirect to .*Is baseUrl right\?/);
    expect(service.seen).toHaveLength(1);
  });

  test.each([301, 302, 303, 307, 308])("of what is sent are refused: %i", async (status) => {
    const elsewhere = await scriptedService({});
    const service = await scriptedService(to(`${elsewhere.url}/api/v1/jobs/generate`, status));
    const fovea = new Fovea({ baseUrl: service.url, ...secrets });
    await expect(fovea.jobs.create({ prompt: "a sunset" })).rejects.toThrow(
      `POST /api/v1/jobs/generate: answered with a redirect to ${elsewhere.url}/api/v1/jobs/generate.`,
    );
    expect(elsewhere.seen).toEqual([]);
    expect(service.seen).toHaveLength(1);
  });

  test("in a circle end", async () => {
    const service = await scriptedService(to("/api/v1/models"));
    await expect(new Fovea({ baseUrl: service.url }).models.list()).rejects.toThrow(
      /answered with a redirect/,
    );
    expect(service.seen).toHaveLength(6);
  });

  test("that a browser does not show are told", async () => {
    // As `fetch` answers there; a Response of this kind cannot be made otherwise.
    const opaque = Object.defineProperty(new Response(null), "type", { value: "opaqueredirect" });
    const fovea = new Fovea({ baseUrl: "http://127.0.0.1:1", fetch: async () => opaque });
    await expect(fovea.models.list()).rejects.toThrow(
      "GET /api/v1/models: answered with a redirect to elsewhere.",
    );
  });
});

test("an address of another origin, as storages have, is asked without credentials", async () => {
  const service = await scriptedService({});
  const storage = await scriptedService({ body: "x" });
  const fovea = new Fovea({ baseUrl: service.url, ...secrets });
  expect(await (await fovea.icons.download(`${storage.url}/icon.png`)).text()).toBe("x");
  await fovea.icons.download(`${service.url}/api/images/icon.png`);
  expect([brought(storage), brought(service)]).toEqual([[0], [3]]);
});

describe("paths", () => {
  test.each([
    ["../x", "/base/api/v1/batches/..%2Fx"],
    ["a/b?c=d#e", "/base/api/v1/batches/a%2Fb%3Fc%3Dd%23e"],
    ["..\\x", "/base/api/v1/batches/..%5Cx"],
    ["%2e%2e", "/base/api/v1/batches/%252e%252e"],
    ["ä \ud800", "/base/api/v1/batches/%C3%A4%20%EF%BF%BD"],
    ["//example.com/", "/base/api/v1/batches/%2F%2Fexample.com%2F"],
    ["x\r\nHost: example.com", "/base/api/v1/batches/x%0D%0AHost%3A%20example.com"],
  ])("the id %j stays in its place", async (id, url) => {
    const service = await scriptedService({ body: { data: {} } });
    await new Fovea({ baseUrl: `${service.url}/base/` }).batches.get(id);
    expect(service.seen[0]).toMatchObject({ url, headers: { host: new URL(service.url).host } });
  });

  test.each(["", ".", ".."])("the id %j is refused, as a promise is", async (id) => {
    const service = await scriptedService({ body: { data: {} } });
    const fovea = new Fovea({ baseUrl: service.url });
    for (const call of [
      () => fovea.batches.get(id),
      () => fovea.batches.progress(id),
      () => fovea.jobs.cancel(id),
      () => fovea.media.delete(id),
    ]) {
      await expect(call()).rejects.toThrow("an id in it is empty, or nothing but dots");
    }
    await expect(fovea.batches.results(id).toArray()).rejects.toThrow(TypeError);
    await expect(fovea.batches.wait(id, { polling: true })).rejects.toThrow(TypeError);
    expect(service.seen).toEqual([]);
  });

  test("that are given as such go below the base path, with a query", async () => {
    const service = await scriptedService({});
    const fovea = new Fovea({ baseUrl: `${service.url}/base` });
    expect(fovea.baseUrl).toBe(`${service.url}/base`);
    const query = { none: undefined, list: ["a", "b&c"], no: false, zero: 0, text: "ä" };
    await fovea.get("/api/v1/x?a=1", { query });
    await fovea.post("/api/v1/x", { json: { a: 1 } });
    expect(service.seen.map(({ method, url, body }) => [method, url, body])).toEqual([
      ["GET", "/base/api/v1/x?a=1&list=a&list=b%26c&no=false&zero=0&text=%C3%A4", ""],
      ["POST", "/base/api/v1/x", '{"a":1}'],
    ]);
    await expect(fovea.get("api/v1/x")).rejects.toThrow('"api/v1/x": a path begins with a slash.');
    await expect(fovea.get("//example.com/x")).rejects.toThrow("an id in it is empty");
    await expect(fovea.get("/api/../../admin")).rejects.toThrow("nothing but dots");
  });
});
