import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { leaveToSoak } from "../../../test/needs.ts";
import { temporaryFolder } from "../../../test/world.ts";
import { createFolderFiles } from "./folder-files.ts";
import { listed, textOf } from "./testing/describe-files.ts";

const script = fileURLToPath(new URL("testdata/put-until-killed.ts", import.meta.url));

/** Kills the process as soon as it has said so many lines. */
async function putUntilKilled(folder: string, mode: "half" | "versions", lines: number) {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, folder, mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  let said = 0;
  createInterface(child.stdout).on("line", () => {
    said += 1;
    if (said === lines) child.kill("SIGKILL");
  });
  expect(await exited).toEqual([null, "SIGKILL"]);
}

leaveToSoak("files in a folder, after kills", () => {
  test.each([["nothing"], ["an older file"]])(
    "kill -9 in the middle of a put over %s leaves that, and no half file",
    async (before) => {
      const folder = await temporaryFolder();
      const files = createFolderFiles({ folder });
      const older = before === "nothing" ? null : before;
      if (older) await files.put("a/b", Buffer.from(older), { contentType: "image/png" });
      await putUntilKilled(folder, "half", 1);
      expect(await textOf(files, "a/b")).toBe(older);
      expect(await listed(files)).toHaveLength(older ? 1 : 0);
      expect(readdirSync(join(folder, ".incoming"))).toHaveLength(1);
      const later = createFolderFiles({ folder, now: () => Date.now() + 25 * 3_600_000 });
      await later.check();
      expect(readdirSync(join(folder, ".incoming"))).toEqual([]);
      expect(await textOf(later, "a/b")).toBe(older);
    },
  );

  test("kill -9 between puts of one name, wherever it hits, leaves one whole version", async () => {
    const folder = await temporaryFolder();
    const files = createFolderFiles({ folder });
    for (const lines of [1, 2, 3, 5, 8, 13]) {
      await putUntilKilled(folder, "versions", lines);
      const text = (await textOf(files, "a/b")) ?? "";
      expect(text).toHaveLength(3_000_000);
      expect(new Set(text).size).toBe(1);
      expect(await listed(files)).toHaveLength(1);
    }
  });
});
