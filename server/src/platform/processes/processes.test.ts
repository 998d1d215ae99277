import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { describeServer, openMigrated } from "../../../test/engine/databases.ts";
import { openWithSchema } from "../../../test/migrated.ts";
import { temporaryFolder } from "../../../test/world.ts";
import { loadConfig } from "../config.ts";
import type { Database } from "../database/database.ts";
import { differencesOf, fingerprintsOf } from "./fingerprints.ts";
import { createProcesses, type ProcessesOptions } from "./processes.ts";

const key = new Uint8Array(32).fill(7);
const fingerprints = (env: Record<string, string> = {}, under = key) =>
  fingerprintsOf(loadConfig(env), under);

function processOn(database: Database, changes: Partial<ProcessesOptions> = {}) {
  const warnings: object[] = [];
  const processes = createProcesses({
    ...{ database, role: "api", version: "1.0.0", host: "one", fingerprints: fingerprints() },
    log: { warn: (fields) => void warnings.push(fields) },
    // Nothing is waited for here.
    beatMs: 3_600_000,
    ...changes,
  });
  onTestFinished(() => processes.close());
  return { ...processes, warnings };
}

test("settings that all processes have in common are compared, and nothing of them can be read", () => {
  const usual = { GEMINI_API_KEYS: "AIza-a-key", PORT: "8001", ROLE: "api" };
  const one = fingerprints(usual);
  expect(differencesOf(one, fingerprints({ ...usual, PORT: "8002", ROLE: "worker" }))).toEqual([]);
  expect(differencesOf(one, fingerprints({ ...usual, GEMINI_API_KEYS: "AIza-another" }))).toEqual([
    "GEMINI_API_KEYS",
  ]);
  expect(differencesOf(one, fingerprints({}))).toEqual(["GEMINI_API_KEYS"]);
  expect(JSON.stringify(one)).not.toContain("AIza");
  // The same value of another setting, and under another key, looks different.
  expect(fingerprints({ GEMINI_API_KEYS: "same" })["GEMINI_API_KEYS"]).not.toBe(
    fingerprints({ OPENAI_API_KEY: "same" })["OPENAI_API_KEY"],
  );
  expect(differencesOf(one, fingerprints(usual, new Uint8Array(32)))).toEqual(["JWT_SECRET_KEY"]);
  // A setting that only one of two releases has is not compared.
  expect(differencesOf({ ...one, A_NEW_SETTING: "x" }, one)).toEqual([]);
});

test("embedded there is one, which is not written down", async () => {
  const database = await openWithSchema({ url: undefined, dataDir: await temporaryFolder(), poolSize: 1 });
  const only = processOn(database, { role: "all" });
  await only.start();
  expect(await only.list()).toMatchObject([{ role: "all", host: "one", own: true, differs: [] }]);
  await only.close();
  await database.close();
});

describeServer("processes on a server", (_cluster, place) => {
  test("know each other, tell what differs, and are gone when they end", async () => {
    const database = await openMigrated(await place());
    onTestFinished(() => database.close());
    const one = processOn(database);
    await one.start();
    const settings = fingerprints({ VISION_MODEL: "local" });
    const other = processOn(database, {
      host: "other",
      role: "worker",
      version: "1.1.0",
      fingerprints: settings,
    });
    await other.start();
    expect(other.warnings).toEqual([{ settings: ["VISION_MODEL"], host: "one", role: "api" }]);
    expect(one.warnings).toEqual([]);
    expect(await one.list()).toMatchObject([
      { host: "one", own: true, ending: false, differs: [] },
      { host: "other", own: false, version: "1.1.0", differs: ["VISION_MODEL"] },
    ]);
    other.announceEnd();
    await expect.poll(async () => (await one.list()).map(({ ending }) => ending)).toEqual([false, true]);
    await other.close();
    expect(await one.list()).toMatchObject([{ host: "one" }]);
  });

  test("one that was killed is left out after a minute", async () => {
    const database = await openMigrated(await place());
    onTestFinished(() => database.close());
    const one = processOn(database);
    const killed = processOn(database, { host: "killed" });
    await one.start();
    await killed.start();
    await sql`update processes set seen_at = now() - interval '61 seconds' where host = 'killed'`.execute(
      database.sql,
    );
    expect(await one.list()).toMatchObject([{ host: "one" }]);
  });
});
