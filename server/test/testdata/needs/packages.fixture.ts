import { join } from "node:path";
import { expect, test } from "vitest";
import { describeInstalled } from "../../needs.ts";

const folder = join(import.meta.dirname, "no-lockfile");
await describeInstalled(folder, "a server from elsewhere", () => {
  test("answers", () => {
    expect(folder).toBeDefined();
  });
});
