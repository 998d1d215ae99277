import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeBlocks, exampleFolder, pointedTo, readDocument, run } from "../documents.ts";
import { describeWith } from "../needs.ts";
import { listenApp } from "../world.ts";

const guide = codeBlocks(await readDocument("docs/events.md"));
const example = (language: string) => guide.find((block) => block.language === language)?.text ?? "";

test("the example of the guide orders icons and follows them to their end", async () => {
  const { baseUrl } = await listenApp();
  const folder = await exampleFolder();
  await writeFile(join(folder, "example.mts"), pointedTo(baseUrl, example("ts")));
  const printed = await run(folder, process.execPath, ["example.mts"]);
  expect(printed).toMatch(/^snapshot \{/);
  expect(printed).toMatch(/^(job_completed \{|snapshot .*status: 'completed')/m);
});

describeWith("curl", "the curl example of the guide to live events", () => {
  test("shows a snapshot", async () => {
    const { baseUrl } = await listenApp();
    const printed = await run(await exampleFolder(), "sh", ["-ec", pointedTo(baseUrl, example("sh"))]);
    expect(printed).toMatch(
      /^retry: \d+\n\nevent: snapshot\ndata: \{"topic":"mine",.*"under_way":\[\]\}\}\n/,
    );
  });
});
