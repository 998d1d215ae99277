import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  canvas,
  gif,
  jpegSegment,
  PNG_SIGNATURE,
  pngChunk,
  pngHeader,
  riffChunk,
  splice,
  webp,
} from "../../src/imaging/containers/test-splices.ts";
import { photo } from "../pictures.ts";
import { type Client, dataUrl, fromDataUrl, prepareClient, refusal } from "../prepare/client.ts";
import { expectNoGrowth, expectUnharmed } from "./unharmed.ts";

const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#336699" } });

/** The requests that decode pixels, for one picture. */
const decoding = (image: string) =>
  [
    ["/api/v1/process", { image, provider: "claude" }],
    ["/api/v1/analyze", { image }],
    ["/api/v1/thumbnail", { image, width: 50, height: 50 }],
  ] as const;

/** Every verb refuses the picture, or calls it invalid; returns the codes that were given. */
async function refusedByAll(client: Client, bytes: Buffer): Promise<Set<string>> {
  const image = dataUrl(bytes);
  const codes = new Set<string>();
  for (const [path, request] of decoding(image)) {
    const answer = await client.send(path, request);
    codes.add(refusal(answer, 422, answer.json<{ error: string }>().error).error);
  }
  expect(await client.validate({ image, provider: "claude" })).toMatchObject({ valid: false });
  return codes;
}

describe("a bomb", () => {
  const end = pngChunk("IEND");
  const zeros = (bytes: number) => pngChunk("IDAT", deflateSync(Buffer.alloc(bytes)));

  const bombs: Readonly<Record<string, () => Buffer>> = {
    "a PNG of 30 000 x 30 000 pixels of one bit, whole and in a hundred kilobytes": () =>
      Buffer.concat([PNG_SIGNATURE, pngHeader(30_000, 30_000, 1, 0), zeros(30_000 * 3751), end]),
    "a PNG that claims the largest size there is": () =>
      Buffer.concat([PNG_SIGNATURE, pngHeader(2 ** 31 - 1, 2 ** 31 - 1, 16, 6), zeros(100), end]),
    "a GIF of 65 535 x 65 535 pixels": () => gif({ screen: 65_535, size: 4 }),
    "a WebP whose canvas is 16 384 x 16 384": () =>
      webp(canvas(16_384, 16_384, 0), riffChunk("VP8L", Buffer.from("2f00c000000000", "hex"))),
  };

  test.each(Object.entries(bombs))("is refused before it is decoded: %s", async (_, make) => {
    const client = await prepareClient();
    const bytes = make();
    expect(bytes.length).toBeLessThan(200_000);
    expect(await refusedByAll(client, bytes)).toEqual(new Set(["validation_error"]));
    await expectUnharmed(client);
  });

  test("that claims a size in a JPEG's frame header is refused", async () => {
    const client = await prepareClient();
    const jpeg = await flat(40, 30).jpeg().toBuffer();
    const frame = jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xc0);
    jpeg.writeUInt32BE(0xffdcffdc, frame + 5);
    expect(await refusedByAll(client, jpeg)).toEqual(new Set(["validation_error"]));
  });

  test("within the limit of pixels that would take more memory than there is for pictures is refused", async () => {
    const client = await prepareClient({ PREPARE_MEMORY_MB: "256" });
    expect(await refusedByAllButValidate(client, gif({ screen: 12_000, size: 4 }))).toEqual(
      new Set(["image_too_complex"]),
    );
    await expectUnharmed(client);
  });

  test("inside a compressed chunk of text or of a profile does no harm", async () => {
    const client = await prepareClient();
    const plain = await flat(40, 30).png().toBuffer();
    const megabytes = deflateSync(Buffer.alloc(100 * 2 ** 20));
    const chunks = {
      text: pngChunk("zTXt", Buffer.concat([Buffer.from("a\0\0"), megabytes])),
      profile: pngChunk("iCCP", Buffer.concat([Buffer.from("a\0\0"), megabytes])),
    };
    for (const chunk of Object.values(chunks)) {
      const image = dataUrl(splice(plain, [chunk], 33));
      for (const [path, request] of decoding(image)) {
        expect([200, 422]).toContain((await client.send(path, request)).statusCode);
      }
    }
    await expectUnharmed(client);
  });

  test("of 10 000 frames is its first frame", async () => {
    const client = await prepareClient();
    const image = dataUrl(gif({ screen: 16, size: 16, frames: 10_000 }));
    const answer = await client.process({ image, provider: "claude" });
    expect(answer).toMatchObject({ dimensions: [16, 16], metadata: { animated_input: true } });
    expect((await client.analyze({ image })).analysis).toMatchObject({ frames: 10_000, has_animation: true });
    await client.thumbnail({ image, width: 50, height: 50 });
    await expectUnharmed(client);
  });
});

async function refusedByAllButValidate(client: Client, bytes: Buffer): Promise<Set<string>> {
  const codes = new Set<string>();
  for (const [path, request] of decoding(dataUrl(bytes))) {
    const answer = await client.send(path, request);
    codes.add(refusal(answer, 422, answer.json<{ error: string }>().error).error);
  }
  return codes;
}

describe("a picture that is cut short", () => {
  test("anywhere is refused as damaged, in every format", async () => {
    const client = await prepareClient();
    const picture = await photo(200, 150);
    for (const whole of [
      await picture.clone().jpeg().toBuffer(),
      await picture.clone().jpeg({ progressive: true }).toBuffer(),
      await picture.clone().png().toBuffer(),
      await picture.clone().webp().toBuffer(),
      gif({ screen: 60, size: 60 }),
    ]) {
      for (const share of [0.999, 0.9, 0.5, 0.1]) {
        const image = dataUrl(whole.subarray(0, Math.floor(whole.length * share)));
        const answer = await client.send("/api/v1/process", { image, provider: "claude" });
        expect(refusal(answer, 422, "validation_error").details).toMatchObject({ reason: "corrupt_image" });
        expect(await client.validate({ image, provider: "claude" })).toMatchObject({ valid: false });
      }
      for (const length of [1, 2, 3, 8, 12, 20]) await refusedByAll(client, whole.subarray(0, length));
    }
    await expectUnharmed(client);
  });
});

describe("a file that is two at once", () => {
  const script = "<script>alert(document.domain)</script>";
  test.each([
    ["a JPEG and a ZIP archive", () => flat(40, 30).jpeg().toBuffer(), "PK\x03\x04 an archive"],
    ["a PNG and a page", () => flat(40, 30).png().toBuffer(), `<html>${script}</html>`],
    ["a WebP and a document", () => flat(40, 30).webp().toBuffer(), "%PDF-1.7 a document"],
    ["a GIF and a script", () => flat(40, 30).gif().toBuffer(), `*/=1;${script}`],
  ])("comes out as the picture alone: %s", async (_, make, tail) => {
    const client = await prepareClient();
    const picture = await make();
    const both = Buffer.concat([picture, Buffer.from(tail, "latin1")]);
    const request = { image: dataUrl(both), provider: "claude", options: { model: "claude-sonnet-5-5" } };
    const answer = await client.process(request);
    const { bytes } = fromDataUrl(answer.processed_image);
    expect(answer.metadata.passed_through).toBe(true);
    expect(bytes.includes(tail, 0, "latin1")).toBe(false);
    expect(await sharp(bytes).raw().toBuffer()).toEqual(await sharp(picture).raw().toBuffer());
    const binary = await client.send("/api/v1/process", request, {
      "content-type": "application/json",
      accept: "image/*",
    });
    expect(binary.rawPayload).toEqual(bytes);
    expect(binary.headers["x-content-type-options"]).toBe("nosniff");
  });

  test("with a script in its metadata comes out without it", async () => {
    const client = await prepareClient();
    const jpeg = splice(await flat(40, 30).jpeg().toBuffer(), [jpegSegment(0xfe, script)]);
    const png = splice(await flat(40, 30).png().toBuffer(), [pngChunk("tEXt", `Comment\0${script}`)], 33);
    for (const bytes of [jpeg, png]) {
      const answer = await client.process({
        image: dataUrl(bytes),
        provider: "claude",
        options: { model: "claude-sonnet-5-5" },
      });
      expect(answer.metadata.passed_through).toBe(true);
      expect(fromDataUrl(answer.processed_image).bytes.includes("<script>")).toBe(false);
    }
  });
});

describe("an SVG", () => {
  test("is refused behind every media type and in every form, and nothing that it points to is asked for", async () => {
    let asked = 0;
    const outside = createServer((_request, response) => {
      asked += 1;
      response.end();
    }).listen(0, "127.0.0.1");
    outside.on("connection", () => {
      asked += 1;
    });
    onTestFinished(() => void outside.close());
    await once(outside, "listening");
    const address = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
    const client = await prepareClient();
    for (const svg of [
      `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="${address}/a.png"/></svg>`,
      `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "${address}/x">]><svg width="9" height="9"><text>&x;</text></svg>`,
      `<?xml version="1.0"?><!DOCTYPE svg SYSTEM "${address}/svg.dtd"><svg width="9" height="9"/>`,
      `<!-- ${"x".repeat(3000)} --><svg width="9" height="9"><style>@import url(${address}/c.css)</style></svg>`,
      `\uFEFF<svg width="9" height="9"><use href="file:///etc/passwd"/></svg>`,
    ]) {
      const bytes = Buffer.from(svg);
      await refusedByAll(client, bytes);
      for (const type of [
        "image/svg+xml",
        "image/png",
        "image/jpeg",
        "image/webp",
        "image/gif",
        "image/jpg",
      ]) {
        const asUrl = await client.send("/api/v1/process", {
          image: dataUrl(bytes, type),
          provider: "claude",
        });
        refusal(asUrl, 422, "validation_error");
        const raw = await client.send("/api/v1/process?provider=claude", bytes, { "content-type": type });
        refusal(raw, 422, "validation_error");
      }
    }
    expect(asked).toBe(0);
  });
});

describe("a format that is not documented", () => {
  test("has no decoder in this process, whatever its bytes are called", async () => {
    const client = await prepareClient();
    const files = {
      TIFF: await flat(40, 30).tiff().toBuffer(),
      AVIF: await flat(40, 30).avif({ effort: 0 }).toBuffer(),
      BMP: bitmap(),
      PDF: Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"),
      ICO: icon(await flat(16, 16).png().toBuffer()),
      SVG: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    };
    for (const [format, bytes] of Object.entries(files)) {
      await refusedByAll(client, bytes);
      const { format: told } = await client.validate({ image: dataUrl(bytes), provider: "claude" });
      expect(told).toBe(format);
      // The sniffing above is the first line; this is the second.
      await expect(sharp(bytes).metadata(), format).rejects.toThrow();
    }
  });
});

function bitmap(): Buffer {
  const header = Buffer.alloc(58);
  header.write("BM", "latin1");
  header.writeUInt32LE(58, 2);
  header.writeUInt32LE(54, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(1, 18);
  header.writeInt32LE(1, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  return header;
}

function icon(png: Buffer): Buffer {
  const header = Buffer.from([0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 0, 0, 0, 0, 22, 0, 0, 0]);
  header.writeUInt32LE(png.length, 14);
  return Buffer.concat([header, png]);
}

test("pictures that fail, again and again, leave no memory behind", async () => {
  const client = await prepareClient();
  const whole = await flat(3000, 2000).webp({ lossless: true }).toBuffer();
  const photograph = await (await photo(1600, 1200)).jpeg().toBuffer();
  const images = [whole.subarray(0, whole.length - 9), photograph.subarray(0, photograph.length / 2)].map(
    (bytes) => dataUrl(bytes),
  );
  // Each round decodes 30 MB of pixels before it fails: kept, they would be 450 MB.
  await expectNoGrowth(15, 150, async () => {
    for (const image of images) {
      for (const [path, request] of decoding(image))
        refusal(await client.send(path, request), 422, "validation_error");
    }
  });
  await expectUnharmed(client);
});
