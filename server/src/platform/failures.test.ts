import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type FailureCode, failureOf, failures } from "./failures.ts";
import { failuresPage } from "./failures-page.ts";
import { downloadFailures } from "./outbound/download-failures.ts";
import { outboundFailures } from "./outbound/errors.ts";
import { s3Failures } from "./outbound/s3-failures.ts";
import { settings } from "./settings.ts";

const source = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
const codes = Object.keys(failures);
const rowsOf = (code: string) =>
  failuresPage()
    .split("\n")
    .filter((line) => line.startsWith(`| <a id="${code}"></a>\`${code}\` |`));

test("docs/errors.md is what the list says; `npm run docs` writes it", () => {
  expect(source("../../../docs/errors.md")).toBe(failuresPage());
});

test.each(codes)("%s has one row of five cells", (code) => {
  const [row = "", ...others] = rowsOf(code);
  expect(others).toEqual([]);
  const cells = row.split(/(?<!\\)\|/).slice(1, -1);
  expect(cells).toHaveLength(5);
  for (const cell of cells) expect(cell.trim()).not.toBe("");
});

test.each(Object.entries(failures))("%s is told in whole sentences that stand alone", (_code, failure) => {
  for (const text of [failure.sentence, failure.cause, failure.fix]) {
    expect(text).toMatch(/^[A-Z].*\.$/);
    // A table in Markdown and a tooltip show the same text.
    expect(text).not.toMatch(/[`*<>\n]/);
  }
});

test("no two codes are told in the same words", () => {
  const sentences = Object.values(failures).map(({ sentence }) => sentence);
  expect(new Set(sentences).size).toBe(sentences.length);
});

test("a code is one that columns, addresses and programs take as it is", () => {
  for (const code of codes) expect(code).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
});

test("what is told to set exists among the settings", () => {
  const told = Object.values(failures).flatMap(({ fix }) => fix.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? []);
  expect(told.length).toBeGreaterThan(0);
  for (const name of told) expect(Object.keys(settings)).toContain(name);
});

test.each(["item-work.ts", "slice.ts", "storable.ts"])(
  "every code that the engine itself writes (%s) is on the list",
  (file) => {
    const text = source(`../engine/${file}`);
    const written = [...text.matchAll(/\b(?:failed|failure)\(\s*"(\w+)"|\bcode: "(\w+)"/g)].map(
      ([, first, second]) => first ?? second,
    );
    expect(written.length).toBeGreaterThan(0);
    for (const code of written) expect(codes).toContain(code);
  },
);

test("every code of a fetch is on the list, and what passes by itself may be tried again", () => {
  const fetching = [...outboundFailures, ...downloadFailures, ...s3Failures];
  for (const { code } of fetching) expect(codes).toContain(code);
  for (const { code, transient } of fetching)
    if (transient) expect(failureOf(code).retryable, code).toBe(true);
});

// The words of the batch API's document and of its error analysis.
test.each<[FailureCode, string]>([
  ["connection_timeout", "network_errors"],
  ["connection_refused", "network_errors"],
  ["http_5xx", "network_errors"],
  ["rate_limited", "network_errors"],
  ["dns_failure", "invalid_urls"],
  ["http_404", "invalid_urls"],
  ["invalid_url", "invalid_urls"],
  ["not_an_image", "processing_errors"],
  ["decode_error", "processing_errors"],
  ["analysis_error", "processing_errors"],
])("%s counts as %s", (code, category) => {
  expect(failureOf(code)).toBe(failures[code]);
  expect(failureOf(code).category).toBe(category);
});

test.each(["http_418", "constructor", ""])("the code %j of another version is told as unknown", (code) => {
  expect(failureOf(code)).toMatchObject({ category: "processing_errors", retryable: true });
  expect(failureOf(code).sentence).toContain("does not know");
});
