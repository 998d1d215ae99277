import sharp from "sharp";
import { expect } from "vitest";
import { csvOf } from "../../../server/test/analysis/client.ts";
import { bytes, inTurn, status } from "../../../server/test/analysis/origin.ts";
import { hurried, serviceOn } from "../../../server/test/analysis/world.ts";
import { catalogClient, csvOf as productsOf } from "../../../server/test/catalog/client.ts";
import { photo } from "../../../server/test/pictures.ts";
import { startGemini } from "../../../server/test/simulators/gemini.ts";
import { startLoopback } from "../../../server/test/simulators/loopback.ts";

const key = "AIzaSimulatedKey-0123456789abcdefghAAAA";
const facts = {
  ...{ store_image: true, text_content: "OPEN", store_name: "Corner Shop", business_contact: null },
  image_description: "A shop.",
};

/** A service, and everything around it that it works with: it is never idle for long. */
export async function busyService(env: Readonly<Record<string, string>>) {
  const gemini = await startGemini({ keys: { [key]: "shops" } });
  const receiver = await startLoopback((_request, _bytes, response) => void response.writeHead(204).end());
  const [service, closeService] = await serviceOn({
    ...{ ...hurried, AUTH: "off", ICON_MODEL: "local", MEDIA_MODEL: "local" },
    GEMINI_API_KEYS: `shops:${key}`,
    GEMINI_BASE_URL: gemini.url,
    GEMINI_MODEL: "gemini-3.5-flash-lite",
    GEMINI_RPM_PER_KEY: "6000",
    ...env,
  });
  const { baseUrl, client, origin } = service;
  const catalog = catalogClient(baseUrl);
  const photograph = await (await photo(1_600, 1_200, 7)).jpeg({ quality: 95 }).toBuffer();
  let cost = 0;
  let calls = 0;
  gemini.answer(() => {
    calls += 1;
    // One in seven is no answer, and asked again.
    return calls % 7 === 0
      ? { kind: "error", status: 500 }
      : { kind: "output", output: facts, usage: { inputTokens: 1_200, outputTokens: 80 } };
  });

  const post = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await client.post(path, body, headers);
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  };

  const analyze = async (round: string) => {
    const addresses = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const background = { r: index * 10, g: round.length * 20, b: round.charCodeAt(0) };
        const picture = bytes(
          await sharp({ create: { width: 16, height: 16, channels: 3, background } })
            .png()
            .toBuffer(),
        );
        // The first is there at the second try.
        const behaviour = index === 0 ? inTurn(status(503), picture) : picture;
        return origin.serve(`/${round}/${index}.png`, behaviour);
      }),
    );
    const { id } = await client.analyze(
      csvOf(...addresses, origin.at(`/${round}/missing.png`), "no address"),
    );
    cost += (await client.details(id)).usage.estimated_cost_usd ?? 0;
    await client.create(csvOf(...addresses), { auto_start: "false" });
  };

  const prepare = async () => {
    const headers = { "content-type": "image/jpeg" };
    const process = (query: string) =>
      fetch(`${baseUrl}/api/v1/process?${query}`, { method: "POST", headers, body: photograph });
    expect((await process("provider=claude")).status).toBe(200);
    expect((await process("provider=nobody")).status).toBe(422);
  };

  return {
    /** As Prometheus is told where it is. */
    host: new URL(baseUrl).host,
    /** US dollars, by the books of the batches. */
    cost: () => cost,
    /** Some of everything that the dashboard has a panel for. Rounds of another name have pictures of their own. */
    async work(round: string) {
      const shown = origin.serve(
        `/${round}/product.jpg`,
        bytes(photograph, { "content-type": "image/jpeg" }),
      );
      await Promise.all([
        analyze(round),
        prepare(),
        post("/api/icons/generate", { category: `tools ${round}` }),
        post("/api/icons/generate/batch", { categories: [`music ${round}`] }),
        catalog.process(productsOf([`Bread ${round}`, shown])),
        post(
          "/api/v1/jobs/generate",
          { prompt: `A harbour, ${round}`, webhook_url: `${receiver.origin}/told` },
          { prefer: "wait=30" },
        ),
      ]);
    },
    async close() {
      await closeService();
      await Promise.all([gemini.close(), receiver.close()]);
    },
  };
}
