import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GeminiSimulator, startGemini } from "../simulators/gemini.ts";
import { csvOf } from "./client.ts";
import { bytes } from "./origin.ts";
import { type AnalysisWorld, hurried, serviceOn } from "./world.ts";

/** As long as Google's, and told apart by their ends. */
const keys = { a: "AIzaSimulatedKey-0123456789abcdefghAAAA", b: "AIzaSimulatedKey-0123456789abcdefghBBBB" };

const facts = {
  store_image: true,
  text_content: "OPEN",
  store_name: "Corner Shop",
  business_contact: null,
  image_description: "A shop.",
};

describe("a batch with keys for Gemini", () => {
  let gemini: GeminiSimulator;
  let world: AnalysisWorld;
  let close: () => Promise<void>;

  beforeAll(async () => {
    gemini = await startGemini({ keys: { [keys.a]: "one", [keys.b]: "two" } });
    gemini.answer({ kind: "output", output: facts, usage: { inputTokens: 1_200, outputTokens: 80 } });
    [world, close] = await serviceOn({
      ...hurried,
      GEMINI_API_KEYS: `one:${keys.a},two:${keys.b}`,
      GEMINI_BASE_URL: gemini.url,
      GEMINI_MODEL: "gemini-3.5-flash-lite",
      GEMINI_RPM_PER_KEY: "6000",
    });
  });
  afterAll(async () => {
    await close?.();
    await gemini?.close();
  });

  /** Pictures that no two are alike. */
  const pictures = async (count: number, name: string) => {
    const addresses: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const background = { r: index, g: name.length * 9, b: name.charCodeAt(0) };
      const png = await sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toBuffer();
      addresses.push(world.origin.serve(`/${name}/${index}.png`, bytes(png)));
    }
    return addresses;
  };

  test("asks once for each picture, shares the work between the keys, and keeps books that agree with the provider's", async () => {
    const before = gemini.books.entries.length;
    const { id, results } = await world.client.analyze(csvOf(...(await pictures(40, "shops"))));
    expect(results).toHaveLength(40);
    for (const result of results)
      expect(result).toMatchObject({
        success: true,
        ...facts,
        gemini_model_used: "gemini-3.5-flash-lite",
        cache_hit: false,
      });
    const asked = gemini.books.entries.slice(before);
    expect(asked).toHaveLength(40);
    expect(new Set(asked.map(({ image }) => image)).size).toBe(40);
    expect(new Set(asked.map(({ key }) => key))).toEqual(new Set(Object.values(keys)));
    expect(JSON.stringify(results)).not.toContain(keys.a.slice(0, -4));
    const { usage } = await world.client.details(id);
    expect(usage).toMatchObject({
      calls: 40,
      input_tokens: 40 * 1_200,
      output_tokens: 40 * 80,
      possibly_paid_twice: 0,
    });
    expect(usage.estimated_cost_usd).toBeGreaterThan(0);
  });

  test("of a model that its provider replaces is paused, and says so", async () => {
    gemini.reroute("gemini-2.5-flash-lite", "gemini-3.5-flash-lite");
    const { id } = await world.client.create(csvOf(...(await pictures(1, "retired"))), {
      model: "gemini-2.5-flash-lite",
    });
    const paused = await world.client.reached(id, { status: "paused" });
    expect(paused.error_message).toContain("gemini-3.5-flash-lite");
  });

  test("that has cost what it may is paused, and goes on with more", async () => {
    const urls = await pictures(80, "budget");
    const { id } = await world.client.create(csvOf(...urls), { max_cost_usd: "0.0006" });
    const paused = await world.client.reached(id, { status: "paused" });
    expect(paused.error_message).toContain("max_cost_usd");
    // What was under way by then is finished; nothing is begun any more.
    expect(paused.processed_count).toBeLessThan(80);
    await world.client.post(`/api/v1/batches/${id}/resume`, { max_cost_usd: null });
    expect(await world.client.reached(id, { status: "completed" })).toMatchObject({ successful_count: 80 });
  });

  test("whose key is revoked goes on with the other; with none left it waits for somebody", async () => {
    gemini.revoke(keys.a);
    const first = await world.client.analyze(csvOf(...(await pictures(6, "one-left"))));
    expect(first.results.every(({ success }) => success)).toBe(true);
    gemini.revoke(keys.b);
    const { id } = await world.client.create(csvOf(...(await pictures(2, "none-left"))));
    const paused = await world.client.reached(id, { status: "paused" });
    expect(paused.error_message).toContain("AAAA");
    expect(paused.error_message).toContain("BBBB");
    expect(paused.error_message).not.toContain(keys.a);
  });
});
