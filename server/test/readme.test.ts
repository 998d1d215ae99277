import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readHeader } from "@fovea/imaging";
import { expect, test } from "vitest";
import { catalogClient } from "./catalog/client.ts";
import { codeBlocks, exampleFolder, pointedTo, readDocument, run } from "./documents.ts";
import { patient } from "./guides.ts";
import { describeWith } from "./needs.ts";
import { listenApp } from "./world.ts";

const readme = await readDocument("README.md");
const blocks = codeBlocks(readme);
const [prepare = "", validate = ""] = blocks
  .filter(({ language, text }) => language === "sh" && text.startsWith("curl"))
  .map(({ text }) => text);
const shown = (language: string) => blocks.find((block) => block.language === language)?.text ?? "";

describeWith("curl", "the commands of the README", () => {
  test("the first one prepares the picture of the repository, and its answer is the one shown", async () => {
    const { baseUrl } = await listenApp();
    const folder = await exampleFolder();
    const answer = await run(folder, "sh", ["-c", pointedTo(baseUrl, prepare)]);
    const lines = shown("http").trim().split("\n");
    expect(lines.length).toBeGreaterThan(10);
    expect(answer.split("\r\n")).toEqual(expect.arrayContaining(lines));

    const before = readHeader(await readFile(join(folder, "docs/images/street.jpg")));
    const after = readHeader(await readFile(join(folder, "prepared.jpg")));
    expect(before).toMatchObject({ width: 4032, height: 3024, orientation: 6, hasExif: true });
    expect(after).toMatchObject({
      format: "jpeg",
      width: 1376,
      height: 1835,
      orientation: 1,
      hasMetadata: false,
    });
  });

  test("the second one says what the picture would cost as it is, and its answer is the one shown", async () => {
    const { baseUrl } = await listenApp();
    const answer = await run(await exampleFolder(), "sh", ["-c", pointedTo(baseUrl, validate)]);
    expect(JSON.parse(answer)).toMatchObject(JSON.parse(shown("json")));
  });
});

describeWith("curl", "the commands of the README that analyze", () => {
  test("create a batch of two pictures, and show it in the list", async () => {
    const { baseUrl } = await listenApp();
    const script = blocks.find(({ text }) => text.includes("/api/v1/batches"))?.text ?? "";
    const commands = pointedTo(baseUrl, script).replaceAll("curl -sS", "curl -sS --fail-with-body -w '\\n'");
    const answers = (await run(await exampleFolder(), "sh", ["-ec", commands])).trim().split("\n");
    const [created, listed] = answers.map((answer) => JSON.parse(answer).data);
    expect(created.batch_info).toMatchObject({ status: "QUEUED", total_urls: 2, invalid_urls: 0 });
    expect(listed.batches[0].batch_id).toBe(created.batch_id);
  });
});

describeWith("curl", "the command of the README that makes an image", () => {
  test("answers with the picture of its job", async () => {
    const { baseUrl } = await listenApp();
    const command = blocks.find(({ text }) => text.includes("/api/v1/jobs/generate"))?.text ?? "";
    const answer = await run(await exampleFolder(), "sh", ["-ec", pointedTo(baseUrl, command)]);
    expect(JSON.parse(answer)).toMatchObject({
      ...{ status: "completed", provider: "local" },
      media: [{ mime_type: "image/png", width: 1024, height: 576 }],
    });
  });
});

describeWith("curl", "the command of the README that makes an icon", () => {
  test("answers with one of the open set, whose address opens as it is", async () => {
    const { baseUrl } = await listenApp();
    const command = blocks.find(({ text }) => text.includes("/api/icons/generate"))?.text ?? "";
    const answer = JSON.parse(await run(await exampleFolder(), "sh", ["-ec", pointedTo(baseUrl, command)]));
    expect(answer.metadata).toMatchObject({ provider: "local", source: "lucide", license: "ISC" });
    const icon = Buffer.from(await (await fetch(answer.image_url)).arrayBuffer());
    expect(readHeader(icon)).toMatchObject({ format: "png", width: 1024, height: 1024 });
  });
});

describeWith("curl", "the commands of the README that make a catalog smaller", () => {
  test("have an image made smaller, and tell of it", patient, async () => {
    const { baseUrl } = await listenApp();
    const script = blocks.find(({ text }) => text.includes("/api/v1/upload"))?.text ?? "";
    const first = JSON.parse(await run(await exampleFolder(), "sh", ["-ec", pointedTo(baseUrl, script)]));
    const ended = await catalogClient(baseUrl).ended(first.request_id);
    expect(ended.products[0]).toMatchObject({ product_name: "Mug", errors: [] });
    expect(ended.saved_bytes).toBeGreaterThan(0);
  });
});

test("the figures under the picture are those of the answers", () => {
  const alternative = /!\[([^\]]*)\]\(docs\/images\/before-after\.png\)/.exec(readme)?.[1] ?? "";
  const tokensBefore = JSON.parse(shown("json")).metadata.estimated_tokens as number;
  const tokensAfter = Number(/x-image-estimated-tokens: (\d+)/.exec(shown("http"))?.[1]);
  expect(alternative).toContain(`${tokensBefore.toLocaleString("en-US")} tokens`);
  expect(alternative).toContain(`${tokensAfter.toLocaleString("en-US")} tokens`);
});

test("the README makes one promise, of at most 15 words", () => {
  const [, promise = ""] = /^# Fovea\n\n(.+)\n\n/.exec(readme) ?? [];
  expect(promise.split(" ").length).toBeGreaterThan(3);
  expect(promise.split(" ").length).toBeLessThanOrEqual(15);
});

test("the main endpoint of each API that the README names is there", async () => {
  const { app } = await listenApp();
  const named = [...readme.matchAll(/^\| \w+ \|.*`(POST \S+)` \|$/gm)].map(([, endpoint = ""]) => endpoint);
  expect(named).toHaveLength(5);
  expect(app.routes.map(({ method, path }) => `${method} ${path}`)).toEqual(expect.arrayContaining(named));
});
