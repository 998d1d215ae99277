import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { describeWith } from "../../needs.ts";

describeWith("chromium", "the docs page in a browser", ({ path }) => {
  test("opens", () => {
    expect(existsSync(path)).toBe(true);
  });
  test("loads nothing from elsewhere", () => {
    expect(existsSync(path)).toBe(true);
  });
});
