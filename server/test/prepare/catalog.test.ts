import { describe, expect, test } from "vitest";
import { modelsResponse, providersResponse } from "../../src/features/prepare/schema.ts";
import { prepareClient } from "./client.ts";

test("the providers are listed with the limits that the reference documents", async () => {
  const { get } = await prepareClient();
  const answer = await get("/api/v1/providers");
  expect(answer.statusCode).toBe(200);
  const { supported_providers, provider_requirements } = providersResponse.parse(answer.json());
  expect(supported_providers).toEqual(["claude", "openai", "gemini"]);
  expect(Object.keys(provider_requirements)).toEqual(supported_providers);
  const megabytes = (count: number) => ({ max_size: count * 2 ** 20, max_size_mb: count });
  const supported_formats = ["JPEG", "PNG", "GIF", "WEBP"];
  expect(provider_requirements).toMatchObject({
    claude: { ...megabytes(5), max_dimension: 7990, supported_formats, preferred_format: "JPEG" },
    openai: { ...megabytes(20), max_dimension: 2048, supported_formats, preferred_format: "PNG" },
    gemini: { ...megabytes(20), max_dimension: 4096, supported_formats, preferred_format: "JPEG" },
  });
  for (const { notes } of Object.values(provider_requirements)) expect(notes).not.toBe("");
});

test("the models are listed with the date and source of each, and the date on which one ends", async () => {
  const { get } = await prepareClient();
  const { as_of, models } = modelsResponse.parse((await get("/api/v1/models")).json());
  expect(as_of).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(new Set(models.map(({ provider }) => provider))).toEqual(new Set(["claude", "openai", "gemini"]));
  for (const model of models) {
    expect(model.as_of, model.id).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(model.source, model.id).not.toBe("");
    expect(model, model.id).toHaveProperty("shutdown_date");
    expect(model, model.id).toHaveProperty("limits");
  }
  const listed = new Set(models.map(({ id }) => id));
  const { provider_requirements } = providersResponse.parse((await get("/api/v1/providers")).json());
  for (const { default_model } of Object.values(provider_requirements))
    expect(listed).toContain(default_model);
});

describe.each(["/api/v1/providers", "/api/v1/models"])("%s", (path) => {
  test("has an ETag, and answers 304 without a body to whoever has it", async () => {
    const { get } = await prepareClient();
    const first = await get(path);
    const etag = String(first.headers.etag);
    expect(etag).toMatch(/^(W\/)?"[^"]+"$/);
    const second = await get(path, { "if-none-match": etag });
    expect(second.statusCode).toBe(304);
    expect(second.body).toBe("");
    expect(second.headers.etag).toBe(etag);
    const changed = await get(path, { "if-none-match": '"another"' });
    expect(changed.statusCode).toBe(200);
    expect(changed.body).toBe(first.body);
  });
});
