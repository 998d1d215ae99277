import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startProcess } from "../../../scripts/fixture-process.ts";
import { unusedPort } from "../../src/platform/outbound/testing/servers.ts";
import { codeBlocks, readDocument, repository } from "../documents.ts";
import { openMigrated } from "../engine/databases.ts";
import { describeWith } from "../needs.ts";
import { temporaryFolder } from "../world.ts";
import { webhooksUnderTest } from "./world.ts";

const examples = codeBlocks(await readDocument("docs/webhooks.md")).filter(
  ({ label }) => label === "receiver",
);
const newest = Buffer.alloc(32, 7);
const old = Buffer.alloc(32, 8);

test("the guide's receiver in Node takes what is signed, and nothing else", async () => {
  const folder = await temporaryFolder();
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  await expectVerifies("js", process.execPath, join(folder, "receiver.mjs"));
});

describeWith("python3-requests", "the guide's receiver in Python", ({ path }) => {
  test("takes what is signed, and nothing else", async () => {
    await expectVerifies("python", path, join(await temporaryFolder(), "receiver.py"));
  });
});

async function expectVerifies(language: string, program: string, file: string): Promise<void> {
  const port = await unusedPort();
  const example = examples.find((each) => each.language === language)?.text ?? "";
  expect(example).toContain("3000");
  await writeFile(file, example.replace("3000", String(port)));
  const receiver = startProcess(program, [file], {
    env: { ...process.env, WEBHOOK_SECRET: `whsec_${old.toString("base64")}` },
  });
  await receiver.shown("listening");
  const database = await openMigrated({ url: undefined, dataDir: await temporaryFolder() });
  onTestFinished(() => database.close());
  const tell = (secrets: readonly Buffer[], lateMs = 0) =>
    webhooksUnderTest(database, { secrets: () => secrets, now: () => Date.now() - lateMs }).webhooks.test({
      ...{ url: `http://127.0.0.1:${port}/hook`, owner: "tester" },
    });
  // While the secret is replaced both sign.
  const { id, state } = await tell([newest, old]);
  expect(state).toBe("delivered");
  await receiver.shown(id);
  expect((await tell([newest])).lastAttempt).toMatchObject({ status: 401 });
  expect((await tell([old], 360_000)).lastAttempt).toMatchObject({ status: 401 });
  receiver.child.kill("SIGKILL");
  await receiver.ended;
}
