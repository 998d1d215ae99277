import { describe, expect, test } from "vitest";
import {
  analyzeResponse,
  processResponse,
  thumbnailResponse,
  validateResponse,
} from "../../src/features/prepare/schema.ts";
import { photo } from "../pictures.ts";
import { type Client, dataUrl, prepareClient, refusal } from "./client.ts";

const wide = async () => (await photo(640, 320)).png().toBuffer();

type Fields = Readonly<Record<string, string>>;

/** A form with the picture as a file part, as any HTTP client sends it. */
async function form(fields: Fields, file: Buffer | null, fileField = "image") {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  if (file) data.append(fileField, new Blob([new Uint8Array(file)], { type: "image/png" }), "picture.png");
  const encoded = new Response(data);
  return {
    body: Buffer.from(await encoded.arrayBuffer()),
    headers: { "content-type": encoded.headers.get("content-type") ?? "" },
  };
}

const sendForm = async (client: Client, path: string, ...parts: Parameters<typeof form>) => {
  const { body, headers } = await form(...parts);
  return client.send(path, body, headers);
};

const sendRaw = (client: Client, path: string, query: Fields, file: Buffer, type = "image/png") =>
  client.send(`${path}?${new URLSearchParams(query)}`, file, { "content-type": type });

describe("a picture as a file of a form", () => {
  test("is processed, with options as single fields", async () => {
    const client = await prepareClient();
    const fields = {
      provider: "Claude",
      quality: "70",
      max_dimension: "320",
      preserve_transparency: "false",
    };
    const answer = await sendForm(client, "/api/v1/process", fields, await wide());
    expect(processResponse.parse(answer.json())).toMatchObject({
      dimensions: [320, 160],
      processed_format: "JPEG",
      metadata: {
        quality_used: 70,
        processing_options: { quality: 70, max_dimension: 320, preserve_transparency: false },
      },
    });
  });

  test("is processed, with options as JSON, and whatever the file's field is called", async () => {
    const client = await prepareClient();
    const fields = { provider: "openai", options: '{"format":"webp","quality":60}', max_dimension: "100" };
    const answer = await sendForm(client, "/api/v1/process", fields, await wide(), "upload");
    expect(processResponse.parse(answer.json())).toMatchObject({
      dimensions: [100, 50],
      processed_format: "WEBP",
      metadata: { quality_used: 60 },
    });
  });

  test("may stand before the fields that say what to do with it", async () => {
    const client = await prepareClient();
    const { body, headers } = await form({}, await wide());
    const boundary = /boundary=(.+)$/.exec(headers["content-type"])?.[1];
    const field = `--${boundary}\r\nContent-Disposition: form-data; name="provider"\r\n\r\ngemini\r\n--${boundary}--\r\n`;
    const end = body.lastIndexOf(`--${boundary}--`);
    const answer = await client.send(
      "/api/v1/process",
      Buffer.concat([body.subarray(0, end), Buffer.from(field)]),
      headers,
    );
    expect(processResponse.parse(answer.json()).metadata.provider).toBe("gemini");
  });

  test("is validated, analysed and made a thumbnail of", async () => {
    const client = await prepareClient();
    const file = await wide();
    const validated = await sendForm(client, "/api/v1/validate", { provider: "claude" }, file);
    expect(validateResponse.parse(validated.json())).toMatchObject({ valid: true, file_size: file.length });
    const analysed = await sendForm(client, "/api/v1/analyze", {}, file);
    expect(analyzeResponse.parse(analysed.json()).analysis.size_bytes).toBe(file.length);
    const box = { width: "80", height: "80", maintain_aspect_ratio: "false" };
    const made = await sendForm(client, "/api/v1/thumbnail", box, file);
    expect(thumbnailResponse.parse(made.json()).dimensions).toEqual({ width: 80, height: 80 });
  });

  test.each(["process", "validate", "analyze", "thumbnail"])(
    "is missing: %s refuses with 415",
    async (verb) => {
      const client = await prepareClient();
      const image = dataUrl(await wide());
      const answer = await sendForm(client, `/api/v1/${verb}`, { provider: "claude", image }, null);
      refusal(answer, 415, "unsupported_media_type");
    },
  );

  test("has wrong fields: they are named as in JSON", async () => {
    const client = await prepareClient();
    const file = await wide();
    for (const [fields, field] of [
      [{}, "provider"],
      [{ provider: "claude", quality: "high" }, "options.quality"],
      [{ provider: "claude", quality: "12.5" }, "options.quality"],
      [{ provider: "claude", options: '{"format":"GIF"}' }, "options.format"],
    ] as const) {
      const answer = await sendForm(client, "/api/v1/process", fields, file);
      expect(refusal(answer, 422, "validation_error").details).toMatchObject({ field });
    }
  });

  test("has options that are no JSON, or would poison objects: they are refused", async () => {
    const client = await prepareClient();
    const file = await wide();
    for (const options of ["{", '{"__proto__":{"quality":1}}']) {
      const answer = await sendForm(client, "/api/v1/process", { provider: "claude", options }, file);
      refusal(answer, 422, "validation_error");
    }
  });

  test("is one of several: the form is refused with 413", async () => {
    const client = await prepareClient();
    const data = new FormData();
    for (const name of ["first", "second"]) data.append(name, new Blob(["x"]), `${name}.png`);
    const encoded = new Response(data);
    const body = Buffer.from(await encoded.arrayBuffer());
    const headers = { "content-type": encoded.headers.get("content-type") ?? "" };
    refusal(await client.send("/api/v1/analyze", body, headers), 413, "payload_too_large");
  });

  test("has options that call themselves JSON, as some clients do", async () => {
    const client = await prepareClient();
    const { body, headers } = await form({ provider: "claude", options: '{"quality":41}' }, await wide());
    const typed = body
      .toString("latin1")
      .replace('"options"\r\n', '"options"\r\nContent-Type: application/json\r\n');
    const answer = await client.send("/api/v1/process", Buffer.from(typed, "latin1"), headers);
    expect(processResponse.parse(answer.json()).metadata.quality_used).toBe(41);
  });

  test("is cut short, or the form names no boundary: that is the caller's mistake", async () => {
    const client = await prepareClient();
    const { body, headers } = await form({ provider: "claude" }, await wide());
    for (const length of [20, 60, 100, body.length / 2, body.length - 10]) {
      const cut = await client.send("/api/v1/process", body.subarray(0, length), headers);
      const error = refusal(cut, 422, "validation_error");
      expect(error.details, `${length}`).toEqual({ reason: "malformed_form" });
    }
    const plain = await client.send("/api/v1/process", body, { "content-type": "multipart/form-data" });
    expect(refusal(plain, 422, "validation_error").message).toContain("boundary");
  });
});

describe("a form with a query", () => {
  const query = (fields: Fields) => `/api/v1/process?${new URLSearchParams(fields)}`;

  test("is read together: neither has to be whole", async () => {
    const client = await prepareClient();
    const file = await wide();
    const answer = await sendForm(
      client,
      query({ provider: "claude", quality: "70" }),
      { max_dimension: "320", options: '{"format":"WEBP"}' },
      file,
    );
    expect(processResponse.parse(answer.json())).toMatchObject({
      dimensions: [320, 160],
      processed_format: "WEBP",
      metadata: { provider: "claude", quality_used: 70 },
    });
    const box = { width: "80", height: "80", maintain_aspect_ratio: "false" };
    const thumbnail = await sendForm(
      client,
      `/api/v1/thumbnail?${new URLSearchParams(box)}`,
      { width: "80" },
      file,
    );
    expect(thumbnailResponse.parse(thumbnail.json()).dimensions).toEqual({ width: 80, height: 80 });
  });

  test.each<[string, Fields, Fields]>([
    ["provider", { provider: "claude" }, { provider: "openai" }],
    ["options.quality", { provider: "claude", quality: "70" }, { quality: "80" }],
    ["options.quality", { options: '{"quality":70}' }, { provider: "claude", quality: "80" }],
  ])("that contradicts it in %s is refused with 400", async (field, asked, fields) => {
    const client = await prepareClient();
    const answer = await sendForm(client, query(asked), fields, await wide());
    const error = refusal(answer, 400, "malformed_request");
    expect(error.details).toEqual({ field, reason: "conflicting_values" });
    expect(error.message).toContain(field);
  });

  test("that says the same is one request", async () => {
    const client = await prepareClient();
    const same = { provider: "claude", quality: "70", preserve_transparency: "false" };
    const answer = await sendForm(client, query(same), { ...same, options: '{"quality":70}' }, await wide());
    expect(processResponse.parse(answer.json()).metadata.quality_used).toBe(70);
  });

  test("that names a field twice is told so, as for raw bytes", async () => {
    const client = await prepareClient();
    const twice = "/api/v1/process?provider=claude&quality=70&quality=80";
    const file = await wide();
    for (const answer of [
      await sendForm(client, twice, {}, file),
      await client.send(twice, file, { "content-type": "image/png" }),
    ]) {
      expect(refusal(answer, 422, "validation_error").details).toMatchObject({ field: "options.quality" });
    }
  });
});

describe("a picture as the body itself", () => {
  test.each([
    "image/png",
    "image/x-whatever",
    "image/*",
    "application/octet-stream",
    "image/jpeg; name=picture.jpg",
  ])("is processed when sent as %s, with the rest in the query", async (type) => {
    const client = await prepareClient();
    const query = { provider: "claude", format: "WEBP", quality: "55" };
    const answer = await sendRaw(client, "/api/v1/process", query, await wide(), type);
    expect(processResponse.parse(answer.json())).toMatchObject({
      original_format: "PNG",
      processed_format: "WEBP",
      metadata: { quality_used: 55 },
    });
  });

  test("is validated, analysed and made a thumbnail of", async () => {
    const client = await prepareClient();
    const file = await wide();
    const validated = await sendRaw(client, "/api/v1/validate", { provider: "gemini" }, file);
    expect(validateResponse.parse(validated.json()).valid).toBe(true);
    const analysed = await sendRaw(client, "/api/v1/analyze", {}, file);
    expect(analyzeResponse.parse(analysed.json()).success).toBe(true);
    const made = await sendRaw(client, "/api/v1/thumbnail", { width: "90", height: "90" }, file);
    expect(thumbnailResponse.parse(made.json()).dimensions).toEqual({ width: 90, height: 45 });
  });

  test("with wrong fields in the query is refused, and they are named", async () => {
    const client = await prepareClient();
    const answer = await sendRaw(client, "/api/v1/thumbnail", { width: "5", height: "90" }, await wide());
    expect(refusal(answer, 422, "validation_error").details).toMatchObject({ field: "width" });
  });

  test.each(["process", "validate", "analyze", "thumbnail"])(
    "that is empty is refused by %s, as an empty file of a form is",
    async (verb) => {
      const client = await prepareClient();
      const query = { provider: "claude", width: "50", height: "50" };
      for (const answer of [
        await sendRaw(client, `/api/v1/${verb}`, query, Buffer.alloc(0)),
        await sendForm(client, `/api/v1/${verb}`, query, Buffer.alloc(0)),
      ]) {
        const error = refusal(answer, 422, "validation_error");
        expect(error.details).toEqual({ field: "image", reason: "empty" });
        expect(error.message).toMatch(/^image: there are no bytes; send/);
      }
    },
  );
});

test("all three forms of a request give one and the same picture", async () => {
  const client = await prepareClient();
  const file = await wide();
  const options = { format: "JPEG", quality: 77 };
  const query = { provider: "claude", format: "JPEG", quality: "77" };
  const answers = [
    await client.send("/api/v1/process", { image: dataUrl(file), provider: "claude", options }),
    await sendForm(client, "/api/v1/process", query, file),
    await sendRaw(client, "/api/v1/process", query, file),
  ].map((answer) => processResponse.parse(answer.json()));
  const { processed_image, metadata } = answers[0] ?? {};
  for (const answer of answers) {
    expect(answer.processed_image).toBe(processed_image);
    expect(answer.metadata).toEqual(metadata);
  }
});
