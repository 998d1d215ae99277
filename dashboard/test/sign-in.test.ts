import { expect, test } from "vitest";
import { describeDashboard, expectAccessible } from "./open-dashboard.ts";

describeDashboard("signing in to the dashboard", ({ open }) => {
  test("with AUTH=all an API key opens the page one wanted, and leaving closes it", async () => {
    const { page, problems, baseUrl } = await open({ AUTH: "all", API_KEY: "the-key-of-this-test" });
    await page.goto("./prepare?x=1");
    await page.getByRole("heading", { name: "Sign in to Fovea" }).waitFor();
    await expectAccessible(page);
    await page.getByLabel("Token or API key").fill("another");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "no token or API key" }).waitFor();
    await page.getByLabel("Token or API key").fill("the-key-of-this-test");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Prepare" }).waitFor();
    expect(page.url()).toBe(`${baseUrl}/prepare?x=1`);
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.getByRole("banner").getByRole("button").last().click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to Fovea" }).waitFor();
    await page.goto("./");
    await page.getByRole("heading", { name: "Sign in to Fovea" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("a session that ends while a page is open leads to signing in, and back", async () => {
    const { page } = await open({ AUTH: "all", API_KEY: "the-key-of-this-test" });
    await page.goto("./icons");
    await page.getByLabel("Token or API key").fill("the-key-of-this-test");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Icons" }).waitFor();
    await page.context().clearCookies();
    await page.reload();
    await page.getByRole("heading", { name: "Sign in to Fovea" }).waitFor();
    expect(new URL(page.url()).searchParams.get("next")).toBe("/icons");
  });
});
