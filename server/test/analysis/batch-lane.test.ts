import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import * as wire from "../../src/features/analysis/schema.ts";
import { until } from "../engine/world.ts";
import { leaveToSoak } from "../needs.ts";
import { type GeminiSimulator, startGemini } from "../simulators/gemini.ts";
import { accepted, csvOf } from "./client.ts";
import { startDistinctOrigin } from "./distinct-origin.ts";
import { type AnalysisWorld, hurried, serviceOn } from "./world.ts";

const keys = {
  a: "AIzaSimulatedKey-0123456789abcdefghAAAA",
  b: "AIzaSimulatedKey-0123456789abcdefghBBBB",
};
const model = "gemini-3.5-flash-lite";
const facts = {
  ...{ store_image: true, text_content: "OPEN", store_name: "Corner Shop" },
  ...{ business_contact: null, image_description: "A shop." },
};
const prices = { inputPerMillion: 0.3, outputPerMillion: 2.5 };
/** At half of these, of the usage below. */
const answerMicros = 110;

describe("a batch of the batch lane", () => {
  let gemini: GeminiSimulator;
  let world: AnalysisWorld;
  let close: () => Promise<void>;
  let billed = 0;
  let used = 0;
  /** SHA-256 of pictures that the provider fails at. */
  const unanswered = new Set<string>();

  beforeAll(async () => {
    gemini = await startGemini({ keys: { [keys.a]: "one", [keys.b]: "two" } });
    gemini.answer(({ image }) =>
      unanswered.has(image.sha256)
        ? { kind: "reset", when: "before_head" }
        : { kind: "output", output: facts, usage: { inputTokens: 400, outputTokens: 40 } },
    );
    [world, close] = await serviceOn({
      ...hurried,
      GEMINI_API_KEYS: `one:${keys.a},two:${keys.b}`,
      GEMINI_BASE_URL: gemini.url,
      GEMINI_MODEL: model,
      GEMINI_BATCH_FILL_SECONDS: "0",
      GEMINI_BATCH_POLL_SECONDS: "1",
      MAX_CONCURRENT_REQUESTS: "4",
    });
  });
  afterAll(async () => {
    await close?.();
    await gemini?.close();
  });

  /** Pictures that no other test has; what was charged before is no matter of theirs. */
  const pictures = async (count: number) => {
    billed = chargedMicros();
    used += count;
    return (await startDistinctOrigin()).addresses(used).slice(-count);
  };
  const chargedMicros = () => Math.round(gemini.batches.charged(prices) * 1e6);
  /** Micro-dollars of this test. */
  const charged = () => chargedMicros() - billed;
  const create = (urls: readonly string[], fields: Record<string, string> = {}) =>
    world.client.create(csvOf(...urls), { lane: "batch", ...fields });
  const control = (id: string, verb: string) => world.client.post(`/api/v1/batches/${id}/${verb}`);
  const jobsOf = async (id: string) =>
    accepted(wire.jobsResponse, await world.client.get(`/api/v1/batches/${id}/jobs`)).data.jobs;
  const handedOver = (id: string, requests: number) =>
    until(async () => {
      const running = (await jobsOf(id)).filter(({ status }) => status === "running");
      expect(running.reduce((sum, { request_count }) => sum + request_count, 0)).toBe(requests);
    });

  /** The provider works on its jobs from here on. */
  const work = () => {
    const timer = setInterval(() => void gemini.batches.advance(), 50);
    onTestFinished(() => clearInterval(timer));
  };
  const ended = async (id: string, expected: object = { status: "completed" }) => {
    work();
    return world.client.reached(id, expected);
  };

  // What each waits for takes seconds, and nothing of the others.
  describe.concurrent("beside others", () => {
    let timer: NodeJS.Timeout | undefined;
    beforeAll(() => {
      timer = setInterval(() => void gemini.batches.advance(), 50);
    });
    afterAll(() => clearInterval(timer));

    /** Pictures of one test, and micro-dollars that the provider bills for them in jobs. */
    const own = async (count: number, finished: typeof onTestFinished) => {
      const first = used;
      used += count;
      const origin = await startDistinctOrigin(finished);
      const urls = origin.addresses(first + count).slice(first);
      const hashes = new Set(urls.map(origin.contentHash));
      const charged = () => {
        const paid = gemini.books.entries.filter(
          ({ image, batch, status }) => batch !== undefined && status === 200 && hashes.has(image ?? ""),
        );
        return paid.reduce(
          (sum, { inputTokens, outputTokens }) =>
            sum + (inputTokens * prices.inputPerMillion + outputTokens * prices.outputPerMillion) / 2,
          0,
        );
      };
      return { urls, hashes, charged: () => Math.round(charged()) };
    };

    test("has its rows answered for half the price, and shows its jobs", async ({
      onTestFinished: finished,
    }) => {
      const { urls, charged } = await own(20, finished);
      const { id } = await create(urls);
      expect(await world.client.reached(id, { status: "completed" })).toMatchObject({
        status: "completed",
        successful_count: 20,
      });
      const { results } = await world.client.results(id);
      expect(results.filter(({ cache_hit }) => cache_hit)).toEqual([]);
      const { usage } = await world.client.details(id);
      expect(charged()).toBe(20 * answerMicros);
      expect(usage).toMatchObject({
        ...{ calls: 20, input_tokens: 8_000, output_tokens: 800, estimated_cost_usd: charged() / 1e6 },
        ...{ unpriced_calls: 0, possibly_paid_twice: 0 },
      });
      await until(async () => {
        const jobs = await jobsOf(id);
        expect(jobs.map(({ status }) => status)).not.toContain("running");
        expect(jobs.reduce((sum, { answered_count }) => sum + answered_count, 0)).toBe(20);
        for (const job of jobs)
          expect(job).toMatchObject({
            ...{ status: "done", model, message: null, completed_at: expect.any(String) },
            provider_name: expect.stringMatching(/^batches\//),
          });
      });
    });

    leaveToSoak("the batch lane that has cost its limit", () => {
      test("is paused once it has cost its limit, with what is waited for counted", async ({
        onTestFinished: finished,
      }) => {
        const { urls, charged } = await own(20, finished);
        const { id } = await create(urls, { max_cost_usd: "0.0004" });
        await world.client.reached(id, { status: "paused" });
        await until(async () =>
          expect((await jobsOf(id)).map(({ status }) => status)).not.toContain("running"),
        );
        expect(charged()).toBeGreaterThanOrEqual(400);
        // What 4 rows may ask for at a time that look at the limit together, and as much again of one look a moment ago.
        expect(charged()).toBeLessThan(400 + 2 * 4 * answerMicros);
        expect((await world.client.details(id)).usage.estimated_cost_usd).toBe(charged() / 1e6);
      });
    });

    leaveToSoak("the batch lane and rows that fail", () => {
      test("tries a row three times, and is billed for what was answered", async ({
        onTestFinished: finished,
      }) => {
        const { urls, hashes, charged } = await own(2, finished);
        for (const hash of hashes) unanswered.add(hash);
        const { id } = await create(urls);
        await world.client.reached(id, { status: "completed", successful_count: 0, failed_count: 2 });
        expect(gemini.batches.calls.filter(({ image }) => hashes.has(image.sha256))).toHaveLength(6);
        expect((await world.client.details(id)).usage).toMatchObject({ calls: 0, possibly_paid_twice: 0 });
        unanswered.clear();
        expect((await control(id, "retry")).status).toBe(200);
        await world.client.reached(id, { status: "completed", successful_count: 2, failed_count: 0 });
        expect(charged()).toBe(2 * answerMicros);
      });
    });
  });

  leaveToSoak("the batch lane and questions of other batches", () => {
    test("asks nothing that another batch waits for, or has been answered, unless the cache is to be refreshed", async () => {
      const urls = await pictures(3);
      const first = await create([...urls, ...urls]);
      await handedOver(first.id, 3);
      const second = await create(urls);
      await ended(first.id, { status: "completed", successful_count: 6 });
      await ended(second.id, { status: "completed", successful_count: 3 });
      const third = await create(urls);
      await ended(third.id, { status: "completed", successful_count: 3 });
      expect(charged()).toBe(3 * answerMicros);
      const calls = [];
      for (const { id } of [first, second, third]) calls.push((await world.client.details(id)).usage.calls);
      expect(calls).toEqual([3, 0, 0]);
      const { results } = await world.client.results(first.id);
      expect(results.filter(({ cache_hit }) => cache_hit)).toHaveLength(3);
      const anew = await create(urls, { cache: "refresh" });
      await ended(anew.id, { status: "completed", successful_count: 3 });
      expect(charged()).toBe(6 * answerMicros);
    });
  });

  test("waits for nothing that was asked online meanwhile", async () => {
    const urls = await pictures(2);
    const { id } = await create(urls);
    await handedOver(id, 2);
    const online = await world.client.create(csvOf(...urls), { lane: "online" });
    await world.client.reached(online.id, { status: "completed", successful_count: 2 });
    await ended(id, { status: "completed", successful_count: 2 });
    expect((await world.client.details(id)).usage).toMatchObject({ calls: 2 });
  });

  test("that asked for a model is paused where another one answers, whose answers are kept", async () => {
    const urls = await pictures(2);
    gemini.reroute(model, "gemini-3.8-flash");
    onTestFinished(() => gemini.reroute(model, model));
    const { id } = await create(urls, { model });
    await ended(id, { status: "paused" });
    expect((await world.client.details(id)).usage).toMatchObject({ calls: 2 });
    const before = gemini.batches.calls.length;
    await control(id, "resume");
    await world.client.reached(id, { status: "paused" });
    expect(gemini.batches.calls).toHaveLength(before);
  });

  test("that is paused keeps what it is answered meanwhile", async () => {
    const { id } = await create(await pictures(3));
    await handedOver(id, 3);
    await control(id, "pause");
    await world.client.reached(id, { status: "paused" });
    work();
    await until(async () => expect((await jobsOf(id)).map(({ status }) => status)).not.toContain("running"));
    await control(id, "resume");
    await world.client.reached(id, { status: "completed", successful_count: 3 });
    expect(charged()).toBe(3 * answerMicros);
  });

  test.each([
    ["cancelled", (id: string) => control(id, "cancel")],
    ["deleted", (id: string) => world.client.send("DELETE", `/api/v1/batches/${id}?force=true`)],
  ])("that is %s is called off at the provider", async (_case, end) => {
    const { id } = await create(await pictures(2));
    await handedOver(id, 2);
    const names = (await jobsOf(id)).map(({ provider_name }) => provider_name);
    expect((await end(id)).status).toBe(200);
    await until(() => {
      const jobs = gemini.batches.jobs.filter(({ name }) => names.includes(name));
      expect(jobs.every(({ state }) => state === "CANCELLED")).toBe(true);
    });
    expect(charged()).toBe(0);
  });

  test("is told of its price before it is asked", async () => {
    const form = new FormData();
    form.append(
      "file",
      new Blob([csvOf("https://pictures.example/a.png")], { type: "text/csv" }),
      "urls.csv",
    );
    form.append("lane", "batch");
    form.append("model", model);
    const { status, body } = await world.client.send("POST", "/api/v1/batches/estimate", { body: form });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ data: { questions: 1, estimated_seconds: null } });
  });
});
