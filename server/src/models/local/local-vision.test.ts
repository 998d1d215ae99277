import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { leaveToSoak } from "../../../test/needs.ts";
import { photoPixels } from "../../../test/pictures.ts";
import { ModelError } from "../contract.ts";
import { storeFacts } from "../instructions.ts";
import { createLocalVision, type LocalVisionSettings } from "./local-vision.ts";
import { startOcrEngine } from "./ocr-engine.ts";
import { drawn, requestFor } from "./testing.ts";

let shared: ReturnType<typeof createLocalVision> | undefined;
afterAll(() => shared?.close());
const oneForAll = () => {
  shared ??= createLocalVision({ workers: 1 });
  return shared;
};

/** With settings, or to be closed, one of its own; else one for all, because a start takes longer than most readings. */
function setup(settings?: Partial<LocalVisionSettings>) {
  const vision = settings ? createLocalVision({ workers: 1, ...settings }) : oneForAll();
  if (settings) onTestFinished(() => vision.close());
  const factsOf = async (image: Buffer) => (await vision.describe(await requestFor(image))).output;
  const failureOf = async (request: Parameters<typeof vision.describe>[0]) => {
    const error = await vision.describe(request).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof ModelError ? error.failure : error;
  };
  return { vision, factsOf, failureOf };
}

const nothingRead = { store_image: false, text_content: null, store_name: null, business_contact: null };
const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#3060c0" } });

async function photo(width: number, height: number) {
  const data = await photoPixels(width, height);
  return sharp(data, { raw: { width, height, channels: 3 } });
}

describe("the offline vision model", () => {
  it("reads the name, the number and the address on a storefront", async () => {
    const { factsOf } = setup();
    expect(await factsOf(await drawn("storefront.webp"))).toEqual({
      store_image: true,
      text_content: "Tannery Books\nTel. (212) 555-0142\ntannerybooks.example",
      store_name: "Tannery Books",
      business_contact: "(212) 555-0142, tannerybooks.example",
      image_description:
        "Measured locally, without a vision model: landscape picture, seen at 1000 × 700 pixels, of medium " +
        "brightness, mostly blue and red; 3 lines of text were recognised.",
    });
  });

  it("gives no name where it read only a part of it", async () => {
    const { factsOf } = setup();
    const facts = await factsOf(await drawn("half-read-storefront.webp"));
    // The first letter and the last are lost: should the recogniser learn to read them, this needs another picture.
    expect(facts["text_content"]).toMatch(/^endelmoor Baker\n/);
    expect(facts).toMatchObject({ store_image: false, store_name: null });
  });

  it("reads a page in its order and takes no heading for a shop", async () => {
    const { factsOf } = setup();
    const facts = await factsOf(await drawn("page.png"));
    const lines = String(facts["text_content"]).split("\n");
    expect(lines[0]).toBe("Opening a shop in a small town");
    expect(lines.at(-1)).toBe("Questions are answered on 020 7946 0958 and by post.");
    expect(lines).toHaveLength(12);
    expect(facts).toMatchObject({ store_image: false, store_name: null, business_contact: "020 7946 0958" });
  });

  it("reads white letters on nothing", async () => {
    const { factsOf } = setup();
    const facts = await factsOf(await drawn("white-on-transparent.png"));
    expect(facts).toMatchObject({
      text_content: "juniper & twine\nGIFT SHOP",
      store_name: "juniper & twine",
    });
  });

  it("reads nothing in a photograph without text", async () => {
    const { factsOf } = setup();
    expect(await factsOf(await (await photo(1200, 900)).jpeg().toBuffer())).toMatchObject(nothingRead);
  });

  it.each([
    [1, 1],
    [2, 2],
    [1600, 1],
    [1600, 9],
    [9, 1600],
  ])("takes a picture of %i by %i pixels", async (width, height) => {
    const { factsOf } = setup();
    expect(await factsOf(await plain(width, height).png().toBuffer())).toMatchObject(nothingRead);
  });

  it("takes every format that it says it takes", async () => {
    const { vision, factsOf } = setup();
    const sign = sharp(await drawn("storefront.webp"));
    const files = await Promise.all(
      vision.limits.formats.map((format) => sign.clone().toFormat(format).toBuffer()),
    );
    const names = await Promise.all(files.map(async (file) => (await factsOf(file))["store_name"]));
    expect(names).toEqual(vision.limits.formats.map(() => "Tannery Books"));
  });

  it("answers what the instruction's schema asks for, and says that no key was used", async () => {
    const { vision } = setup();
    const described = await vision.describe(await requestFor(await plain(64, 64).png().toBuffer()));
    expect(described).toMatchObject({ model: "local", usage: null, key: null });
    expect(Object.keys(described.output)).toEqual(storeFacts.schema["required"]);
  });

  it("rejects a picture that is damaged, cut short or larger than was said", async () => {
    const { failureOf } = setup();
    const whole = await requestFor(await (await photo(400, 300)).jpeg().toBuffer());
    const rejected = { kind: "rejected", reason: "The picture cannot be decoded." };
    expect(await failureOf({ ...whole, image: Buffer.from("no picture") })).toEqual(rejected);
    expect(await failureOf({ ...whole, image: whole.image.subarray(0, 2_000) })).toEqual(rejected);
    expect(await failureOf({ ...whole, width: 100, height: 100 })).toEqual(rejected);
  });

  leaveToSoak("local vision in any order", () => {
    it("gives the same answers one by one, all at once and in another order", async () => {
      const files = await Promise.all(["storefront.webp", "page.png", "white-on-transparent.png"].map(drawn));
      const alone = setup();
      const expected: unknown[] = [];
      for (const file of files) expected.push(await alone.factsOf(file));
      const both = setup({ workers: 2 });
      const order = [2, 0, 1, 0];
      const answers = await Promise.all(order.map((at) => both.factsOf(files[at] ?? Buffer.alloc(0))));
      expect(answers).toEqual(order.map((at) => expected[at]));
    });
  });

  it("gives up when the caller does", async () => {
    const { vision, factsOf } = setup({});
    const caller = new AbortController();
    const request = await requestFor(await drawn("page.png"), caller.signal);
    const running = vision.describe(request);
    const staying = factsOf(await drawn("storefront.webp"));
    caller.abort(new Error("left"));
    await expect(running).rejects.toThrow("left");
    await expect(vision.describe(request)).rejects.toThrow("left");
    expect(await staying).toMatchObject({ store_name: "Tannery Books" });
  });

  it("is unavailable when it is closed", async () => {
    const { vision, failureOf } = setup({});
    await vision.close();
    expect(await failureOf(await requestFor(await plain(64, 64).png().toBuffer()))).toEqual({
      kind: "unavailable",
      reason: "Text recognition is not available.",
    });
  });

  it("is unavailable without its language, names no folder and asks no server for it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "language-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { failureOf } = setup({ startEngine: () => startOcrEngine(folder) });
    expect(await failureOf(await requestFor(await drawn("storefront.webp")))).toEqual({
      kind: "unavailable",
      reason: "Text recognition is not available.",
    });
  });

  it("reaches for no network, in none of its threads", async () => {
    const file = (name: string) => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));
    const guarded = ["--require", file("guard-network.cjs"), file("describe-offline.ts")];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, guarded);
    expect(JSON.parse(stdout)).toMatchObject({ store_name: "Tannery Books" });
    expect(stderr).toBe("guarded process\nguarded thread\nguarded thread\n");
  });
});
