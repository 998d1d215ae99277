import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { bytes, gated, status } from "../../server/test/analysis/origin.ts";
import { csvOf } from "../../server/test/catalog/client.ts";
import { photoBytes, shopUnderTest } from "../../server/test/catalog/shop.ts";
import { leaveToSoak } from "../../server/test/needs.ts";
import { describeDashboard, expectAccessible, expectNoSidewaysScroll } from "./open-dashboard.ts";

const hostile = "<script>document.title='taken'</script>";

describeDashboard("the catalog", ({ open }) => {
  test("a CSV becomes a catalog that is watched to its end, compared, and downloaded", async () => {
    const { page, problems } = await open({ CATALOG_CONCURRENCY: "1" });
    const shop = await shopUnderTest();
    const { gate, open: openGate } = gated(
      bytes(await photoBytes(3, 480, 320), { "content-type": "image/jpeg" }),
    );
    const slow = shop.origin.serve("/slow.jpg", gate);
    const lamp = await shop.picture("/lamp.jpg");
    const missing = new URL(`/missing.jpg?${"x".repeat(2_000)}`, lamp).href;
    await page.goto("./catalog");
    await expect.poll(() => page.getByText("No catalog yet").isVisible()).toBe(true);
    await page.locator("input[type=file]").setInputFiles({
      ...{ name: "spring.csv", mimeType: "text/csv" },
      buffer: Buffer.from(csvOf([hostile, lamp, missing], ["Slow", slow], ["Nothing"])),
    });
    await page.getByText("spring.csv · ").waitFor();
    await page.getByRole("button", { name: "Make images smaller" }).click();

    // It is told live, while the second product waits for its shop.
    await page.getByRole("heading", { level: 1, name: "spring.csv" }).waitFor();
    await page.getByText("1 of 3 products: 1 made, 0 failed, 2 to come.").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    await expect.poll(() => page.title()).toBe("1/3 · spring.csv · Fovea");
    openGate();
    await page.getByText("3 of 3 products: 2 made, 1 failed, 0 to come.").waitFor();
    await expect.poll(() => page.title()).toBe("spring.csv · Fovea");

    const failures = page.getByRole("region", { name: "Failures" });
    await failures.getByText("http_404").waitFor();
    await failures.getByText("What to do:").first().waitFor();
    await page.getByText("of 3, 1 failed").waitFor();
    await expectAccessible(page);

    await page.getByRole("button", { name: "Compare image 1 of Slow" }).click();
    const drawer = page.getByRole("dialog", { name: "Slow" });
    const slider = drawer.getByRole("slider");
    await slider.focus();
    await page.keyboard.press("Home");
    expect(await slider.getAttribute("aria-valuetext")).toBe("0 % before");
    const shown = drawer.locator("img");
    await expect
      .poll(() => shown.evaluateAll((all) => all.map((each) => "naturalWidth" in each && each.naturalWidth)))
      .toEqual([480, 480]);
    await expectAccessible(page);
    // What is shown is in the address, and there after it is opened again.
    await page.reload();
    await drawer.waitFor();
    await page.keyboard.press("Escape");
    // The shop has taken this one away since.
    shop.origin.serve("/lamp.jpg", status(404));
    await page.getByRole("button", { name: `Compare image 1 of ${hostile}` }).click();
    await page.getByText("“Before” cannot be shown here; this is “After”.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });

    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "CSV of 3 products" }).click();
    const csv = await readFile(await (await download).path(), "utf8");
    expect(csv.split("\r\n")[0] ?? "").toMatch(/^S\. No\.,Product Name/);
    expect(csv).toContain("Slow");

    await page.setViewportSize({ width: 360, height: 740 });
    await page.reload();
    await page.getByRole("button", { name: "Compare image 1 of Slow" }).waitFor();
    await expectNoSidewaysScroll(page);
    await page.getByRole("link", { name: "All catalogs" }).click();
    await page.getByRole("link", { name: "spring.csv" }).waitFor();
    await page.getByText("2 of 3, 1 failed").waitFor();
    await expectNoSidewaysScroll(page);
    expect(problems).toEqual([]);
  });

  leaveToSoak("a catalog that is cancelled in the dashboard", () => {
    test("one that is cancelled leaves out what was not begun, and one that there is not says so", async () => {
      const { page } = await open({ ROLE: "api" });
      const shop = await shopUnderTest();
      await page.goto("./catalog");
      await page.locator("input[type=file]").setInputFiles({
        ...{ name: "two.csv", mimeType: "text/csv" },
        buffer: Buffer.from(csvOf(["A", await shop.picture("/a.jpg")], ["B", await shop.picture("/b.jpg")])),
      });
      await page.getByRole("button", { name: "Make images smaller" }).click();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("button", { name: "Leave out 2 products" }).click();
      await page.getByText("2 of 2 products: 0 made, 2 failed, 0 to come.").waitFor();
      await page.getByText("cancelled", { exact: true }).first().waitFor();

      await page.goto("./catalog?request=nothing");
      await page.getByRole("alert").getByText("Request ID not found").waitFor();
    });
  });
});
