import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { factHeaders } from "../../src/features/prepare/fact-headers.ts";
import { photo } from "../pictures.ts";
import { dataUrl, fromDataUrl, prepareClient, refusal } from "./client.ts";

const wide = async () => (await photo(640, 320)).png().toBuffer();

describe("with Accept: image/*", () => {
  const asBytes = { "content-type": "application/json", accept: "image/*" };

  test("process answers with the picture, and with every fact in a header", async () => {
    const client = await prepareClient();
    const clear = sharp({ create: { width: 900, height: 600, channels: 4, background: "rgba(9,9,9,0.5)" } });
    const source = await clear.png().toBuffer();
    const request = {
      image: dataUrl(source),
      provider: "claude",
      options: { format: "JPEG", quality: 66, max_dimension: 450, preserve_transparency: true },
    };
    const facts = await client.process(request);
    const answer = await client.send("/api/v1/process", request, asBytes);
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload).toEqual(fromDataUrl(facts.processed_image).bytes);
    const { model_view: view, estimated_tokens, scale_to_original: scale, warnings } = facts.metadata;
    expect(answer.headers).toMatchObject({
      "content-type": "image/jpeg",
      "content-length": String(facts.processed_size),
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
      "x-image-format": "JPEG",
      "x-image-width": "450",
      "x-image-height": "300",
      "x-image-original-format": "PNG",
      "x-image-original-width": "900",
      "x-image-original-height": "600",
      "x-image-original-size": String(source.length),
      "x-image-passed-through": "false",
      "x-image-quality": "66",
      "x-image-model": view.model,
      "x-image-model-width": String(view.width),
      "x-image-model-height": String(view.height),
      "x-image-estimated-tokens": String(estimated_tokens),
      "x-image-scale-x": String(scale.x),
      "x-image-scale-y": String(scale.y),
      "x-image-warnings": warnings.join(" "),
      "x-correlation-id": expect.stringMatching(/^req-/),
    });
    expect(Number(answer.headers["x-image-process-time"])).toBeGreaterThan(0);
    for (const name of factHeaders) expect(answer.headers, name).toHaveProperty(name.toLowerCase());
  });

  test("the facts are headers that scripts of other origins may read", async () => {
    const client = await prepareClient();
    const request = { image: dataUrl(await wide()), provider: "claude" };
    const answer = await client.send("/api/v1/process", request, {
      ...asBytes,
      origin: "http://localhost:3000",
    });
    const exposed = String(answer.headers["access-control-expose-headers"]).split(/, */);
    expect(exposed).toEqual(expect.arrayContaining([...factHeaders, "ETag"]));
  });

  test("what passes through has no quality, and what has no warning no such header", async () => {
    const client = await prepareClient();
    const source = await (await photo(100, 80)).jpeg().toBuffer();
    const bytes = await client.send("/api/v1/process?provider=claude", source, {
      "content-type": "image/jpeg",
      accept: "image/jpeg",
    });
    expect(bytes.rawPayload).toEqual(source);
    expect(bytes.headers).toMatchObject({ "x-image-passed-through": "true" });
    expect(bytes.headers).not.toHaveProperty("x-image-quality");
    expect(bytes.headers).not.toHaveProperty("x-image-warnings");
  });

  test("a thumbnail is the answer, with its size in headers", async () => {
    const client = await prepareClient();
    const request = { image: dataUrl(await wide()), width: 64, height: 64 };
    const answer = await client.send("/api/v1/thumbnail", request, asBytes);
    expect(answer.headers).toMatchObject({
      "content-type": "image/jpeg",
      "x-image-width": "64",
      "x-image-height": "32",
    });
    expect(await sharp(answer.rawPayload).metadata()).toMatchObject({
      width: 64,
      height: 32,
      format: "jpeg",
    });
  });

  test.each([
    ["nothing", undefined, true],
    ["anything", "*/*", true],
    ["what axios sends", "application/json, text/plain, */*", true],
    ["a picture, JSON as well", "image/*, application/json", true],
    [
      "what a browser sends for a page",
      "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
      true,
    ],
    ["pictures", "image/*", false],
    ["one kind of picture", "image/webp", false],
    ["what a browser sends for an image", "image/avif,image/webp,image/png,*/*;q=0.8", false],
    ["pictures in capitals", "IMAGE/PNG", false],
  ])("is decided by what is accepted: %s", async (_, accept, json) => {
    const client = await prepareClient();
    const request = { image: dataUrl(await wide()), provider: "claude" };
    const headers = { "content-type": "application/json", ...(accept ? { accept } : {}) };
    const answer = await client.send("/api/v1/process", request, headers);
    expect(answer.headers["content-type"]).toBe(json ? "application/json; charset=utf-8" : "image/jpeg");
  });

  test("errors stay JSON", async () => {
    const client = await prepareClient();
    refusal(await client.send("/api/v1/process", { image: "x" }, asBytes), 422, "validation_error");
  });
});
