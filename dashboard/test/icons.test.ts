import { expect, test } from "vitest";
import { describeDashboard, expectAccessible, expectNoSidewaysScroll } from "./open-dashboard.ts";

describeDashboard("the page of icons", ({ open }) => {
  test("makes a set, says what each icon is drawn from, and has it as a ZIP and one by one", async () => {
    const { page, problems } = await open();
    await page.goto("./icons");
    await page.getByText("No sets yet").waitFor();
    await page.getByText("ISC licence").waitFor();
    const categories = page.getByRole("combobox", { name: "Categories" });
    await categories.fill("groc");
    await page.getByRole("option", { name: "Groceries" }).click();
    await categories.fill("lighthouse, <b>qwertzuio</b>");
    await page.keyboard.press("Enter");
    await page.getByRole("combobox", { name: "Sizes" }).click();
    for (const size of ["32 px", "128 px"]) await page.getByRole("option", { name: size }).click();
    await page.getByRole("button", { name: "Make 3 icons" }).click();

    const set = page.getByRole("region", { name: "This set" });
    await set.getByText("3 icons made, 0 failed, of 3").waitFor();
    const zip = await set.getByRole("link", { name: "Download ZIP" }).getAttribute("href");
    const archive = await page.request.get(new URL(zip ?? "", page.url()).href);
    expect([archive.status(), archive.headers()["content-type"]]).toEqual([200, "application/zip"]);
    const tiles = set.getByRole("list", { name: "Icons of this set" }).getByRole("listitem");
    expect(await tiles.count()).toBe(3);
    await tiles.nth(2).getByText("nothing fits: a neutral icon").waitFor();
    await tiles.nth(2).getByText("<b>qwertzuio</b>").waitFor();
    const small = tiles.nth(1).getByRole("link", { name: "Download lighthouse, modern, 32 px" });
    const file = await page.request.get(new URL((await small.getAttribute("href")) ?? "", page.url()).href);
    expect([file.status(), file.headers()["content-type"]]).toEqual([200, "image/png"]);
    await expectAccessible(page);

    // It is where its address says, and among what is kept.
    await page.reload();
    await set.getByText("3 icons made, 0 failed, of 3").waitFor();
    await page.getByRole("textbox", { name: "Search the icons by category" }).fill("lightH");
    await page.getByText("2 of 2 files").waitFor();
    await set.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: /^Open the set of 3 categories/ }).click();
    await set.waitFor();
    expect(problems).toEqual([]);
  });

  test("has one icon as code, on a phone in the dark", async () => {
    const { page, problems } = await open({}, { colorScheme: "dark", viewport: { width: 360, height: 740 } });
    await page.goto("./icons");
    await page.getByRole("combobox", { name: "Categories" }).fill("umbrella");
    await page.keyboard.press("Enter");
    await page.getByText("SVG", { exact: true }).click();
    await page.getByRole("button", { name: "Code" }).click();
    await page.getByRole("tab", { name: "TypeScript" }).click();
    const code = await page.getByLabel("TypeScript", { exact: true }).last().innerText();
    expect(code).toContain('"format": "svg"');
    expect(code).toContain("fovea.icons.generate");
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    expect(problems).toEqual([]);
  });
});
