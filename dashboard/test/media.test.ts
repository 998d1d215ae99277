import { expect, test } from "vitest";
import { leaveToSoak } from "../../server/test/needs.ts";
import { describeDashboard, expectAccessible, expectNoSidewaysScroll } from "./open-dashboard.ts";

const hostile = "<script>document.title='taken'</script> a lighthouse";
/** Nobody listens there, and nothing is asked before a job is begun. */
const keys = {
  ...{ REPLICATE_API_TOKEN: "r8_key", REPLICATE_BASE_URL: "http://127.0.0.1:9/v1" },
  ...{ GEMINI_API_KEYS: "key", GEMINI_BASE_URL: "http://127.0.0.1:9" },
  ...{ OPENAI_API_KEY: "sk-key", MEDIA_MAX_RETRIES: "0", RETRY_BASE_MS: "1" },
};

describeDashboard("the page of media", ({ open }) => {
  test("makes pictures, shows them as they come, keeps them in a gallery, and makes them again", async () => {
    const { page, problems } = await open();
    await page.goto("./media");
    await page.getByText("No pictures yet").waitFor();
    await page.getByRole("textbox", { name: "Prompt", exact: true }).fill(hostile);
    await page.getByRole("textbox", { name: "Pictures" }).fill("2");
    await page.getByRole("combobox", { name: "Size" }).click();
    await page.getByRole("option", { name: "16:9 landscape" }).click();
    await page.getByText("no model is asked").waitFor();
    await page.getByRole("button", { name: "Make it" }).click();
    const job = page.getByRole("region", { name: "This job" });
    await job.getByText(/Made in .*, at no cost/).waitFor();
    await job.getByRole("button", { name: "Picture 2 of 2: look closer" }).waitFor();

    await page.getByRole("list", { name: "Jobs, newest first" }).getByRole("button").click();
    const dialog = page.getByRole("dialog", { name: "Job" });
    await dialog.getByText("1024 × 576").waitFor();
    await expectAccessible(page);
    const href = await dialog.getByRole("link", { name: "Download as JPG" }).getAttribute("href");
    const answer = await page.request.get(new URL(href ?? "", page.url()).href);
    expect([answer.status(), answer.headers()["content-type"]]).toEqual([200, "image/jpeg"]);

    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete 1 picture" }).click();
    await dialog.getByRole("button", { name: "Picture 2 of 2" }).waitFor({ state: "detached" });
    await dialog.getByRole("button", { name: "Make again with these" }).click();
    expect(await page.getByRole("textbox", { name: "Prompt", exact: true }).inputValue()).toBe(hostile);
    expect(await page.getByRole("combobox", { name: "Size" }).inputValue()).toBe("16:9 landscape");
    expect(await page.title()).toBe("Media · Fovea");
    expect(problems).toEqual([]);
  });

  leaveToSoak("the form of media for a hosted model", () => {
    test("asks for what the chosen model takes, says what it costs, and why a job has failed", async () => {
      const { page, problems } = await open(keys, {
        colorScheme: "dark",
        viewport: { width: 360, height: 740 },
      });
      await page.goto("./media");
      await page.getByText("About $0.003 for 1 picture").waitFor();
      await page.getByRole("button", { name: /More parameters/ }).click();
      await page.getByText("1 to 4.").nth(1).waitFor();
      const steps = page.getByRole("textbox", { name: "Steps" });
      await steps.fill("30");
      await steps.blur();
      expect(await steps.inputValue()).toBe("4");
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);

      await page.getByRole("combobox", { name: "Model" }).click();
      await page.getByRole("option", { name: "openai/gpt-image-1.5" }).click();
      await page.getByText("takes this model away on 2026-12-01").waitFor();
      await page.getByRole("combobox", { name: "Background" }).waitFor();
      expect(await page.getByRole("textbox", { name: "Steps" }).count()).toBe(0);
      await page.getByRole("button", { name: "Code" }).click();
      await page.getByRole("tab", { name: "CLI" }).click();
      const code = await page.getByLabel("CLI", { exact: true }).last().innerText();
      expect(code).toContain("--model openai/gpt-image-1.5");
      expect(code).not.toContain("num_inference_steps");
      await page.keyboard.press("Escape");

      await page.getByRole("combobox", { name: "Model" }).click();
      await page.getByRole("option", { name: "gemini/gemini-nano-banana-2.1" }).click();
      await page.getByRole("textbox", { name: "Prompt", exact: true }).fill("a canal");
      await page.getByRole("button", { name: "Make it" }).click();
      const job = page.getByRole("region", { name: "This job" });
      await job.getByText("This picture could not be made").waitFor();
      await job.getByText("Make it again later").waitFor();
      await job.getByText("model_unavailable").waitFor();
      await job.getByText("1 start of the model may have been billed").waitFor();
      await expectAccessible(page);
      expect(problems).toEqual([]);
    });
  });
});
