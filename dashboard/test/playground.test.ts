import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { describeDashboard, expectAccessible, expectNoSidewaysScroll } from "./open-dashboard.ts";

const street = fileURLToPath(new URL("../../docs/images/street.jpg", import.meta.url));

describeDashboard("the playground", ({ open }) => {
  test("shows a picture for a model of each provider: what it sees, tokens, bytes, and how to do the same", async () => {
    const { page, problems } = await open();
    await page.goto("./prepare");
    await page.locator("input[type=file]").setInputFiles(street);
    const claude = page.getByRole("article", { name: "Claude Sonnet 5.5" });
    await claude.getByRole("link", { name: "Download JPEG" }).waitFor();
    const text = await claude.innerText();
    for (const fact of ["1,659 × 2,212", "about 4,740", "3,024 × 4,032 → 1,659 × 2,212", "an estimate"])
      expect(text).toContain(fact);
    await page.getByText("Stored on its side").waitFor();
    expect(await page.getByRole("article").count()).toBe(3);

    await page.getByRole("combobox", { name: "Format" }).click();
    await page.getByRole("option", { name: "WEBP" }).click();
    await claude.getByText("JPEG → WEBP").waitFor();
    const downloading = page.waitForEvent("download");
    await claude.getByRole("link", { name: "Download WEBP" }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe("prepared-claude-sonnet-5-5.webp");
    expect((await readFile(await download.path())).subarray(8, 12).toString()).toBe("WEBP");

    await claude.getByRole("button", { name: /compare for/ }).click();
    const slider = page.getByRole("slider");
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    expect(await slider.inputValue()).toBe("51");
    await expectAccessible(page);
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "Code" }).click();
    const code = await page.getByLabel("curl", { exact: true }).last().innerText();
    const folder = await mkdtemp(join(tmpdir(), "fovea-playground-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await copyFile(street, join(folder, "street.jpg"));
    const { stdout } = await promisify(execFile)("sh", ["-c", code], { cwd: folder });
    expect(stdout.trim().split("\n")).toEqual(["image/webp", "image/webp", "image/webp"]);
    const made = await readFile(join(folder, "prepared-claude-sonnet-5-5"));
    expect(made.subarray(8, 12).toString()).toBe("WEBP");
    expect(problems).toEqual([]);
  });

  test("says of each model why it has no picture of a file that is none, on a phone in the dark", async () => {
    const { page, problems } = await open({}, { colorScheme: "dark", viewport: { width: 360, height: 740 } });
    await page.goto("./prepare");
    const hostile = `${"<script>document.title='taken'</script>".repeat(6)}.png`;
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: hostile, mimeType: "image/png", buffer: Buffer.from("no picture") });
    for (const model of ["Claude Sonnet 5.5", "GPT-5.6 Terra", "Gemini 3.8 Flash"])
      await page.getByRole("article", { name: model }).getByText(`Not prepared for ${model}`).waitFor();
    expect(await page.title()).toContain("Prepare");
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    expect(problems).toEqual([]);
  });
});
