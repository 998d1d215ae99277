import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { storeFacts } from "../instructions.ts";
import { createGemini } from "./gemini.ts";

const facts = {
  ...{ store_image: false, text_content: null, store_name: null, business_contact: null },
  image_description: "A tree.",
};

it.each([
  ["with control characters", "gemini\u0000-x\u001b[31m", "gemini-x[31m"],
  ["at length", "x".repeat(1_000), "x".repeat(200)],
  ["by nothing else", "\u0000", "gemini-x"],
])("a model that calls itself something %s has a name that can be stored", async (_how, said, name) => {
  expect(await ask({ modelVersion: said })).toMatchObject({ model: name, output: facts });
});

it("counts that nobody can have counted are none", async () => {
  const usageMetadata = { promptTokenCount: 2 ** 52, candidatesTokenCount: 1 };
  expect(await ask({ usageMetadata })).toMatchObject({ usage: null, output: facts });
});

it("nor in an answer that cannot be used", async () => {
  const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 2 ** 52 };
  await expect(ask({ usageMetadata, candidates: [{ finishReason: "SAFETY" }] })).rejects.toMatchObject({
    failure: { kind: "refused", usage: null },
  });
});

/** An answer with so much more in it, or with something else. */
async function ask(more: object) {
  const content = { parts: [{ text: JSON.stringify(facts) }] };
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ candidates: [{ finishReason: "STOP", content }], ...more }));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const gemini = createGemini({ baseUrl: `http://127.0.0.1:${port}/v1beta`, deadlineMs: 10_000 });
  return gemini.ask({
    ...{ model: "gemini-x", apiKey: "key", image: Buffer.from("picture"), format: "png" },
    ...{ width: 1, height: 1, instruction: storeFacts, maxOutputTokens: 100 },
    signal: new AbortController().signal,
  });
}
