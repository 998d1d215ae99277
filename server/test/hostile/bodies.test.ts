import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { maxBodyBytes } from "../../src/features/prepare/schema.ts";
import { leaveToSoak } from "../needs.ts";
import { photo } from "../pictures.ts";
import { dataUrl, prepareClient, refusal } from "../prepare/client.ts";
import { connectRaw } from "../raw-http.ts";
import { type ListeningWorld, listenApp } from "../world.ts";
import { expectNoGrowth, expectUnharmed, loadOf } from "./unharmed.ts";

const megabyte = 2 ** 20;
const json = { "content-type": "application/json" };

const smallPicture = () =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: "#336699" } })
    .jpeg()
    .toBuffer();

/** A picture with so much behind its end that the file has exactly this many bytes. */
async function padded(length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  (await smallPicture()).copy(bytes);
  return bytes;
}

/** The three forms of a body of exactly so many bytes, and what each is to be sent as. */
const forms = {
  async json(length: number) {
    const head = '{"provider":"openai","image":"data:image/jpeg;base64,';
    const tail = '"}';
    // Base64 comes in fours; white space behind the object makes up the rest.
    const quads = Math.floor((length - head.length - tail.length) / 4);
    const body = Buffer.alloc(length, " ");
    const data = (await padded(quads * 3)).toString("base64");
    body.write(head + data + tail, "latin1");
    return { path: "/api/v1/validate", body, headers: json };
  },
  async raw(length: number) {
    const body = await padded(length);
    return { path: "/api/v1/validate?provider=openai", body, headers: { "content-type": "image/jpeg" } };
  },
  async form(length: number) {
    const field = '--x\r\nContent-Disposition: form-data; name="provider"\r\n\r\nopenai\r\n';
    const head = `${field}--x\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n`;
    const tail = "\r\n--x--\r\n";
    const file = await padded(length - head.length - tail.length);
    const body = Buffer.concat([Buffer.from(head), file, Buffer.from(tail)]);
    return { path: "/api/v1/validate", body, headers: { "content-type": "multipart/form-data; boundary=x" } };
  },
};

const post = (
  { baseUrl, token }: ListeningWorld,
  path: string,
  body: Buffer,
  headers: Record<string, string>,
) =>
  fetch(baseUrl + path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: new Uint8Array(body.buffer, body.byteOffset, body.length),
  });

const answerOf = async (response: Response) => ({
  statusCode: response.status,
  headers: Object.fromEntries(response.headers),
  body: await response.text(),
});

describe("a body of 50 MB", () => {
  test.each(["json", "raw", "form"] as const)(
    "is accepted as %s, and one byte more is refused",
    async (form) => {
      const world = await listenApp({ PREPARE_MEMORY_MB: "1024" });
      const largest = await forms[form](maxBodyBytes);
      expect(largest.body.length).toBe(50 * megabyte);
      const accepted = await post(world, largest.path, largest.body, largest.headers);
      expect(accepted.status).toBe(200);
      expect(await accepted.json()).toMatchObject({ format: "JPEG" });
      const larger = await forms[form](maxBodyBytes + 1);
      const refused = await post(world, larger.path, larger.body, larger.headers);
      refusal(await answerOf(refused), 413, "payload_too_large");
      await expectUnharmed(world);
    },
  );

  test.each(["json", "raw", "form"] as const)(
    "is counted as it comes where no length is declared: %s",
    async (form) => {
      const world = await listenApp({ PREPARE_MEMORY_MB: "1024" });
      // Of a form it is the file that is counted, without what surrounds it.
      const { path, body, headers } = await forms[form](maxBodyBytes + 400);
      const { send, answer } = await connectRaw(world.baseUrl);
      send(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.token}\r\n` +
          `Content-Type: ${headers["content-type"]}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      for (let at = 0; at < body.length; at += megabyte) {
        const piece = body.subarray(at, at + megabyte);
        send(`${piece.length.toString(16)}\r\n`);
        send(piece);
        send("\r\n");
      }
      send("0\r\n\r\n");
      const { status, headers: answered, body: text } = await answer();
      refusal({ statusCode: status, headers: answered, body: text }, 413, "payload_too_large");
      await expectUnharmed(world);
    },
  );

  test("is refused by its declared length, before it is sent", async () => {
    const world = await listenApp();
    const { send, answer } = await connectRaw(world.baseUrl);
    send(
      `POST /api/v1/analyze HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.token}\r\n` +
        `Content-Type: image/png\r\nContent-Length: ${10 ** 12}\r\n\r\n`,
    );
    const { status, headers, body } = await answer();
    refusal({ statusCode: status, headers, body }, 413, "payload_too_large");
  });
});

describe("JSON that is hard to read", () => {
  test("by 100 000 levels is refused or read, and does no harm", async () => {
    const client = await prepareClient();
    const image = dataUrl(await smallPicture());
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    const objects = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
    for (const nested of [deep, objects]) {
      refusal(await client.send("/api/v1/analyze", nested, json), 422, "validation_error");
      for (const body of [
        `{"image":${nested}}`,
        `{"image":"${image}","provider":${nested}}`,
        `{"image":"${image}","provider":"claude","options":${nested}}`,
        `{"image":"${image}","provider":"claude","options":{"model":${nested}}}`,
      ]) {
        const answer = await client.send("/api/v1/process", body, json);
        // Nesting inside a field that nobody reads is nobody's business.
        if (answer.statusCode !== 200) refusal(answer, 422, "validation_error");
      }
      const unknown = await client.send("/api/v1/analyze", `{"image":"${image}","unknown":${nested}}`, json);
      if (unknown.statusCode !== 200) refusal(unknown, 422, "validation_error");
      const escaped = await client.send("/api/v1/analyze", `{"image":"${image}","\\u0061":${nested}}`, json);
      if (escaped.statusCode !== 200) refusal(escaped, 422, "validation_error");
    }
    await expectUnharmed(client);
  });

  test("by escapes is read, or refused for what it says", async () => {
    const client = await prepareClient();
    const source = await (await photo(1200, 900)).png().toBuffer();
    // As PHP and some Java libraries write it.
    const slashes = JSON.stringify({ image: dataUrl(source) }).replaceAll("/", "\\/");
    const written = await client.send("/api/v1/analyze", slashes, json);
    expect(written.json()).toMatchObject({ analysis: { size_bytes: source.length } });
    const codes = `{"image":"${[...dataUrl(await smallPicture())].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join("")}"}`;
    expect((await client.send("/api/v1/analyze", codes, json)).statusCode).toBe(200);
    for (const text of ["\\\\".repeat(3e6), '\\"'.repeat(3e6), "\\u0000".repeat(1e6), "\\n".repeat(3e6)]) {
      const answer = await client.send("/api/v1/analyze", `{"image":"data:image/png;base64,${text}"}`, json);
      refusal(answer, 422, "validation_error");
    }
    await expectUnharmed(client);
  });

  test("by a million fields, or a field a million letters long, is refused for what is missing", async () => {
    const client = await prepareClient();
    const fields = Array.from({ length: 200_000 }, (_, index) => `"f${index}":${index}`).join(",");
    for (const body of [`{${fields}}`, `{"${"f".repeat(5e6)}":1}`, `[${"0,".repeat(1e6)}0]`]) {
      const answer = await client.send("/api/v1/analyze", body, json);
      expect(refusal(answer, 422, "validation_error").message.length).toBeLessThan(500);
    }
    await expectUnharmed(client);
  });
});

describe("an upload that stalls", () => {
  const head = (token: string, path: string, type: string, length: number) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
    `Content-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;

  test.each([
    ["json", "/api/v1/process", "application/json", '{"image":"data:image/png;base64,iVBO'],
    ["raw", "/api/v1/process?provider=claude", "image/png", "\x89PNG"],
    [
      "a form",
      "/api/v1/process",
      "multipart/form-data; boundary=x",
      '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nabc',
    ],
  ])("holds its part of the budget until its client is gone: %s", async (_, path, type, beginning) => {
    const world = await listenApp();
    const { send, socket } = await connectRaw(world.baseUrl);
    send(head(world.token, path, type, 10 * megabyte));
    send(beginning);
    await expect.poll(async () => (await loadOf(world)).uploadBytes).toBeGreaterThanOrEqual(10 * megabyte);
    expect(await loadOf(world)).toMatchObject({ running: 0, waiting: 0 });
    socket.destroy();
    await expectUnharmed(world);
    // A caller that leaves is nobody's error.
    expect(world.log.filter(({ msg }) => msg === "request failed")).toEqual([]);
  });

  test("costs others their place only while there is no more room, and they are told when to come back", async () => {
    const world = await listenApp({ PREPARE_MEMORY_MB: "64" });
    const stalled = await connectRaw(world.baseUrl);
    stalled.send(head(world.token, "/api/v1/analyze", "image/png", 12 * megabyte));
    stalled.send("\x89PNG");
    await expect.poll(async () => (await loadOf(world)).uploadBytes).toBeGreaterThan(0);
    const request = () =>
      forms.raw(6 * megabyte).then(({ path, body, headers }) => post(world, path, body, headers));
    const refused = await answerOf(await request());
    refusal(refused, 503, "overloaded");
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    const health = await fetch(`${world.baseUrl}/health`);
    expect(health.status).toBe(200);
    stalled.socket.destroy();
    await expectUnharmed(world);
    expect((await request()).status).toBe(200);
  });
});

leaveToSoak("many large bodies at once", () => {
  test("many large bodies at once are answered, each with a result or a time to come back", async () => {
    const world = await listenApp({ PREPARE_MEMORY_MB: "192" });
    const source = await (await photo(1500, 1000)).png().toBuffer();
    const body = Buffer.from(JSON.stringify({ image: dataUrl(source), provider: "claude" }));
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => answerOf(await post(world, "/api/v1/process", body, json))),
    );
    const succeeded = answers.filter(({ statusCode }) => statusCode === 200);
    for (const answer of answers.filter((each) => each.statusCode !== 200)) {
      refusal(answer, 503, "overloaded");
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    }
    expect(succeeded.length).toBeGreaterThan(4);
    expect(new Set(succeeded.map((each) => JSON.parse(each.body).processed_image)).size).toBe(1);
    await expectUnharmed(world);
  });
});

leaveToSoak("work of clients that left before its turn", () => {
  test("work of clients that left before its turn is dropped, and what ran gives everything back", async () => {
    const world = await listenApp({ PREPARE_CONCURRENCY: "1" });
    const leaving = new AbortController();
    const ask = (picture: Buffer) =>
      fetch(`${world.baseUrl}/api/v1/process?provider=claude&format=WEBP&quality=90`, {
        method: "POST",
        headers: { authorization: `Bearer ${world.token}`, "content-type": "image/jpeg" },
        body: new Uint8Array(picture),
        signal: leaving.signal,
      }).then(
        () => "answered",
        () => "left",
      );
    // Long enough at work to be there still when all others are gone.
    const large = ask(await (await photo(1500, 1000)).resize(6000, 4000).jpeg().toBuffer());
    await expect.poll(() => loadOf(world), { interval: 5 }).toMatchObject({ running: 1 });
    const { memoryBytes } = await loadOf(world);
    const picture = await smallPicture();
    const others = Array.from({ length: 12 }, () => ask(picture));
    await expect.poll(() => loadOf(world), { interval: 5 }).toMatchObject({ waiting: 12 });
    leaving.abort();
    expect(new Set(await Promise.all([large, ...others]))).toEqual(new Set(["left"]));
    await expect
      .poll(() => loadOf(world), { interval: 5 })
      .toMatchObject({ running: 1, waiting: 0, memoryBytes });
    await expectUnharmed(world);
    expect(world.log.filter(({ msg }) => msg === "request failed")).toEqual([]);
  });
});

leaveToSoak("the memory that refused bodies leave behind", () => {
  test("bodies that are refused, again and again, leave no memory behind", async () => {
    const world = await listenApp();
    const { path, body } = await forms.json(20 * megabyte);
    const broken = Buffer.from(body);
    broken.fill("!", 10 * megabyte, 10 * megabyte + 1);
    // Each round reads 40 MB and more: kept, they would be a quarter of a gigabyte.
    await expectNoGrowth(6, 125, async () => {
      for (const bytes of [broken, body.fill("{", body.length - 9)]) {
        refusal(await answerOf(await post(world, path, bytes, json)), 422, "validation_error");
      }
    });
    await expectUnharmed(world);
  });
});
