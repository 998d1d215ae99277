import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { readHeader } from "@fovea/imaging";
import { expect, test } from "vitest";
import { runtimeFlags } from "../../scripts/runtime.mjs";
import { shareService } from "./analysis/world.ts";
import { codeBlocks, exampleFolder, pointedTo, readDocument, repository } from "./documents.ts";
import { describeWith } from "./needs.ts";

const start = promisify(execFile);
const service = shareService();
const all = codeBlocks(await readDocument("README.md"));
const section = all.filter((block) => block.section === "From TypeScript, Python and a shell");
const example = (language: string) =>
  section.filter((block) => block.language === language).at(-1)?.text ?? "";

/** A folder with the example in it, for its program to run in. */
async function folderWith(name: string, text: string): Promise<string> {
  const folder = await exampleFolder();
  await writeFile(join(folder, name), pointedTo(service().baseUrl, text));
  return folder;
}

/** Each of the five jobs leaves a file, whatever it was asked from. */
async function expectResults(folder: string, prepared: string, icon: string): Promise<void> {
  const bytes = (name: string) => readFile(join(folder, name));
  expect(readHeader(await bytes(prepared))).toMatchObject({ format: "jpeg", width: 1376, height: 1835 });
  expect(readHeader(await bytes("sunset.png"))).toMatchObject({ format: "png" });
  expect(readHeader(await bytes(icon))).toMatchObject({ format: "png" });
  // A workbook is a ZIP.
  expect((await bytes("shops.xlsx")).subarray(0, 2).toString()).toBe("PK");
  expect(await readFile(join(folder, "smaller.csv"), "utf8")).toMatch(/Mug,.*\/api\/v1\/images\/processed\//);
}

test("the README's TypeScript does each of the five jobs", async () => {
  const folder = await folderWith("example.ts", example("ts"));
  await mkdir(join(folder, "node_modules/@fovea"), { recursive: true });
  await symlink(join(repository, "sdk/typescript"), join(folder, "node_modules/@fovea/client"));
  const { stdout } = await start(process.execPath, [...runtimeFlags, "example.ts"], { cwd: folder });
  expect(stdout).toMatch(/^1376 1835 2993$/m);
  expect(stdout).toMatch(/bakery\.jpg PELLOWICK$/m);
  await expectResults(folder, "prepared.jpg", "office.png");
});

describeWith("python3-httpx", "the README's Python", ({ path }) => {
  test("does each of the five jobs", async () => {
    const folder = await folderWith("example.py", example("python"));
    const env = {
      ...process.env,
      PYTHONPATH: join(repository, "sdk/python/src"),
      PYTHONDONTWRITEBYTECODE: "1",
    };
    const { stdout } = await start(path, ["example.py"], { cwd: folder, env });
    expect(stdout).toMatch(/^1376 1835 2993$/m);
    expect(stdout).toMatch(/bakery\.jpg PELLOWICK$/m);
    await expectResults(folder, "prepared.jpg", "office.png");
  });
});

describeWith("curl", "the README's commands", () => {
  // The two tables are those of the sections before.
  const tables = all
    .flatMap(({ text }) => text.split("\n"))
    .filter((line) => line.startsWith("printf") && /> (urls|products)\.csv$/.test(line));

  test("do each of the five jobs", async () => {
    expect(tables).toHaveLength(2);
    const folder = await folderWith("tables.sh", tables.join("\n"));
    const fovea = join(repository, "cli/bin/fovea.cjs");
    const commands = example("sh").replaceAll("npx fovea", `"${process.execPath}" "${fovea}"`);
    const env = { ...process.env, FOVEA_URL: service().baseUrl };
    await start("sh", ["-ec", `. ./tables.sh\n${commands}`], { cwd: folder, env });
    const [icon = ""] = await readdir(join(folder, "icons"));
    await expectResults(folder, "prepared/street.jpg", join("icons", icon));
  });
});
