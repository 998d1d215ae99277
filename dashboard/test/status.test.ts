import { expect, onTestFinished, test } from "vitest";
import { analysisClient, csvOf } from "../../server/test/analysis/client.ts";
import { shopUnderTest } from "../../server/test/catalog/shop.ts";
import { leaveToSoak } from "../../server/test/needs.ts";
import { startGemini } from "../../server/test/simulators/gemini.ts";
import { receiverUnderTest, status } from "../../server/test/webhooks/receiver.ts";
import { describeDashboard, expectAccessible, expectNoSidewaysScroll } from "./open-dashboard.ts";

const key = "AIzaSimulatedKey-0123456789abcdefghAAAA";

describeDashboard("the status page", ({ open }) => {
  test("says how the service is, what its keys may and which are refused, and what to do about it", async () => {
    const gemini = await startGemini({ keys: { [key]: "shops" } });
    onTestFinished(() => gemini.close());
    gemini.answer({ kind: "error", status: 403, message: "The project was suspended." });
    const { page, problems, baseUrl } = await open({
      ...{ GEMINI_API_KEYS: `shops:${key}`, GEMINI_BASE_URL: gemini.url, GEMINI_RPD_PER_KEY: "1500" },
      RETRY_BASE_MS: "1",
    });
    const shop = await shopUnderTest();
    const picture = await shop.picture("/shop.jpg");
    await page.goto("./system/status");
    await page.getByText("Nothing: the queue moves, and nothing is stuck.").waitFor();
    const health = page.getByRole("group", { name: "Health" });
    expect(await health.innerText()).toMatch(/alive[\s\S]*ready[\s\S]*connected[\s\S]*not configured/);
    await page.getByText("What the process has under way is for the administrator").waitFor();
    await page.getByText(/^Updated .*, every 5 s$/).waitFor();

    // The only key is refused for good, so the batch is held: the page tells of it by itself.
    await analysisClient(baseUrl).create(csvOf(picture), { batch_name: "Shops of May" });
    const group = page.getByRole("region", { name: "Quotas and keys" }).getByRole("row", { name: /^shops/ });
    await group.getByText("refused for good").waitFor();
    expect(await group.innerText()).toMatch(/1,500 requests\/day[\s\S]*of 1,500[\s\S]*suspended/);
    await page.getByText(/The batch "Shops of May" .* is held/).waitFor();
    await page.getByRole("img", { name: /^Rows a minute over time/ }).waitFor();
    expect(await page.content()).not.toContain(key);
    await expectAccessible(page);

    await page.getByRole("link", { name: "Try refused keys again" }).click();
    await page.getByRole("button", { name: /^Try again: Key/ }).click();
    await page.getByText("1 key and 0 groups are tried again.").waitFor();
    await page.getByText("Every key is in use, and no group rests.").waitFor();
    expect(problems).toEqual([]);
  });

  leaveToSoak("webhook deliveries in the dashboard", () => {
    test("a webhook that was not taken is found, looked at, and sent again", async () => {
      const { page, problems } = await open(
        {},
        { colorScheme: "dark", viewport: { width: 360, height: 740 } },
      );
      const receiver = await receiverUnderTest((before) =>
        before === 0 ? status(500, {}, "<script>no</script>") : status(200),
      );
      await page.goto("./system/status");
      await page.getByRole("button", { name: "Send a test event" }).click();
      const dialog = page.getByRole("dialog", { name: "Send a test event" });
      await dialog.getByLabel("Address of the receiver").fill(receiver.url);
      await dialog.getByRole("button", { name: "Send", exact: true }).click();
      await dialog.getByText("The receiver did not take it:").waitFor();
      await page.keyboard.press("Escape");

      await page.getByText("Failed", { exact: true }).last().click();
      await page.getByRole("button", { name: /^webhook\.test/ }).click();
      const drawer = page.getByRole("dialog", { name: "Webhook" });
      await drawer.getByText("<script>no</script>").waitFor();
      await drawer.getByText("http_status").waitFor();
      expect(new URL(page.url()).searchParams.get("deliveries")).toBe("failed");
      await expectAccessible(page);
      await drawer.getByRole("button", { name: "Send again" }).click();
      await receiver.receivedAtLeast(2);
      await drawer.getByText("2 attempts").waitFor();
      await drawer.getByText("delivered", { exact: true }).first().waitFor();
      const [first, second] = receiver.received;
      expect(second?.body).toBe(first?.body);
      await page.keyboard.press("Escape");
      await page.getByText("No delivery is failed").waitFor();
      await expectNoSidewaysScroll(page);
      expect(problems).toEqual([]);
    });
  });
});
