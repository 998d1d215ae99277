import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { leaveToSoak } from "../../server/test/needs.ts";
import { startGemini } from "../../server/test/simulators/gemini.ts";
import { describeDashboard, expectAccessible, expectNoSidewaysScroll } from "./open-dashboard.ts";

interface Given {
  readonly text: string;
  /** Of a file; absent: it is text. */
  readonly name?: string;
}

/** A `DataTransfer` as a browser makes one for what is dropped or pasted. */
const transferOf = ({ text, name }: Given) =>
  `(() => {
    const transfer = new DataTransfer();
    ${
      name === undefined
        ? `transfer.setData("text/plain", ${JSON.stringify(text)});`
        : `transfer.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}));`
    }
    return transfer;
  })()`;

const dropPlace = (page: Page) => page.getByText(/^Drop a CSV/);

async function drop(page: Page, given: Given): Promise<void> {
  const dataTransfer = await page.evaluateHandle(transferOf(given));
  await dropPlace(page).dispatchEvent("drop", { dataTransfer });
}

const paste = (page: Page, given: Given) =>
  page.evaluate(
    `document.body.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, clipboardData: ${transferOf(given)} }))`,
  );

const hostile = "<script>alert(1)</script>";

async function post(url: string, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer test-token" },
    body: JSON.stringify(body),
  });
  expect(answer.ok, await answer.text()).toBe(true);
}

async function upload(url: string, file: string, fields: Record<string, string> = {}): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("file", new Blob([file]), "products.csv");
  const answer = await fetch(url, { method: "POST", body: form });
  expect(answer.ok, await answer.text()).toBe(true);
}

describeDashboard("the overview", ({ open }) => {
  test("a dropped CSV is shown as it will be read, with its bad rows and what it costs, and is started once", async () => {
    const { page, baseUrl, problems } = await open();
    await page.goto("./");
    const csv = [
      "Shop;Photo;Town",
      `Bakery;${baseUrl}/samples/bakery.jpg;Bern`,
      `Twice;${baseUrl}/samples/bakery.jpg;Bern`,
      "Empty;;Basel",
      `${hostile};www.example.com/2.jpg;${"x".repeat(10_000)}`,
      "Text;n/a;Chur",
    ].join("\r\n");
    await drop(page, { name: "shops of the region.csv", text: csv });

    await page.getByText("separated by semicolon").waitFor();
    await page.getByText("A guess").waitFor();
    expect(await page.getByText(/^A guessAddresses are read from/).innerText()).toMatch(/Photo, by its name/);
    await page.getByText("3 rows have no address").waitFor();
    await page.getByText("Write https:// in front of it.").waitFor();
    await page.getByText("1 row repeats an address of a row before").waitFor();
    await page.getByRole("cell", { name: hostile }).waitFor();
    await page.getByText("Free: the model runs here").waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);

    const name = page.getByLabel("Name", { exact: true });
    expect(await name.inputValue()).toBe("shops of the region");
    await name.fill(hostile);
    await page.getByRole("button", { name: "Start 5 rows" }).dblclick();
    await page.waitForURL(/\/batch\/[\w-]+$/);
    const { data } = (await (await fetch(`${baseUrl}/api/v1/batches`)).json()) as {
      data: { batches: { batch_name: string; total_urls: number; batch_id: string }[] };
    };
    expect(data.batches).toMatchObject([{ batch_name: hostile, total_urls: 5 }]);
    expect(page.url()).toContain(data.batches[0]?.batch_id);

    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("link", { name: hostile }).waitFor();
    await page.getByRole("listitem").filter({ hasText: "5 rows, 3 failed" }).getByText("completed").waitFor();
    expect(problems).toEqual([]);
  });

  leaveToSoak("what is pasted into the overview", () => {
    test("what is pasted is previewed too: text anywhere on the page, a file, and addresses in the field", async () => {
      const { page } = await open({}, { viewport: { width: 360, height: 800 }, colorScheme: "dark" });
      await page.goto("./");
      const another = page.getByRole("button", { name: "Choose another" });
      await dropPlace(page).waitFor();
      await paste(page, { text: "https://example.com/1.jpg\nhttps://example.com/2.jpg" });
      await page.getByText("since the first row has one there").waitFor();
      await page.getByRole("button", { name: "Start 2 rows" }).waitFor();
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);

      await another.click();
      const rows = Array.from({ length: 30_000 }, (_, row) => `https://example.com/pictures/${row}.jpg`);
      await paste(page, { name: "large.csv", text: `url\n${rows.join("\n")}` });
      await page.getByText(/rows looked at/).waitFor();
      await page.getByRole("button", { name: "Start 30,000 rows" }).waitFor();

      await another.click();
      await page.getByRole("button", { name: "Paste addresses" }).click();
      await page.getByLabel(/^Addresses, one a line/).fill("nothing that is an address");
      await page.getByRole("button", { name: "Use these" }).click();
      await page.getByText("No valid URLs found in CSV file").waitFor();
      await page.getByText("no_url_column").waitFor();
    });
  });

  test("a key is tried at its provider, and with one set there is a price before the start", async () => {
    const gemini = await startGemini();
    onTestFinished(() => gemini.close());
    const { page, log } = await open({
      ...{ GEMINI_BASE_URL: gemini.url, GEMINI_API_KEYS: gemini.key, GEMINI_MODEL: "gemini-3.5-flash-lite" },
    });
    await page.goto("./");
    await page.getByRole("button", { name: "Test a key of Google Gemini" }).click();
    const key = page.getByLabel("Key", { exact: true });
    const ask = page.getByRole("button", { name: "Test this key" });
    await key.fill("a-key-that-nobody-knows");
    await ask.click();
    await page.getByText("The key does not work").waitFor();
    await page.getByText(/API key not valid/).waitFor();
    await key.fill(gemini.key);
    expect(await page.getByText("The key does not work").count()).toBe(0);
    await ask.click();
    await page.getByText("The key works").waitFor();
    await expectAccessible(page);
    expect(await page.getByText(/^GEMINI_API_KEYS=/).innerText()).toBe("GEMINI_API_KEYS=AIza…ijkl");
    expect(JSON.stringify(log)).not.toContain(gemini.key);
    await page.keyboard.press("Escape");

    await drop(page, { name: "shops.csv", text: "url\nhttps://example.com/1.jpg\n" });
    await page.getByText(/^About \$.* to \$/).waitFor();
    await page.getByText(/at the configured requests a minute/).waitFor();
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByLabel("Answer schema").fill("{");
    await page.getByText(/^This is not JSON yet/).waitFor();
    expect(await page.getByRole("button", { name: "Start 1 row" }).isDisabled()).toBe(true);
    await expectAccessible(page);
  });

  test("work of all kinds is listed with its state, and the first steps can be put away", async () => {
    const { page, baseUrl } = await open();
    await Promise.all([
      post(`${baseUrl}/api/v1/jobs/generate`, { prompt: "A quiet harbour at dawn" }),
      post(`${baseUrl}/api/icons/generate/batch`, { categories: ["tools", "sports"] }),
      upload(`${baseUrl}/api/v1/batches`, "url\nhttps://example.com/1.jpg\n", {
        ...{ batch_name: "Waits for its start", auto_start: "false" },
      }),
      upload(
        `${baseUrl}/api/v1/upload`,
        `S. No.,Product Name,Input Image Urls\n1,Mug,${baseUrl}/samples/mug.jpg\n`,
      ),
    ]);
    await page.goto("./");
    const item = (text: string | RegExp) => page.getByRole("listitem").filter({ hasText: text });
    await item("A quiet harbour at dawn").filter({ hasText: "completed" }).waitFor();
    await item("Set of 2 categories").filter({ hasText: "completed" }).waitFor();
    await item("products.csv").filter({ hasText: "completed" }).waitFor();
    const waiting = item("Waits for its start");
    await waiting.getByText("0 of 1 row").waitFor();
    expect(await page.title()).toContain("1 under way");
    expect(
      await page
        .getByRole("listitem")
        .filter({ has: page.getByRole("link") })
        .first()
        .innerText(),
    ).toContain("Waits for its start");
    await page.getByText("Live", { exact: true }).waitFor();
    await expectAccessible(page);

    await page.getByRole("button", { name: "Dismiss getting started" }).click();
    await page.reload();
    await page.getByRole("button", { name: "Getting started" }).waitFor();
    expect(await page.getByRole("heading", { name: "Getting started" }).count()).toBe(0);
  });
});
