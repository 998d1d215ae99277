import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import {
  ApiConnectionError,
  ApiTimeoutError,
  AuthenticationError,
  Fovea,
  OverloadedError,
  RateLimitError,
  ServerError,
} from "../src/index.ts";
import { type ScriptedAnswer, scriptedService } from "./scripted-service.ts";

const soon = { "retry-after": "0" };
const busy: ScriptedAnswer = { status: 503, headers: soon, body: { detail: "Too much to do." } };
const limited: ScriptedAnswer = { status: 429, headers: soon };
const broken: ScriptedAnswer = { status: 500, headers: soon };
const cut: ScriptedAnswer = { kind: "reset", when: "before_head" };
const half: ScriptedAnswer = { kind: "reset", when: "after_head" };
const fine: ScriptedAnswer = { body: { id: "1", data: { batch_id: "1" } } };

/** A service that answers so, and a client that sends what failed once more. */
async function setup(...answers: ScriptedAnswer[]) {
  const service = await scriptedService(...answers);
  return { service, fovea: new Fovea({ baseUrl: service.url, maxRetries: 1 }) };
}

const keysOf = (service: Awaited<ReturnType<typeof setup>>["service"]) =>
  service.seen.map(({ headers }) => headers["idempotency-key"]);
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("what is sent again", () => {
  type Calls = (fovea: Fovea) => PromiseLike<unknown>;
  const read: Calls = (fovea) => fovea.models.list();
  const make: Calls = (fovea) => fovea.jobs.create({ prompt: "a sunset" });
  const upload: Calls = (fovea) => fovea.batches.create(["https://example.com/1.jpg"]);
  const remove: Calls = (fovea) => fovea.media.delete("1");
  const post: Calls = (fovea) => fovea.post("/api/v1/batches/1/pause");
  const named: Calls = (fovea) => fovea.post("/api/v1/batches/1/pause", { idempotencyKey: "mine" });

  test.each<[what: string, call: Calls, answers: ScriptedAnswer[]]>([
    ["a question, where the service was busy", read, [busy, fine]],
    ["a question, where the service failed", read, [broken, fine]],
    ["a question, where the connection broke", read, [cut, fine]],
    ["a question, where half of its answer came", read, [half, fine]],
    ["a removal, where the service failed", remove, [broken, { status: 204, body: "" }]],
    ["what makes something, where there was too much of it", make, [limited, fine]],
    ["what makes something, where the service failed", make, [broken, fine]],
    ["what makes something, where the connection broke", make, [cut, fine]],
    ["what makes something, where half of its answer came", make, [half, fine]],
    ["an upload, where the connection broke", upload, [cut, fine]],
    ["any other request, where the service refused it unseen", post, [busy, fine]],
    ["any other request with a key, where the connection broke", named, [cut, fine]],
  ])("%s", async (_, call, answers) => {
    const { service, fovea } = await setup(...answers);
    await call(fovea);
    expect(service.seen).toHaveLength(2);
    const [first, second] = service.seen;
    expect(second).toMatchObject({ method: first?.method, url: first?.url, body: first?.body });
  });

  test.each<[what: string, call: Calls, answer: ScriptedAnswer, error: unknown]>([
    ["any other request, where the service failed", post, broken, ServerError],
    ["any other request, where the connection broke: it may have arrived", post, cut, ApiConnectionError],
    ["any other request, where half of its answer came", post, half, ApiConnectionError],
    ["what was refused", read, { status: 404, headers: soon }, "NotFoundError"],
  ])("not %s", async (_, call, answer, error) => {
    const { service, fovea } = await setup(answer, fine);
    const thrown = await call(fovea).then(String, (reason: unknown) => reason);
    if (typeof error === "string") expect(thrown).toMatchObject({ name: error });
    else expect(thrown).toBeInstanceOf(error);
    expect(service.seen).toHaveLength(1);
  });

  test("as often as is said, and the last failure is told", async () => {
    const { service, fovea } = await setup(busy);
    await expect(fovea.models.list({ maxRetries: 2 })).rejects.toThrow(OverloadedError);
    expect(service.seen).toHaveLength(3);
    await expect(fovea.models.list({ maxRetries: 0 })).rejects.toThrow("Too much to do.");
    expect(service.seen).toHaveLength(4);
    const hasty = new Fovea({ baseUrl: service.url, maxRetries: 0 });
    await expect(hasty.models.list()).rejects.toThrow(OverloadedError);
    expect(service.seen).toHaveLength(5);
  });

  test("also a request that nobody was there for", async () => {
    const { service } = await setup();
    await service.close();
    let attempts = 0;
    const counted: typeof fetch = (input, init) => {
      attempts += 1;
      return fetch(input, init);
    };
    const fovea = new Fovea({ baseUrl: service.url, maxRetries: 1, fetch: counted });
    const refused = await fovea.post("/api/v1/batches/1/pause").catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiConnectionError);
    expect(String(refused)).toMatch(/POST \/api\/v1\/batches\/1\/pause: no answer came \(.*ECONNREFUSED/);
    expect(attempts).toBe(2);
  });

  test.each<[what: string, stream: () => ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Response]>([
    ["a stream", () => new Blob(["url\n"]).stream()],
    ["a stream of Node", () => Readable.from([Buffer.from("url\n")])],
    ["a Response", () => new Response("url\n")],
  ])("not %s, which is gone", async (_, stream) => {
    const { service, fovea } = await setup(busy, fine);
    await expect(fovea.batches.create(stream())).rejects.toThrow(OverloadedError);
    await expect(fovea.prepare.process(stream(), { provider: "claude" }))
      .resolves.toBeDefined()
      .catch(() => {});
    expect(service.seen[0]?.body).toContain("url\n");
    expect(service.seen).toHaveLength(2);
  });

  test("not before Retry-After is over, and not where that is longer than a minute", async () => {
    const { service, fovea } = await setup({ status: 429, headers: { "retry-after": "61" } });
    const refused = await fovea.models.list().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RateLimitError);
    expect(refused).toMatchObject({ status: 429, retryAfter: 61 });
    expect(service.seen).toHaveLength(1);
  });

  test("after a date as after seconds", async () => {
    const past = new Date(Date.now() - 1000).toUTCString();
    const { service, fovea } = await setup({ status: 503, headers: { "retry-after": past } }, fine);
    await fovea.models.list();
    expect(service.seen).toHaveLength(2);
  });
});

describe("idempotency keys", () => {
  test("what makes something has one, the same in all attempts, and another in each call", async () => {
    const { service, fovea } = await setup(busy, fine);
    await fovea.jobs.create({ prompt: "a sunset" });
    await fovea.batches.create(["https://example.com/1.jpg"]);
    await fovea.catalog.upload([{ image_url: "https://example.com/1.jpg" }]);
    await fovea.icons.batches.create({ categories: ["tools"] });
    const [first, again, ...others] = keysOf(service);
    expect(first).toMatch(uuid);
    expect(again).toBe(first);
    expect(others).toHaveLength(3);
    expect(new Set([first, ...others]).size).toBe(4);
  });

  test("half an answer is asked for again by the same key", async () => {
    const { service, fovea } = await setup(half, fine);
    expect(await fovea.batches.create(["https://example.com/1.jpg"])).toEqual({ batch_id: "1" });
    const [first, second] = keysOf(service);
    expect(first).toMatch(uuid);
    expect(second).toBe(first);
  });

  test("one can be given, and nothing else has one", async () => {
    const { service, fovea } = await setup(fine);
    await fovea.jobs.create({ prompt: "a sunset" }, { idempotencyKey: "order-7" });
    await fovea.jobs.create({ prompt: "a sunset" }, { headers: { "Idempotency-Key": "order-8" } });
    await fovea.batches.estimate(["https://example.com/1.jpg"]);
    await fovea.icons.generate({ category: "tools" });
    await fovea.models.list();
    expect(keysOf(service)).toEqual(["order-7", "order-8", undefined, undefined, undefined]);
  });
});

describe("time limits", () => {
  test("no answer in time", async () => {
    const { service, fovea } = await setup({ kind: "hang" });
    const late = await fovea.models.list({ timeout: 30, maxRetries: 0 }).catch((error: unknown) => error);
    expect(late).toBeInstanceOf(ApiTimeoutError);
    expect(String(late)).toContain(
      "GET /api/v1/models: nothing came within 0.03 s. `timeout` sets another limit.",
    );
    await service.idle();
  });

  test("a body that does not go on", async () => {
    const { service, fovea } = await setup({ kind: "slow_body", ends: false });
    await expect(fovea.models.list({ timeout: 100, maxRetries: 0 })).rejects.toThrow(ApiTimeoutError);
    const download = await fovea.media.download("1", {}, { timeout: 100, maxRetries: 0 });
    await expect(download.bytes()).rejects.toThrow(ApiTimeoutError);
    await service.idle();
  });

  test("a body that goes on is waited for, however long it takes", async () => {
    const { fovea } = await setup({ kind: "slow_body", ends: true });
    expect(await fovea.get("/api/v1/models", { timeout: Number.POSITIVE_INFINITY })).toEqual({ data: {} });
  });

  test("a limit that is none is refused before anything is sent", async () => {
    const { service, fovea } = await setup(fine);
    await expect(fovea.models.list({ timeout: 0 })).rejects.toThrow(/^timeout: /);
    await expect(fovea.models.list({ timeout: Number.NaN })).rejects.toThrow(/^timeout: /);
    expect(service.seen).toEqual([]);
  });
});

describe("a signal", () => {
  const reason = new Error("not needed any more");

  test("that was aborted before sends nothing", async () => {
    const { service, fovea } = await setup(fine);
    await expect(fovea.models.list({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(service.seen).toEqual([]);
  });

  test("ends a request that waits for its answer", async () => {
    const controller = new AbortController();
    const { service, fovea } = await setup(() => controller.abort(reason));
    await expect(fovea.models.list({ signal: controller.signal })).rejects.toBe(reason);
    await service.idle();
    expect(service.seen).toHaveLength(1);
  });

  test("ends the wait before the next attempt", async () => {
    const controller = new AbortController();
    const { service, fovea } = await setup((response) => {
      response.writeHead(503, { "retry-after": "30" }).end();
      response.on("close", () => controller.abort(reason));
    });
    await expect(fovea.models.list({ signal: controller.signal })).rejects.toBe(reason);
    expect(service.seen).toHaveLength(1);
  });

  test("ends an upload in its middle", async () => {
    const controller = new AbortController();
    const { service, fovea } = await setup(fine);
    let left = false;
    async function* endless() {
      try {
        for (let piece = 0; ; piece += 1) {
          if (piece === 20) controller.abort(reason);
          if (piece === 5000) {
            console.log("RUNAWAY");
            throw new Error("nobody stops it");
          }
          yield new Uint8Array(65_536);
        }
      } finally {
        left = true;
      }
    }
    await expect(fovea.batches.create(endless(), {}, { signal: controller.signal })).rejects.toBe(reason);
    await service.idle();
    expect(service.seen).toEqual([]);
    await expect.poll(() => left).toBe(true);
  });

  test.each(["pieces", "bytes", "the response itself"])("ends a download in its middle: %s", async (how) => {
    const controller = new AbortController();
    const { service, fovea } = await setup({ kind: "slow_body", ends: false });
    const { signal } = controller;
    const call = fovea.media.download("1", {}, { signal });
    const body =
      how === "the response itself" ? ((await call.asResponse()).body ?? new ReadableStream()) : await call;
    const read = async () => {
      if (how === "bytes" && "bytes" in body) {
        setImmediate(() => controller.abort(reason));
        return await body.bytes();
      }
      for await (const _ of body) controller.abort(reason);
      return undefined;
    };
    await expect(read()).rejects.toBe(reason);
    await service.idle();
  });

  test("keeps nothing of a request that is over", async () => {
    const { fovea } = await setup(fine);
    const { signal } = new AbortController();
    let listening = 0;
    const watched = new Proxy(signal, {
      get(target, name) {
        if (name === "addEventListener") listening += 1;
        if (name === "removeEventListener") listening -= 1;
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await fovea.models.list({ signal: watched });
    await fovea.media.delete("1", { signal: watched });
    await (await fovea.media.download("1", {}, { signal: watched })).bytes();
    await (await fovea.media.download("1", {}, { signal: watched })).cancel();
    expect(listening).toBe(0);
  });
});

describe("a function that gives the token", () => {
  const refusedOnce = (
    response: Parameters<Extract<ScriptedAnswer, (...all: never[]) => unknown>>[0],
    known: boolean,
  ) => response.writeHead(known ? 200 : 401, { "content-type": "application/json" }).end('{"data":{}}');

  /** It takes the new token only. */
  const newTokenOnly: ScriptedAnswer = (response, { headers }) =>
    void refusedOnce(response, headers.authorization === "Bearer new");

  test("is asked for each request, and after a refusal once more, for another", async () => {
    const service = await scriptedService(newTokenOnly);
    const asked: boolean[] = [];
    const token = async ({ refresh }: { refresh: boolean }) => {
      asked.push(refresh);
      return refresh ? "new" : "old";
    };
    const fovea = new Fovea({ baseUrl: service.url, token, maxRetries: 0 });
    await fovea.jobs.create({ prompt: "a sunset" });
    expect(service.seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer old", "Bearer new"]);
    expect(keysOf(service)[0]).toBe(keysOf(service)[1]);
    expect(asked).toEqual([false, true]);
  });

  test("is not asked for ever", async () => {
    const service = await scriptedService(newTokenOnly);
    const asked: boolean[] = [];
    const token = ({ refresh }: { refresh: boolean }) => {
      asked.push(refresh);
      return "old";
    };
    const fovea = new Fovea({ baseUrl: service.url, token });
    await expect(fovea.models.list()).rejects.toThrow(AuthenticationError);
    expect(asked).toEqual([false, true]);
    expect(service.seen).toHaveLength(2);
  });

  test("is not asked again for a stream, which is gone", async () => {
    const service = await scriptedService(newTokenOnly);
    const fovea = new Fovea({ baseUrl: service.url, token: () => "old" });
    await expect(fovea.batches.create(new Blob(["url\n"]).stream())).rejects.toThrow(AuthenticationError);
    expect(service.seen).toHaveLength(1);
  });

  test("may fail, which is its caller's to know, and sends nothing", async () => {
    const service = await scriptedService(fine);
    const failure = new Error("interaction_required");
    for (const token of [
      () => Promise.reject(failure),
      () => {
        throw failure;
      },
    ]) {
      const fovea = new Fovea({ baseUrl: service.url, token });
      await expect(fovea.models.list()).rejects.toBe(failure);
    }
    expect(service.seen).toEqual([]);
  });

  test("a token that is none is refused without being shown", async () => {
    const service = await scriptedService(fine);
    const result = { accessToken: "secret" };
    for (const token of [
      "secret\nsecret",
      "secret\u2013",
      () => "secret\u0000",
      () => result as unknown as string,
    ]) {
      const thrown = await new Fovea({ baseUrl: service.url, token }).models
        .list()
        .catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(TypeError);
      expect(String(thrown)).toMatch(/^TypeError: A credential is a text/);
      expect(String(thrown)).not.toContain("secret");
    }
    expect(service.seen).toEqual([]);
    // As files have it at their end.
    await new Fovea({ baseUrl: service.url, token: "abc\n" }).models.list();
    expect(service.seen[0]?.headers.authorization).toBe("Bearer abc");
  });

  test("a token that is a text is not asked for again", async () => {
    const service = await scriptedService(newTokenOnly);
    await expect(new Fovea({ baseUrl: service.url, token: "old" }).models.list()).rejects.toThrow(
      AuthenticationError,
    );
    expect(service.seen).toHaveLength(1);
  });
});
