import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type CodeBlock,
  codeBlocks,
  exampleFolder,
  pointedTo,
  readDocument,
} from "../../server/test/documents.ts";
import { patient } from "../../server/test/guides.ts";
import { leaveToSoak } from "../../server/test/needs.ts";
import { listenApp } from "../../server/test/world.ts";
import { installedCommand, node, runShell } from "./command.ts";

beforeAll(async () => {
  await installedCommand();
}, 120_000);

const mark = "=== next block";

/** Runs the commands of a document in their order, with `fovea` as it is installed; resolves with what each block printed. */
async function runBlocks(document: string) {
  const { baseUrl } = await listenApp({ ADMIN_TOKEN: "the-administrator-token" });
  const folder = await exampleFolder();
  const programs = join(folder, "programs");
  await mkdir(programs);
  const script = `#!/bin/sh\nexec "${node.path}" "${await installedCommand()}" "$@"\n`;
  await writeFile(join(programs, "fovea"), script, { mode: 0o755 });
  const blocks = codeBlocks(await readDocument(document));
  const commands = blocks.filter(({ language }) => language === "sh");
  const all = commands.map(({ text }) => pointedTo(baseUrl, text)).join(`echo "${mark}"\n`);
  const { code, stdout, stderr } = await runShell(all, {
    cwd: folder,
    env: { FOVEA_URL: baseUrl, FOVEA_TOKEN: "test-token", PATH: `${programs}:${process.env["PATH"]}` },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining("error:") });
  const printed = stdout.split(`${mark}\n`);
  const above = (block: CodeBlock) => {
    const command = blocks.slice(0, blocks.indexOf(block)).findLast(({ language }) => language === "sh");
    return command ? (printed[commands.indexOf(command)] ?? "") : "";
  };
  return { files: await readdir(folder, { recursive: true }), blocks, above };
}

describe("the examples of the command", () => {
  leaveToSoak("the guide to the command", () => {
    test("of its guide run in their order, and print what is shown", patient, async () => {
      const { files, blocks, above } = await runBlocks("docs/cli.md");
      for (const block of blocks.filter(({ language }) => language === "text")) {
        expect(above(block), block.label).toContain(block.text);
      }
      const dry = blocks.find(({ label }) => label === "dry");
      expect(JSON.parse(dry ? above(dry) : "null")).toMatchObject(JSON.parse(dry?.text ?? "null"));
      expect(files).toEqual(
        expect.arrayContaining([
          ...[
            "prepared/street.jpg",
            "shops.xlsx",
            "shops.ndjson",
            "again.csv",
            "nightly.csv",
            "sunset.png",
            "smaller.csv",
          ],
          ...["icons/office-supplies.svg", "icon-set/contact-sheet.png", "icon-set/LICENSE-lucide.txt"],
        ]),
      );
    });
  });

  test("of its README are among those of its guide", async () => {
    const linesOf = async (document: string) =>
      codeBlocks(await readDocument(document))
        .filter(({ language }) => language === "sh")
        .flatMap(({ text }) => text.trim().split("\n"));
    expect(await linesOf("docs/cli.md")).toEqual(expect.arrayContaining(await linesOf("cli/README.md")));
  });
});
