import { expect, test } from "vitest";
import { contentName } from "./content-name.ts";
import { isFileName } from "./file-name.ts";

const sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const rest = sha256.slice(2);

test.each([
  ["image/png", `e3/${rest}.png`],
  ["image/jpeg", `e3/${rest}.jpg`],
  ["IMAGE/WebP; q=1", `e3/${rest}.webp`],
  ["text/csv;charset=utf-8", `e3/${rest}.csv`],
  ["application/x-../../etc", `e3/${rest}.bin`],
  ["", `e3/${rest}.bin`],
])("content of the type %j has a name by its hash", (type, name) => {
  expect(contentName(sha256, type)).toBe(name);
  expect(contentName(sha256.toUpperCase(), type)).toBe(name);
  expect(isFileName(name)).toBe(true);
});

test.each(["", "e3", `${sha256}0`, `../${sha256.slice(3)}`, `${sha256.slice(1)}g`])(
  "%j is no hash",
  (text) => {
    expect(() => contentName(text, "image/png")).toThrow(TypeError);
  },
);
