import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readHeader } from "@fovea/imaging";
import { sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../src/platform/database/database.ts";
import { migrationsFolder } from "../src/stored.ts";
import { routeGroups } from "./access-tables.ts";
import { codeBlocks, exampleFolder, pointedTo, readDocument, repository, run } from "./documents.ts";
import { expectShown, impatient, patient, runCommands } from "./guides.ts";
import { describeWith } from "./needs.ts";
import { listenApp, temporaryDataDir } from "./world.ts";

const blocks = codeBlocks(await readDocument("docs/prepare.md"));
const access = codeBlocks(await readDocument("docs/access.md"));
const analysis = codeBlocks(await readDocument("docs/analysis.md"));
const exportsGuide = codeBlocks(await readDocument("docs/exports.md"));
const administration = codeBlocks(await readDocument("docs/administration.md"));
const mediaGuide = codeBlocks(await readDocument("docs/media.md"));
const iconsGuide = codeBlocks(await readDocument("docs/icons.md"));
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

async function openEmpty(dataDir: string) {
  const database = await openDatabase({
    url: undefined,
    dataDir,
    poolSize: 1,
    migrations: migrationsFolder,
    log: { info() {}, warn() {} },
    onFault(error) {
      throw error;
    },
  });
  onTestFinished(() => database.close());
  return database;
}

/** A database of its own: what other tests have learned would be answered from the cache. */
const listenAlone = async () => listenApp({ DATA_DIR: await temporaryDataDir() });

describeWith("curl", "the curl examples of the guide to analysis", () => {
  test("run in their order, and their answers are the ones shown", patient, async () => {
    const { baseUrl } = await listenAlone();
    const script = analysis.filter(({ language }) => language === "sh").map(({ text }) => text);
    const failing = pointedTo(baseUrl, impatient(script.join("\n"))).replaceAll(
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
  await writeFile(join(folder, "example.mts"), pointedTo(baseUrl, impatient(example)));
  expect(await run(folder, process.execPath, ["example.mts"])).toMatch(/completed 100 %\n1 PELLOWICK\n$/);
});

describeWith("python3-requests", "the Python example of the guide to analysis", ({ path }) => {
  test("prints what the picture shows", patient, async () => {
    const { baseUrl } = await listenAlone();
    const example = analysis.find(({ language }) => language === "python")?.text ?? "";
    expect(await run(await exampleFolder(), path, ["-c", pointedTo(baseUrl, impatient(example))])).toBe(
      "1 PELLOWICK\n",
    );
  });
});

describeWith("curl", "the curl examples of the guide to exports", () => {
  test("run in their order, and what they bring is what is shown", patient, async () => {
    const { baseUrl } = await listenAlone();
    const folder = await exampleFolder();
    const printed = await runCommands(exportsGuide, baseUrl, folder);
    expectShown(exportsGuide, printed, ["preview", "summary"]);
    const names = await readdir(folder);
    const csv = names.find((name) => /^Shops_\d{8}_\d{6}\.csv$/.test(name)) ?? "no file has the name";
    const columns = exportsGuide.find(({ label }) => label === "columns")?.text;
    const text = await readFile(join(folder, csv), "utf8");
    expect(text.slice(0, text.indexOf("\n") + 1)).toBe(columns);
    expect(text).toContain(",'+49 30 1234,The Bakery\n");
    expect(await readFile(join(folder, "failed.csv"), "utf8")).toContain(",'+49 30 5678,Gone\n");
    expect(await readFile(join(folder, "november.csv"), "utf8")).toContain("PELLOWICK");
    expect(names).toEqual(
      expect.arrayContaining(["shops.xlsx", "shops.json", "shops.ndjson", "exports.zip", "names.ndjson"]),
    );

    const id = JSON.parse(await readFile(join(folder, "created.json"), "utf8")).data.batch_id;
    const typescript = exportsGuide.find(({ language }) => language === "ts")?.text ?? "";
    await writeFile(join(folder, "example.mts"), pointedTo(baseUrl, impatient(typescript)));
    expect(await run(folder, process.execPath, ["example.mts", id])).toBe(
      "1 PELLOWICK\n2 null\n3 http_404\n",
    );
  });
});

describeWith("python3-requests", "the Python example of the guide to exports", ({ path }) => {
  test("prints what was sent beside what was read", patient, async () => {
    const { baseUrl } = await listenAlone();
    const folder = await exampleFolder();
    await runCommands(exportsGuide.slice(0, 1), baseUrl, folder);
    const id = JSON.parse(await readFile(join(folder, "created.json"), "utf8")).data.batch_id;
    const python = exportsGuide.find(({ language }) => language === "python")?.text ?? "";
    expect(await run(folder, path, ["-c", pointedTo(baseUrl, impatient(python)), id])).toBe(
      "The Bakery +49 30 1234 PELLOWICK \n   \nGone +49 30 5678  http_404\n",
    );
  });
});

describeWith("curl", "the curl examples of the guide to administration", () => {
  test("run in their order, and their answers are the ones shown", patient, async () => {
    const token = "the-admin-token-of-this-test";
    const { baseUrl } = await listenApp({
      ...{ DATA_DIR: await temporaryDataDir(), ADMIN_TOKEN: token },
      // Nothing is asked with it.
      GEMINI_API_KEYS: "shops:AIzaSyExample-Key-Of-The-Guide-0123wXyZ",
    });
    const withToken = administration.map((block) => ({
      ...block,
      text: block.text.replaceAll("$ADMIN_TOKEN", token),
    }));
    const printed = await runCommands(withToken, baseUrl, await exampleFolder());
    expectShown(withToken, printed, [
      "queue",
      "cleanup",
      "reset",
      "quotas",
      "restore",
      "processes",
      "keytest",
      "audit",
    ]);
  });
});

test("the SQL of the guide to operations runs, and it names every column of the view", patient, async () => {
  const database = await openEmpty(await temporaryDataDir());
  const section = (await readDocument("docs/operations.md")).split("## Results in SQL")[1] ?? "";
  const statements = codeBlocks(section)
    .filter(({ language }) => language === "sql")
    .flatMap(({ text }) => text.split(/;\n+/).filter((statement) => statement.trim() !== ""));
  expect(statements.length).toBeGreaterThan(4);
  for (const statement of statements) await sql.raw(statement).execute(database.sql);
  const { rows } = await sql<{ name: string }>`
    select attname as name from pg_attribute
    where attrelid = 'analysis_results'::regclass and attnum > 0 order by attnum
  `.execute(database.sql);
  const named = section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(named).toEqual(rows.map(({ name }) => name));
});

describeWith("curl", "the examples of the guide to media", () => {
  test("run in their order, and what they bring is what is shown", patient, async () => {
    const { baseUrl } = await listenAlone();
    const folder = await exampleFolder();
    const printed = await runCommands(mediaGuide, baseUrl, folder);
    expectShown(mediaGuide, printed, ["completed", "info"]);
    const pictures = ["sunset.png", "small.webp"].map(async (name) => {
      const { format, width, height } = readHeader(await readFile(join(folder, name)));
      return { format, width, height };
    });
    expect(await Promise.all(pictures)).toEqual([
      { format: "png", width: 1024, height: 576 },
      { format: "webp", width: 320, height: 180 },
    ]);

    const typescript = mediaGuide.find(({ language }) => language === "ts")?.text ?? "";
    await writeFile(join(folder, "example.mts"), pointedTo(baseUrl, impatient(typescript)));
    expect(await run(folder, process.execPath, ["example.mts"])).toBe("local 640 360\n");
  });
});

describeWith("python3-requests", "the Python example of the guide to media", ({ path }) => {
  test("has a picture made, and fetches it", patient, async () => {
    const { baseUrl } = await listenAlone();
    const example = mediaGuide.find(({ language }) => language === "python")?.text ?? "";
    const printed = await run(await exampleFolder(), path, ["-c", pointedTo(baseUrl, impatient(example))]);
    expect(printed).toBe("local 640 360\n");
  });
});

describeWith("curl", "the examples of the guide to icons", () => {
  test("run in their order, and what they bring is what is shown", patient, async () => {
    const { baseUrl } = await listenAlone();
    const folder = await exampleFolder();
    const printed = await runCommands(iconsGuide, baseUrl, folder);
    const labels = ["generated", "suggestions", "created", "status", "result", "cancelled", "cleared"];
    expectShown(iconsGuide, printed, labels);
    expect(readHeader(await readFile(join(folder, "icon.png")))).toMatchObject({
      format: "png",
      width: 1024,
    });
    const beginningOf = async (name: string) => (await readFile(join(folder, name))).subarray(0, 4);
    expect(await beginningOf("icons.zip")).toEqual(Buffer.from("PK\u0003\u0004"));
    expect(await beginningOf("favicon.ico")).toEqual(Buffer.from([0, 0, 1, 0]));

    const typescript = iconsGuide.find(({ language }) => language === "ts")?.text ?? "";
    await writeFile(join(folder, "example.mts"), pointedTo(baseUrl, impatient(typescript)));
    expect(await run(folder, process.execPath, ["example.mts"])).toBe(
      "coffee local 2\nbicycle local 2\numbrella local 2\n",
    );
    expect(readHeader(await readFile(join(folder, "coffee-64.webp")))).toMatchObject({ width: 64 });
  });
});

describeWith("python3-requests", "the Python example of the guide to icons", ({ path }) => {
  test("has an icon drawn, and fetches it as an SVG", patient, async () => {
    const { baseUrl } = await listenAlone();
    const folder = await exampleFolder();
    const example = iconsGuide.find(({ language }) => language === "python")?.text ?? "";
    expect(await run(folder, path, ["-c", pointedTo(baseUrl, impatient(example))])).toBe("local umbrella\n");
    expect(await readFile(join(folder, "umbrella.svg"), "utf8")).toMatch(/^<svg /);
  });
});

/** Where the groups of routes have their tables. */
test.each([
  {
    documents: ["docs/analysis.md", "docs/exports.md", "docs/administration.md"],
    groups: ["analysis", "operator", "stats", "metrics"],
  },
  { documents: ["docs/media.md"], groups: ["media"] },
  { documents: ["docs/icons.md"], groups: ["icons", "ask icons"] },
  { documents: ["docs/webhooks.md"], groups: ["webhooks"] },
  { documents: ["docs/events.md"], groups: ["events", "tickets"] },
])("$documents name every endpoint of their API, and no other", async ({ documents, groups }) => {
  const guides = await Promise.all(documents.map(readDocument));
  const rows = guides.flatMap((guide) =>
    guide.split("\n").filter((line) => /^\| \[?`(GET|POST|DELETE) \//.test(line)),
  );
  const named = rows.flatMap((row) => {
    const [first = "", ...endings] = [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(
      ([, name = ""]) => name,
    );
    // `POST …/start`, `pause`: a further name is only the last part of the path.
    return [first, ...endings.map((end) => first.replace(/[^/]+$/, end))];
  });
  expect(named.map((name) => name.replace(/\{(\w+)\}/g, ":$1")).sort()).toEqual(
    groups.flatMap((group) => routeGroups[group] ?? []).sort(),
  );
});
