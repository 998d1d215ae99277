import { expect, test } from "vitest";
import { analysisClient, csvOf } from "../../server/test/analysis/client.ts";
import { describeDashboard, expectAccessible, expectNoSidewaysScroll } from "./open-dashboard.ts";

const adminToken = "a-token-of-the-administrator";
const hostile = "<script>document.title='taken'</script>";

/** Nothing is worked on: every batch stays as the test puts it. */
const idle = { ROLE: "api", CHUNK_SIZE: "1" } as const;
const rows = csvOf("https://a.test/1.png", "https://a.test/2.png");

describeDashboard("administration", ({ open }) => {
  test("work that nobody does is shown before it is ended, and a reset is shown and typed", async () => {
    const { page, problems, baseUrl } = await open({ ...idle, AUTH: "off" });
    const client = analysisClient(baseUrl);
    const { id } = await client.create(rows, { batch_name: hostile });
    const { id: other } = await client.create(rows, { batch_name: "Shops of May" });
    await page.goto("./admin");

    await page.getByRole("textbox", { name: "Idle for at least, hours" }).fill("0");
    await page.getByRole("button", { name: "Show what it would do" }).click();
    await page
      .getByText("This would cancel 2 batches with 4 chunks; 0 chunks would stay. Results are kept.")
      .waitFor();
    await page.getByRole("link", { name: hostile }).waitFor();
    await expectAccessible(page);
    expect(await client.progress(id)).toMatchObject({ status: "queued" });
    await page.getByRole("button", { name: "Cancel 2 batches" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel 2 batches" }).click();
    await page.getByText("2 batches cancelled, with 4 chunks.").waitFor();
    await page.getByText("Nothing to do: no batch was idle for 0 hours.").waitFor();
    expect(await client.progress(id)).toMatchObject({ status: "cancelled" });

    // One that has ended needs a word more.
    await page.getByLabel("Id of the batch").fill(other);
    await page.getByRole("button", { name: "Show what would be removed" }).click();
    await page.getByRole("alert").getByText("It cannot be reset").waitFor();
    await page.getByLabel("Also one that is paused, or has ended").check();
    await page.getByRole("button", { name: "Show what would be removed" }).click();
    await page.getByText("It is cancelled. 0 results would be removed, and 2 chunks begun anew.").waitFor();
    await page.getByRole("button", { name: "Reset and remove 0 results" }).click();
    const dialog = page.getByRole("dialog");
    const confirm = dialog.getByRole("button", { name: "Remove 0 results" });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByRole("textbox").fill("Shops of May");
    await confirm.click();
    await page.getByText("The batch is pending again; 0 results removed.").waitFor();
    expect(await client.progress(other)).toMatchObject({ status: "pending" });

    await page.getByRole("tab", { name: "Audit log" }).click();
    await page.getByRole("cell", { name: "admin.reset" }).waitFor();
    await page.getByLabel("What", { exact: true }).fill("admin.cleanup");
    await expect.poll(() => page.getByRole("cell", { name: "admin.reset" }).count()).toBe(0);
    expect(new URL(page.url()).searchParams.get("action")).toBe("admin.cleanup");
    await page.getByRole("cell", { name: id }).waitFor();
    await expectAccessible(page);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.reload();
    await page.getByRole("cell", { name: id }).waitFor();
    await expectNoSidewaysScroll(page);
    expect(problems).toEqual([]);
  });

  test("who is no administrator is asked to sign in, and finds the configuration without its secrets", async () => {
    const env = { ...idle, ADMIN_TOKEN: adminToken, GEMINI_API_KEYS: "one:a-key-of-a-provider" };
    const { page, problems } = await open(env, { colorScheme: "dark" });
    await page.goto("./admin?tab=configuration");
    await page
      .getByRole("alert")
      .getByRole("link", { name: /^Sign in/ })
      .click();
    await page.locator("input[type=password], input[type=text]").first().fill(adminToken);
    await page.getByRole("button", { name: "Sign in" }).click();

    const chunkSize = page.getByRole("row", { name: /^CHUNK_SIZE/ });
    await chunkSize.waitFor();
    expect(await chunkSize.innerText()).toMatch(/set[\s\S]*1[\s\S]*Rows of a chunk/);
    expect(await page.getByRole("row", { name: /^GEMINI_API_KEYS/ }).innerText()).toContain(
      "secret, not shown",
    );
    expect(await page.content()).not.toMatch(/a-token-of|a-key-of/);
    await page.getByRole("row", { name: /^The audit log for good/ }).waitFor();
    await page.getByLabel("Only what was set").check();
    await page.getByRole("textbox", { name: "Search" }).fill("gemini_api");
    await page.getByText("1 setting", { exact: true }).waitFor();
    await expectAccessible(page);
    await page.getByRole("textbox", { name: "Search" }).fill("no such thing");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByRole("row", { name: /^PORTS/ }).waitFor();

    await page.getByRole("tab", { name: "Keys" }).click();
    await page.getByText("Every key is in use, and no group rests.").waitFor();
    await page.getByRole("button", { name: "Try all again" }).click();
    await page.getByText("0 keys and 0 groups are tried again.").waitFor();
    await expectAccessible(page);
    expect(problems).toEqual([]);
  });
});
