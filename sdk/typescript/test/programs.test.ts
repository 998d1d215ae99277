import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { readHeader } from "@fovea/imaging";
import { describe, expect, test } from "vitest";
import { runtimeFlags } from "../../../scripts/runtime.mjs";
import { shareService } from "../../../server/test/analysis/world.ts";
import { codeBlocks, exampleFolder, pointedTo } from "../../../server/test/documents.ts";
import { temporaryFolder } from "../../../server/test/world.ts";
import { scriptedService } from "./scripted-service.ts";

const service = shareService({ BASE_PATH: "/images" });
const source = new URL("../src/index.ts", import.meta.url).href;
const secret = "a secret that both sides know";

/** Runs a program of TypeScript to its end, which must come by itself. */
async function run(folder: string, program: string, variables: Record<string, string> = {}) {
  await writeFile(join(folder, "program.mts"), program.replaceAll('"@fovea/client"', JSON.stringify(source)));
  const child = spawn(process.execPath, [...runtimeFlags, "program.mts"], {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...variables },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { stdout, stderr, code };
}

test("the examples of the README run in their order, below a base path", async () => {
  const { baseUrl } = service();
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const examples = codeBlocks(readme).filter(({ language }) => language === "ts");
  expect(examples.map(({ section }) => section)).toEqual([
    ...["@fovea/client", "The five jobs", "Errors", "Retries, time limits, and what happens once"],
    ...["Webhooks", "Browsers and tokens", "Besides", "Besides"],
  ]);
  // A receiver waits to be called, which no example does.
  const called = `
    import { createHmac } from "node:crypto";
    const stamp = String(Math.floor(Date.now() / 1000));
    const answerTo = async (key: string) => {
      const signature = createHmac("sha256", key).update(\`msg_1.\${stamp}.{"type":"webhook.test"}\`).digest("base64");
      const headers = { "webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": \`v1,\${signature}\` };
      return (await POST(new Request("http://127.0.0.1/", { method: "POST", headers, body: '{"type":"webhook.test"}' }))).status;
    };
    console.log(await answerTo(${JSON.stringify(secret)}), await answerTo("another"));`;
  const program = pointedTo(baseUrl, examples.map((example) => example.text).join("\n")) + called;
  const folder = await exampleFolder();
  const { stdout, stderr, code } = await run(folder, program, { FOVEA_WEBHOOK_SECRET: secret });
  expect(stderr).toBe("There is no such batch.\n");
  expect(code).toBe(0);
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(/^\d+ \d+ \d+ image\/jpeg$/);
  expect(lines.filter((line) => line === "1 of 1")).toHaveLength(1);
  expect(lines).toContain(`${baseUrl}/samples/bakery.jpg PELLOWICK`);
  expect(lines).toContainEqual(expect.stringContaining(`'${baseUrl}/api/v1/images/processed/`));
  expect(lines).toContain("[ 'claude', 'openai', 'gemini' ]");
  expect(lines.slice(-6)).toEqual([
    expect.stringMatching(/^docs\/images\/street\.jpg \d+$/),
    expect.stringMatching(/^docs\/images\/before-after\.png \d+$/),
    "true",
    "msg_1 { type: 'webhook.test' }",
    "204 401",
    "",
  ]);
  const file = (name: string) => readFile(join(folder, name));
  expect(readHeader(await file("harbour.webp"))).toMatchObject({ format: "webp", width: 640, height: 360 });
  expect((await file("shops.xlsx")).toString("latin1", 0, 2)).toBe("PK");
  expect(await file("umbrella.svg").then(String)).toContain("<svg");
});

describe("a program ends by itself", () => {
  /** Each ends when nothing is left to do, and vitest gives up on one that does not. */
  test.each<[what: string, program: string, printed: string]>([
    ["after a call whose answer nobody has waited for", "void fovea.models.list();", ""],
    ["after an error", "await fovea.jobs.get('x').catch((error) => console.log(error.status));", "422\n"],
    [
      "with a signal and limits that are longer",
      "await fovea.models.list({ signal: AbortSignal.timeout(3_600_000), timeout: 3_600_000 });",
      "",
    ],
    [
      "after waiting for an end, with a limit that is longer",
      `const { batch_id } = await fovea.batches.create([process.env.PICTURE]);
       console.log((await fovea.batches.wait(batch_id, { timeout: 3_600_000 })).status);`,
      "completed\n",
    ],
    [
      "after waiting that was given up",
      `const { batch_id } = await fovea.batches.create([process.env.PICTURE], { auto_start: false });
       await fovea.batches.wait(batch_id, { timeout: 50 }).catch((error) => console.log(error.name));`,
      "ApiTimeoutError\n",
    ],
    [
      "after events whose loop was left",
      'for await (const { event } of fovea.events.stream("mine")) { console.log(event); break; }',
      "snapshot\n",
    ],
    ["after a download that is not wanted", "await (await fovea.batches.template()).cancel();", ""],
  ])("%s", async (_, program, printed) => {
    const { baseUrl, picture } = service();
    const begin = 'import { Fovea } from "@fovea/client";\nconst fovea = new Fovea();\n';
    const variables = { FOVEA_URL: baseUrl, FOVEA_TOKEN: "test-token", PICTURE: picture };
    expect(await run(await temporaryFolder(), begin + program, variables)).toEqual({
      ...{ stdout: printed, stderr: "", code: 0 },
    });
  });
});

test("a file that changes after it was chosen is an error, and not the end of the program", async () => {
  const { url } = await scriptedService(
    { status: 503, headers: { "retry-after": "0" } },
    { body: { data: {} } },
  );
  const folder = await temporaryFolder();
  await writeFile(join(folder, "urls.csv"), "url\nhttps://example.com/1.jpg\n");
  const program = `
    import { appendFileSync } from "node:fs";
    import { Fovea, FoveaError } from "@fovea/client";
    const changing: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (answer.status === 503) appendFileSync("urls.csv", "https://example.com/2.jpg\\n");
      return answer;
    };
    const fovea = new Fovea({ maxRetries: 1, fetch: changing });
    await fovea.batches.create("urls.csv").catch((error) => console.log(error instanceof FoveaError, error.message));
    console.log("goes on");`;
  expect(await run(folder, program, { FOVEA_URL: url })).toEqual({
    stdout: "true POST /api/v1/batches: no answer came (The blob could not be read).\ngoes on\n",
    ...{ stderr: "", code: 0 },
  });
});
