import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readHeader } from "@fovea/imaging";
import { expect, test } from "vitest";
import { z } from "zod";
import { startProcess } from "../../../scripts/fixture-process.ts";
import { catalogDialect } from "../../src/features/catalog/errors.ts";
import { unusedPort } from "../../src/platform/outbound/testing/servers.ts";
import { codeBlocks, exampleFolder, pointedTo, readDocument, repository, run } from "../documents.ts";
import { expectShown, impatient, patient, runCommands } from "../guides.ts";
import { describeWith } from "../needs.ts";
import { temporaryFolder } from "../world.ts";
import { type CatalogClient, csvOf } from "./client.ts";
import { shareDatabase } from "./service.ts";

const start = shareDatabase();
const markdown = await readDocument("docs/catalog.md");
const blocks = codeBlocks(markdown);
const example = (language: string, label = "") =>
  blocks.find((block) => block.language === language && block.label === label)?.text ?? "";

/** Ids are others each time, and encoders of another machine may come to some bytes more or less. */
const lasting = (text: string) =>
  text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<id>")
    .replace(/("(?:output|saved)_bytes": ?|\.jpg,)\d+/g, "$10");

describeWith("curl", "the curl examples of the guide to the catalog", () => {
  test("run in their order, and what they bring is what is shown", patient, async () => {
    const { baseUrl } = await start();
    const folder = await exampleFolder();
    // Nobody is there to be told.
    const port = await unusedPort();
    const guide = codeBlocks(pointedTo(baseUrl, markdown).replaceAll("127.0.0.1:3000", `127.0.0.1:${port}`));
    const printed = await runCommands(guide, baseUrl, folder);
    const answers = new Map([...printed].map(([block, text]) => [block, lasting(text)]));
    const shown = guide.map((block) =>
      block.language === "sh" ? block : { ...block, text: lasting(block.text) },
    );
    expectShown(shown, answers, ["created", "status", "request", "configured"]);
    expect([...printed.values()].join("")).toMatch(
      /event: snapshot\ndata: \{"topic":"catalog\/.*"completed"/,
    );

    const inFolder = (name: string) => readFile(join(folder, name));
    const bread = await inFolder("bread.jpg");
    expect(readHeader(bread)).toMatchObject({ format: "jpeg", width: 1200, height: 800 });
    const shownBytes = Number(/"output_bytes": (\d+)/.exec(markdown)?.[1]);
    expect(Math.abs(bread.length / shownBytes - 1)).toBeLessThan(0.1);
    const csv = lasting((await inFolder("smaller.csv")).toString());
    expect(csv).toContain(shown.find(({ label }) => label === "smaller")?.text);
  });
});

test("the TypeScript example of the guide fetches what became of its products", patient, async () => {
  const { baseUrl } = await start();
  const folder = await temporaryFolder();
  await writeFile(join(folder, "example.mts"), pointedTo(baseUrl, impatient(example("ts"))));
  expect(await run(folder, process.execPath, ["example.mts"])).toBe(
    "Coffee completed true\nMug, large completed true\n",
  );
});

describeWith("python3-requests", "the Python examples of the guide to the catalog", ({ path }) => {
  test("fetch a smaller logo", patient, async () => {
    const { baseUrl } = await start();
    const program = pointedTo(baseUrl, impatient(example("python")));
    expect(await run(await temporaryFolder(), path, ["-c", program])).toBe("Logo image/png\n");
  });

  test("take what is signed, and nothing else", patient, async () => {
    await expectReceives("python", path, join(await temporaryFolder(), "receiver.py"));
  });
});

test("the guide's receiver in TypeScript takes what is signed, and nothing else", patient, async () => {
  const folder = await temporaryFolder();
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  await expectReceives("ts", process.execPath, join(folder, "receiver.mts"));
});

test("the guide names every endpoint of the catalog, and no other", async () => {
  const { client } = await start();
  const { paths } = (await client.get("/openapi.json")).body as { paths: Record<string, object> };
  const served = Object.entries(paths).filter(([path]) => catalogDialect.owns(path));
  const named = [...markdown.matchAll(/^\| \[`((?:GET|POST) \/\S+)`\]/gm)].map(([, name = ""]) => name);
  expect(named.toSorted()).toEqual(
    served
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
      .toSorted(),
  );
});

/** Of what was told of the last upload that was completed. */
async function membersOfLastEvent(client: CatalogClient): Promise<readonly string[]> {
  const list = (await client.get("/api/v1/webhooks/deliveries?event=processing.completed&limit=1")).body;
  const [{ id }] = z.object({ deliveries: z.tuple([z.object({ id: z.string() })]) }).parse(list).deliveries;
  const details = (await client.get(`/api/v1/webhooks/deliveries/${id}`)).body;
  const { delivery } = z.object({ delivery: z.object({ body: z.string() }) }).parse(details);
  return Object.keys(JSON.parse(delivery.body));
}

function membersShown(): readonly string[] {
  const shown = blocks.find(({ language, text }) => language === "json" && text.includes('"event":'));
  return Object.keys(JSON.parse(shown?.text ?? "{}"));
}

/** Has a receiver of the guide told of an upload, by a service that has the same secret. */
async function expectReceives(language: string, program: string, file: string): Promise<void> {
  const port = await unusedPort();
  await writeFile(file, example(language, "receiver").replace("3000", String(port)));
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const receiver = startProcess(program, [file], { env: { ...process.env, WEBHOOK_SECRET: secret } });
  await receiver.shown("listening");
  const { client, baseUrl } = await start({ WEBHOOK_SECRET: secret });
  const hook = `http://127.0.0.1:${port}/hook`;
  const events = ["processing.started", "processing.completed", "processing.failed"];
  expect((await client.configure({ webhook_url: hook, events })).status).toBe(200);

  const made = await client.begin(csvOf(["Logo", `${baseUrl}/samples/logo.png`]));
  await receiver.shown(`processing.started ${made} processing\n`);
  await receiver.shown(`processing.completed ${made} completed\n`);
  expect(await membersOfLastEvent(client)).toEqual(membersShown());
  const failed = await client.begin(csvOf(["Nothing", "nowhere"]));
  await receiver.shown(`processing.failed ${failed} failed\n`);

  const forged = await fetch(hook, {
    method: "POST",
    headers: { "webhook-id": "msg_1", "x-webhook-signature": `sha256=${"0".repeat(64)}` },
    body: JSON.stringify({ event: "processing.completed", request_id: "forged", status: "completed" }),
  });
  expect(forged.status).toBe(401);
  expect(receiver.output()).not.toContain("forged");
  receiver.child.kill("SIGKILL");
  await receiver.ended;
}
