import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { routeGroups } from "./access-tables.ts";
import { codeBlocks, exampleFolder, pointedTo, readDocument, repository, run } from "./documents.ts";
import { describeWith } from "./needs.ts";
import { listenApp, temporaryFolder } from "./world.ts";

const blocks = codeBlocks(await readDocument("docs/prepare.md"));
const access = codeBlocks(await readDocument("docs/access.md"));
const analysis = codeBlocks(await readDocument("docs/analysis.md"));
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

/** These open a database, read pictures and wait between two looks, as clients do. */
const patient = { timeout: 120_000 };

/** A database of its own: what other tests have learned would be answered from the cache. */
const listenAlone = async () => listenApp({ DATA_DIR: await temporaryFolder() });

describeWith("curl", "the curl examples of the guide to analysis", () => {
  test("run in their order, and their answers are the ones shown", patient, async () => {
    const { baseUrl } = await listenAlone();
    const script = analysis.filter(({ language }) => language === "sh").map(({ text }) => text);
    const failing = pointedTo(baseUrl, script.join("\n")).replaceAll(
      "curl -sS",
      "curl -sS --fail-with-body -w '\\n'",
    );
    const [first = ""] = (await run(await exampleFolder(), "sh", ["-ec", failing])).split("\n");
    const { batch_id: id } = JSON.parse(first).data;
    const labelled = analysis.filter(({ label }) => label !== "");
    expect(labelled.map(({ label }) => label)).toEqual([
      "created",
      "progress",
      "results",
      "health",
      "analyze",
    ]);
    for (const { label, text } of labelled) {
      const answer =
        label === "created"
          ? JSON.parse(first)
          : await (await fetch(`${baseUrl}/api/v1/batches/${id}/${label}`)).json();
      expect(answer, label).toMatchObject(JSON.parse(text));
    }
  });
});

test("the TypeScript example of the guide to analysis prints what the picture shows", patient, async () => {
  const { baseUrl } = await listenAlone();
  const folder = await exampleFolder();
  const example = analysis.find(({ language }) => language === "ts")?.text ?? "";
  await writeFile(join(folder, "example.mts"), pointedTo(baseUrl, example));
  expect(await run(folder, process.execPath, ["example.mts"])).toMatch(/completed 100 %\n1 PELLOWICK\n$/);
});

describeWith("python3-requests", "the Python example of the guide to analysis", ({ path }) => {
  test("prints what the picture shows", patient, async () => {
    const { baseUrl } = await listenAlone();
    const example = analysis.find(({ language }) => language === "python")?.text ?? "";
    expect(await run(await exampleFolder(), path, ["-c", pointedTo(baseUrl, example)])).toBe("1 PELLOWICK\n");
  });
});

test("the guide to analysis names every endpoint of its API, and no other", async () => {
  const guide = await readDocument("docs/analysis.md");
  const rows = guide.split("\n").filter((line) => /^\| \[?`(GET|POST|DELETE) \/api\/v1\//.test(line));
  const named = rows.flatMap((row) => {
    const [first = "", ...endings] = [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(
      ([, name = ""]) => name,
    );
    // `POST …/start`, `pause`: a further name is only the last part of the path.
    return [first, ...endings.map((end) => first.replace(/[^/]+$/, end))];
  });
  expect(named.map((name) => name.replace("{batch_id}", ":batch_id")).sort()).toEqual(
    [...(routeGroups["analysis"] ?? [])].sort(),
  );
});
