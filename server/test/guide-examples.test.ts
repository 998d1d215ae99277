import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { codeBlocks, exampleFolder, pointedTo, readDocument, repository, run } from "./documents.ts";
import { describeWith } from "./needs.ts";
import { listenApp } from "./world.ts";

const blocks = codeBlocks(await readDocument("docs/prepare.md"));
const access = codeBlocks(await readDocument("docs/access.md"));
const examples = (language: string) => blocks.filter((block) => block.language === language);

describeWith("curl", "the curl examples of the guides", () => {
  const usingTestToken = access.filter(({ text }) => /^curl .*test-token/.test(text));

  test.each([...examples("sh"), ...usingTestToken])("$section", async ({ text }) => {
    const { baseUrl } = await listenApp();
    // A refusal is a good answer for curl, so it is told to take one as a failure.
    const failing = pointedTo(baseUrl, text).replaceAll("curl -sS", "curl -sS --fail-with-body");
    await run(await exampleFolder(), "sh", ["-ec", failing]);
  });
});

describe("the TypeScript examples of the guide", () => {
  test.each(examples("ts"))("$section", async ({ text }) => {
    const { baseUrl } = await listenApp();
    const folder = await exampleFolder();
    await writeFile(join(folder, "example.mts"), pointedTo(baseUrl, text));
    expect(await run(folder, process.execPath, ["example.mts"])).not.toMatch(/undefined|null/);
  });
});

describeWith("python3-requests", "the Python examples of the guide", ({ path }) => {
  test.each(examples("python"))("$section", async ({ text }) => {
    const { baseUrl } = await listenApp();
    expect(await run(await exampleFolder(), path, ["-c", pointedTo(baseUrl, text)])).not.toBe("");
  });
});

test.each([
  ["process", "process?provider=claude&model=claude-sonnet-5-5"],
  ["validate", "validate?provider=openai"],
  ["analyze", "analyze"],
  ["thumbnail", "thumbnail?width=200&height=200"],
  ["error", "process?provider=claude&quality=200"],
])("the answer that the guide shows for %s is the service's", async (label, address) => {
  const shown = JSON.parse(blocks.find((block) => block.label === label)?.text ?? "null");
  const { correlation_id: _id, timestamp: _timestamp, ...lasting } = shown;
  const { app } = await listenApp();
  const answer = await app.http.inject({
    method: "POST",
    url: `/api/v1/${address}`,
    headers: { authorization: "Bearer test-token", "content-type": "image/jpeg" },
    payload: await readFile(join(repository, "docs/images/street.jpg")),
  });
  expect(answer.json()).toMatchObject(lasting);
});

test("the guide names every header of facts, and no other", async () => {
  const { app } = await listenApp();
  const { headers } = await app.http.inject({ url: "/health" });
  const exposed = String(headers["access-control-expose-headers"])
    .split(", ")
    .filter((name) => name.startsWith("X-Image-"));
  const guide = await readDocument("docs/prepare.md");
  const rows = guide.split("\n").filter((line) => line.startsWith("| `X-Image-"));
  const named = rows.flatMap((row) => {
    const [first = "", ...endings] = [...(row.split("|")[1] ?? "").matchAll(/`([\w-]+)`/g)].map(
      ([, name = ""]) => name,
    );
    // `X-Image-Scale-X`, `-Y`: a further name may be only the ending that differs.
    return [first, ...endings.map((end) => (end.startsWith("-") ? first.replace(/-\w+$/, end) : end))];
  });
  expect(named.sort()).toEqual(exposed.sort());
});
