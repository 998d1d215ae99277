import { cachePrepared, Fovea, OverloadedError } from "@fovea/client";
import { expect, test } from "vitest";
import { type ScriptedAnswer, scriptedService } from "./scripted-service.ts";

const facts = Object.fromEntries(
  [
    ...["width", "height", "original-width", "original-height", "original-size"],
    ...["model-width", "model-height", "scale-x", "scale-y", "format", "original-format", "model"],
  ].map((name) => [`x-image-${name}`, "1"]),
);
/** A picture of 100 bytes, or of 300. */
const picture: ScriptedAnswer = (response, { body }) =>
  void response.writeHead(200, facts).end(Buffer.alloc(body === "large" ? 300 : 100));

async function setup(options: Parameters<typeof cachePrepared>[1] = {}, ...answers: ScriptedAnswer[]) {
  const service = await scriptedService(...answers, picture);
  const fovea = new Fovea({ baseUrl: service.url, maxRetries: 0 });
  return { service, cache: cachePrepared(fovea, options) };
}

const imageOf = (text: string) => new TextEncoder().encode(text);
const claude = { provider: "claude" } as const;

test("the same bytes with the same options are prepared once, whatever they are in", async () => {
  const { service, cache } = await setup();
  const first = await cache.process(imageOf("a"), { provider: "claude", quality: 80 });
  expect(await cache.process(new Blob(["a"]), { quality: 80, provider: "claude", format: undefined })).toBe(
    first,
  );
  expect(await cache.process(Buffer.from("xax").subarray(1, 2), { provider: "claude", quality: 80 })).toBe(
    first,
  );
  expect(await cache.process(imageOf("a").buffer, { provider: "claude", quality: 80 })).toBe(first);
  expect(service.seen).toHaveLength(1);
  expect(cache.bytes).toBe(100);
  await cache.process(imageOf("a"), { provider: "claude", quality: 81 });
  await cache.process(imageOf("b"), { provider: "claude", quality: 80 });
  expect(service.seen).toHaveLength(3);
});

test("two who ask at a time cause one request, and each that is called otherwise its own", async () => {
  const { service, cache } = await setup();
  const ask = (call?: { timeout: number }) => cache.process(imageOf("a"), claude, call);
  const [first, second] = await Promise.all([ask(), ask()]);
  expect(second).toBe(first);
  expect(service.seen).toHaveLength(1);
  cache.clear();
  expect(cache.bytes).toBe(0);
  await Promise.all([ask({ timeout: 5_000 }), ask({ timeout: 5_000 })]);
  expect(service.seen).toHaveLength(3);
});

test("a failure is told to all who wait for it, and not kept", async () => {
  const { service, cache } = await setup({}, { status: 503 });
  const all = [cache.process(imageOf("a"), claude), cache.process(imageOf("a"), claude)];
  for (const settled of await Promise.allSettled(all)) {
    expect(settled).toMatchObject({ status: "rejected", reason: expect.any(OverloadedError) });
  }
  expect((await cache.process(imageOf("a"), claude)).size).toBe(100);
  expect(service.seen).toHaveLength(2);
});

test("no more bytes are kept than is said, and those go first that nobody asked for longest", async () => {
  const { service, cache } = await setup({ maxBytes: 250 });
  const ask = (text: string) => cache.process(imageOf(text), claude);
  for (const text of ["a", "b", "a", "c"]) await ask(text);
  expect(cache.bytes).toBe(200);
  expect(service.seen).toHaveLength(3);
  await ask("a");
  expect(service.seen).toHaveLength(3);
  await ask("b");
  expect(service.seen).toHaveLength(4);
  await ask("large");
  expect(cache.bytes).toBe(200);
  const { service: other, cache: none } = await setup({ maxBytes: 99 });
  await none.process(imageOf("a"), claude);
  await none.process(imageOf("a"), claude);
  expect([none.bytes, other.seen.length]).toEqual([0, 2]);
});

test("what is too old is made anew", async () => {
  let time = 0;
  const { service, cache } = await setup({ maxAge: 1000, now: () => time });
  const first = await cache.process(imageOf("a"), claude);
  time = 999;
  expect(await cache.process(imageOf("a"), claude)).toBe(first);
  time = 1000;
  expect(await cache.process(imageOf("a"), claude)).not.toBe(first);
  expect(service.seen).toHaveLength(2);
  expect(cache.bytes).toBe(100);
});

test("an image whose bytes were handed to a worker is made anew, and counted rightly", async () => {
  const { service, cache } = await setup();
  const first = await cache.process(imageOf("a"), claude);
  structuredClone(first.bytes, { transfer: [first.bytes.buffer] });
  expect(first.size).toBe(0);
  expect((await cache.process(imageOf("a"), claude)).size).toBe(100);
  expect(service.seen).toHaveLength(2);
  expect(cache.bytes).toBe(100);
});
