import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GeminiSimulator, startGemini } from "../simulators/gemini.ts";
import { csvOf } from "./client.ts";
import { bytes } from "./origin.ts";
import { type AnalysisWorld, hurried, serviceOn } from "./world.ts";

const key = "AIzaSimulatedKey-0123456789abcdefghAAAA";
const cost = { inputTokens: 1_200, outputTokens: 80 };
const chunkSize = 30;
/** By the catalog's prices of the model. */
const microsPerAnswer = 560;

/** A quota of a request in half a second: rows wait for it far longer than for anything else. */
describe("a batch that waits for a slow quota", () => {
  let gemini: GeminiSimulator;
  let world: AnalysisWorld;
  let close: () => Promise<void>;

  beforeAll(async () => {
    gemini = await startGemini({ keys: { [key]: "project" } });
    gemini.answer({
      kind: "output",
      output: {
        store_image: false,
        text_content: null,
        store_name: null,
        business_contact: null,
        image_description: "A plain picture.",
      },
      usage: cost,
    });
    [world, close] = await serviceOn({
      ...hurried,
      GEMINI_API_KEYS: key,
      GEMINI_BASE_URL: gemini.url,
      GEMINI_MODEL: "gemini-3.5-flash-lite",
      GEMINI_RPM_PER_KEY: "120",
      CHUNK_SIZE: String(chunkSize),
    });
  });
  afterAll(async () => {
    await close?.();
    await gemini?.close();
  });

  const pictures = (count: number, name: string) =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const background = { r: index % 256, g: name.length * 9, b: name.charCodeAt(0) };
        const png = await sharp({ create: { width: 8, height: 8, channels: 3, background } })
          .png()
          .toBuffer();
        return world.origin.serve(`/${name}/${index}.png`, bytes(png));
      }),
    );

  test("fetches no more than it will ask about soon, and lets other batches have their turn meanwhile", async () => {
    const before = gemini.books.entries.length;
    const urls = await pictures(250, "many");
    const { id } = await world.client.create(csvOf(...urls));
    await world.client.reached(id, { status: "processing" });
    const other = await world.client.analyze(csvOf(world.picture), { model: "local" });
    expect(other.results).toMatchObject([{ success: true }]);
    const { processed_count } = await world.client.progress(id);
    await world.client.post(`/api/v1/batches/${id}/cancel`, {});
    const fetches = urls.reduce((sum, url) => sum + world.origin.requests(new URL(url).pathname).length, 0);
    // Besides those that were asked about, what is 20 seconds ahead at a request in 508 ms; and a chunk's rows may have
    // given their turn to the other batch.
    const asked = gemini.books.entries.length - before;
    expect(fetches).toBeLessThanOrEqual(asked + 40 + chunkSize);
    expect(processed_count).toBeLessThan(250);
  });

  test("asks no more when its cost is reached, whoever is in line already", async () => {
    const before = gemini.books.entries.length;
    const { id } = await world.client.create(csvOf(...(await pictures(25, "budget"))), {
      max_cost_usd: String((2 * microsPerAnswer) / 1e6),
    });
    const paused = await world.client.reached(id, { status: "paused" });
    expect(paused.error_message).toContain("max_cost_usd");
    expect(gemini.books.entries.length - before).toBe(2);
    const { usage } = await world.client.details(id);
    expect(usage).toMatchObject({ calls: 2, estimated_cost_usd: (2 * microsPerAnswer) / 1e6 });
  });
});
