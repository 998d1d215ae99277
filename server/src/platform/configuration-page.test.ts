import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configurationPage } from "./configuration-page.ts";
import { settings } from "./settings.ts";

const rowOf = (name: string) =>
  configurationPage()
    .split("\n")
    .filter((line) => line.startsWith(`| \`${name}\` |`));

test("docs/configuration.md is what the settings say; `npm run docs` writes it", () => {
  const committed = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");
  expect(committed).toBe(configurationPage());
});

test.each(Object.keys(settings))("%s has one row of three cells", (name) => {
  const [row = "", ...others] = rowOf(name);
  expect(others).toEqual([]);
  const cells = row.split(/(?<!\\)\|/).slice(1, -1);
  expect(cells).toHaveLength(3);
  for (const cell of cells) expect(cell.trim()).not.toBe("");
});

// The default is told twice, to the parser and to the reader, because the reader's may be a sentence.
test.each(
  Object.entries(settings).flatMap(([name, schema]) => {
    const stated = /^`([^`]+)`$/.exec(String(schema.meta()?.["default"]))?.[1];
    return stated === undefined ? [] : [[name, stated] as const];
  }),
)("the documented default of %s is the one that is used", (name, stated) => {
  const schema = settings[name as keyof typeof settings];
  expect(schema.parse(stated)).toEqual(schema.parse(undefined));
});
