import { readFile, rm } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MadeRow, makeBatch } from "../../server/test/analysis/made-batch.ts";
import { blank, bytes, type Origin, startOrigin, status } from "../../server/test/analysis/origin.ts";
import { databaseFolder } from "../../server/test/database-folder.ts";
import { openMigrated } from "../../server/test/engine/databases.ts";
import { describeDashboard, expectAccessible, expectNoSidewaysScroll } from "./open-dashboard.ts";

const rows = 3_000;
/** Every hundredth row failed, and after it one in another way. */
const failureOf = (row: number) =>
  row % 100 === 0
    ? { code: "http_404", message: "The server knows nothing at this URL." }
    : row % 100 === 1 && row > 1
      ? { code: "connection_timeout", message: "No connection in time." }
      : null;

const script = "<script>document.title = 'taken over'</script>";
const longAddress = (origin: string) => `${origin}/${"long".repeat(2_500)}.png`;

const madeRows = (origin: Origin, picture: string): MadeRow[] =>
  Array.from({ length: rows }, (_, index) => {
    const row = index + 1;
    const url = row === 2 ? longAddress(origin.at("")) : picture;
    const failure = failureOf(row);
    const facts = {
      store_image: true,
      store_name: row === 1 ? script : row % 1_000 === 7 ? `Corner Bakery ${row}` : `Shop ${row}`,
      image_description: row === 5 ? "A window full of Brezeln" : null,
      business_contact: row % 500 === 0 ? "+49 30 1234" : null,
    };
    return { url, cells: [url, `sku-${row}`], ...(failure ? { failure } : { facts }) };
  });

describeDashboard("the results of a batch", ({ open }) => {
  let folder = "";
  let id = "";
  let origin: Origin;

  beforeAll(async () => {
    origin = await startOrigin();
    const picture = origin.serve("/picture.png", bytes(await blank("#336699")));
    origin.serve("/gone.png", status(404));
    folder = await databaseFolder("fovea-results-");
    const database = await openMigrated({ url: undefined, dataDir: folder });
    id = await makeBatch(database, madeRows(origin, picture), {
      ...{ name: "Three thousand shops", columns: ["url", "sku"], chunkSize: 1_000 },
    });
    await database.close();
  });
  afterAll(async () => {
    await origin.close();
    await rm(folder, { recursive: true, force: true });
  });

  const openBatch = async (search = "", context: Parameters<typeof open>[1] = {}) => {
    const world = await open({ DATA_DIR: folder, RETRY_BASE_MS: "1" }, context);
    await world.page.goto(`./batch/${id}${search}`);
    await world.page.getByRole("grid", { name: "Results" }).waitFor();
    return world;
  };
  const grid = (page: Page) => page.getByRole("grid", { name: "Results" });
  const line = (page: Page, row: number) => page.locator(`#result-${row}`);

  test("only what is in view is drawn, hostile content is text, and each row can be reached and opened", async () => {
    const { page, problems } = await openBatch();
    await line(page, 1).getByText(script).waitFor();
    expect(await page.title()).not.toContain("taken over");
    expect(await page.getByRole("tab").allTextContents()).toEqual([
      "All 3,000",
      "Failed 59",
      "Needs review 2,941",
      "Reviewed 0",
    ]);
    expect(await grid(page).getAttribute("aria-rowcount")).toBe("3001");
    await expectAccessible(page);

    await grid(page).press("End");
    await line(page, 2_999).getByText("Shop 2999").waitFor();
    expect(await line(page, 2_999).getAttribute("aria-rowindex")).toBe("3000");
    expect(await page.getByRole("row").count()).toBeLessThan(100);
    await grid(page).press("Home");
    await grid(page).press("j");
    await grid(page).press("Enter");
    const drawer = page.getByRole("dialog", { name: "Row 2" });
    await drawer
      .getByText(longAddress(origin.at("")))
      .first()
      .waitFor();
    await drawer.getByText("sku-2", { exact: true }).waitFor();
    await drawer.getByRole("button", { name: "Raw JSON" }).click();
    await drawer.getByText('"store_name": "Shop 2"').waitFor();
    await expectAccessible(page);
    await page.waitForURL(/[?&]row=2\b/);
    await page.reload();
    await page.getByRole("dialog", { name: "Row 2" }).getByText("sku-2", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.waitForURL(/[?&]at=2\b/);
    expect(problems).toEqual([]);
  });

  test("filters are in the address, hold after a reload, and are what is exported", async () => {
    const { page } = await openBatch();
    await page.keyboard.press("/");
    await page.keyboard.type("corner BAKERY");
    await page.waitForURL(/[?&]q=corner/);
    await page.getByRole("button", { name: "Export 3 rows" }).waitFor();
    await page.reload();
    await line(page, 1_007).waitFor();
    expect(await page.getByRole("row").count()).toBe(4);
    await page.getByRole("button", { name: "Export 3 rows" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: /^CSV/ }).click(),
    ]);
    const file = await readFile(await download.path(), "utf8");
    expect(
      file
        .trimEnd()
        .split("\n")
        .slice(1)
        .map((text) => /sku-\d+/.exec(text)?.[0]),
    ).toEqual(["sku-7", "sku-1007", "sku-2007"]);

    await page.getByLabel("Search in the answers").fill("nowhere");
    await page.getByText("No row matches these filters").waitFor();
    expect(await page.getByRole("button", { name: "Export 0 rows" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Clear filters" }).first().click();
    await page.getByRole("button", { name: "Export 3,000 rows" }).waitFor();
    expect(new URL(page.url()).search).toBe("");
  });

  test("review by keys is stored with the row, goes on to the next, filters, and can be taken back", async () => {
    const { page } = await openBatch("?tab=needs-review&layout=grid", {
      ...{ viewport: { width: 360, height: 740 }, colorScheme: "dark" },
    });
    await line(page, 1).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await grid(page).focus();
    for (const key of ["j", "a", "f", "a", "u"]) await page.keyboard.press(key);
    await page.getByRole("tab", { name: "Reviewed 2" }).waitFor();
    await line(page, 2).getByText("flagged").waitFor();
    await page.getByRole("tab", { name: "Needs review 2,939" }).waitFor();

    await page.getByRole("tab", { name: "Reviewed 2" }).click();
    await page.getByText("Flagged", { exact: true }).click();
    await page.getByRole("button", { name: "Export 1 row", exact: true }).waitFor();
    await line(page, 2).waitFor();
    expect(await line(page, 1).count()).toBe(0);

    await line(page, 2).click();
    const drawer = page.getByRole("dialog", { name: "Row 2" });
    await drawer.getByLabel("Note").fill("It is next door. af");
    await drawer.getByRole("button", { name: "Accept" }).click();
    await drawer.getByText(/by dev/).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Export 0 rows" }).waitFor();
    const answer = await page.request.get(`./api/v1/batches/${id}/results?review=reviewed`);
    expect(await answer.json()).toMatchObject({
      data: {
        results: [
          { row: 1, review: { verdict: "accepted", note: null } },
          { row: 2, review: { verdict: "accepted", note: "It is next door. af" } },
        ],
      },
    });
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Review from the keyboard" }).waitFor();

    await page.goto(`./batch/${id}?tab=needs-review&at=1500`);
    await page.getByRole("button", { name: "Show earlier rows" }).click();
    await line(page, 3).waitFor();
  });

  test("failures say what to do, and those of one cause are tried again, with the exact number", async () => {
    const { page } = await openBatch("?at=101");
    await line(page, 101).getByText("connection_timeout").waitFor();
    await page.keyboard.press("r");
    await page.getByText("1 row is tried again.").waitFor();
    // The picture is there by now, and what came of it appears by itself.
    await line(page, 101).getByText("Succeeded").waitFor();
    await page.getByRole("tab", { name: "Failed 58" }).click();

    const failures = page.getByRole("region", { name: "Failures by cause" });
    await failures.getByRole("button", { name: "Retry these 28" }).waitFor();
    const gone = failures.getByRole("button", { name: "Retry these 30" });
    expect(await gone.isDisabled()).toBe(true);
    await expectAccessible(page);
    await failures.getByRole("button", { name: "Show 28 rows" }).click();
    await page.waitForURL(/[?&]code=connection_timeout/);
    await page.getByRole("button", { name: "Export 28 rows" }).waitFor();
    await line(page, 201).waitFor();
    await failures.getByRole("button", { name: "Retry these 28" }).click();
    await page.getByText("28 rows are tried again.").waitFor();
    await page.getByRole("tab", { name: "Failed 30" }).waitFor();
    await page.getByText("No row matches these filters").waitFor();
  });
});
