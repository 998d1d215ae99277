import { readFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { blank, bytes, gated, startOrigin, status } from "../../server/test/analysis/origin.ts";
import { describeDashboard, expectAccessible } from "./open-dashboard.ts";

describeDashboard("from a CSV of one's own to its results", ({ open }) => {
  test("it is chosen, started, watched, paused, mended and exported", async () => {
    const { page, problems } = await open({ RETRY_BASE_MS: "1" });
    const origin = await startOrigin();
    onTestFinished(() => origin.close());
    const picture = bytes(await blank());
    const held = gated(picture);
    const good = [1, 2, 3, 4].map((each) => origin.serve(`/${each}.png`, picture));
    const slow = origin.serve("/slow.png", held.gate);
    const away = origin.serve("/away.png", status(404));
    await page.goto("./");
    await page.locator('input[type="file"]').setInputFiles({
      name: "shops.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(
        ["photo,town", ...good.map((url) => `${url},Bern`), `${slow},Basel`, `${away},Chur`].join("\n"),
      ),
    });
    await page.getByRole("button", { name: "Start 6 rows" }).click();

    await page.getByRole("heading", { level: 1, name: "shops" }).waitFor();
    await page.getByText("5 of 6 rows").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    await expect.poll(() => page.title()).toMatch(/5\/6 · shops · Fovea$/);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    held.open();
    await page.getByText("6 of 6 rows").waitFor();
    await expect.poll(() => page.title()).toBe("✓ 6/6 · shops · Fovea");

    origin.serve("/away.png", picture);
    await page.getByRole("tab", { name: "Failed 1" }).click();
    await page.getByRole("button", { name: "Export 1 row", exact: true }).waitFor();
    await page
      .getByRole("row")
      .filter({ hasText: "/away.png" })
      .or(page.getByRole("row").nth(1))
      .first()
      .click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Retry/ })
      .click();
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: "Failed 0" }).waitFor();
    await page.getByRole("tab", { name: "All 6" }).click();

    await page.getByRole("button", { name: "Export 6 rows" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: /^CSV/ }).click(),
    ]);
    const lines = (await readFile(await download.path(), "utf8")).trim().split(/\r?\n/);
    expect(lines).toHaveLength(7);
    expect(lines[0]).toMatch(/^url,.*,town$/);
    expect(lines.slice(1).every((line) => /Bern|Basel|Chur/.test(line))).toBe(true);
    expect(problems).toEqual([]);
  });
});
