import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startProcess } from "../../../../../scripts/fixture-process.ts";
import { temporaryFolder } from "../../../../test/world.ts";
import { lockFolder } from "./folder-lock.ts";

const opener = fileURLToPath(new URL("../../../../test/testdata/database/opener.ts", import.meta.url));
const rounds = Number(process.env["SOAK_ROUNDS"] ?? 1);
const now = new Date("2026-11-21T08:00:00Z");

const start = (folder: string) =>
  startProcess(process.execPath, ["--disable-warning=ExperimentalWarning", opener, folder]);

/** Resolves with the line that an opener says. */
async function verdict(started: ReturnType<typeof start>): Promise<string> {
  await Promise.race([started.shown("\n"), started.ended]);
  return started.output().trim();
}

test(`of four that start at once exactly one runs, and the others say who (${rounds} rounds)`, {
  timeout: 60_000 * rounds,
}, async () => {
  const folder = await temporaryFolder();
  for (let round = 0; round < rounds; round += 1) {
    const started = [start(folder), start(folder), start(folder), start(folder)];
    const verdicts = await Promise.all(started.map(verdict));
    const winner = verdicts.indexOf("open");
    expect(verdicts.filter((line) => line === "open")).toEqual(["open"]);
    for (const [index, line] of verdicts.entries())
      if (index !== winner)
        expect(line).toMatch(
          new RegExp(
            `^refused: The data folder ${folder} is in use by process ${started[winner]?.pid} on \\S+, ` +
              "since \\d{4}-.*DATA_DIR.*DATABASE_URL",
          ),
        );
    // The next round finds what a kill leaves behind.
    started[winner]?.child.kill("SIGKILL");
    await Promise.all(started.map(({ ended }) => ended));
  }
});

test("the same process is refused too, until the first one has given it back", async () => {
  const folder = await temporaryFolder();
  const lock = lockFolder(folder, now);
  expect(() => lockFolder(folder, now)).toThrow(
    new RegExp(`in use by process ${process.pid} on .*2026-11-21T08:00:00.000Z`),
  );
  lock.release();
  lockFolder(folder, now).release();
  expect(readdirSync(folder)).toEqual(["database.lock"]);
});

test("an owner's note without an owner keeps nobody out", async () => {
  const folder = await temporaryFolder();
  writeFileSync(
    join(folder, "database.owner"),
    JSON.stringify({ pid: 1, host: "x", since: now.toISOString() }),
  );
  lockFolder(folder, now).release();
});

test("folders with a long path can be locked", async () => {
  const folder = join(await temporaryFolder(), "x".repeat(200), "y".repeat(200));
  mkdirSync(folder, { recursive: true });
  lockFolder(folder, now).release();
  expect(existsSync(join(folder, "database.lock"))).toBe(true);
});

test("a folder that cannot be locked is told with its reason", async () => {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, "database.lock"));
  expect(() => lockFolder(folder, now)).toThrow(/cannot be locked \(unable to open database file\)/);
});
