import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { parse } from "csv-parse";
import { expect, onTestFinished, test, vi } from "vitest";
import { blank, bytes, startOrigin } from "../analysis/origin.ts";
import { startService } from "../analysis/service-process.ts";
import { numbers } from "../engine/world.ts";
import { leaveToSoak } from "../needs.ts";
import { temporaryDataDir } from "../world.ts";
import { catalogClient } from "./client.ts";

const products = 100_000;
const pictures = 30;
/** Resident megabytes that reading everything may add: all of it at once would be several hundred. */
const mostAddedMb = 150;

leaveToSoak(`a catalog of ${products} products that share ${pictures} pictures`, () => {
  test("is fetched once for each picture, and everything streams", {
    timeout: 1_800_000,
  }, async () => {
    const origin = await startOrigin();
    onTestFinished(() => origin.close());
    const urls = await Promise.all(
      numbers(pictures).map(async (number) =>
        origin.serve(`/${number}.png`, bytes(await blank(`rgb(${number * 8}, 80, 160)`))),
      ),
    );
    const dataDir = await temporaryDataDir();
    const service = await startService({ url: undefined, dataDir });
    const client = catalogClient(service.baseUrl);
    const imagesOf = (row: number) => [0, 1, 2].map((place) => urls[(row * 3 + place) % pictures] ?? "");
    const lines = numbers(products).map((row) => `${row + 1},Product ${row},"${imagesOf(row).join(",")}"\n`);
    const csv = `S. No.,Product Name,Input Image Urls\n${lines.join("")}`;

    const id = await client.begin(csv);
    const { progress } = await vi.waitFor(
      async () => {
        const now = await client.status(id, "?page=1&per_page=1");
        expect(now.status).toBe("completed");
        return now;
      },
      { timeout: 1_500_000, interval: 50 },
    );
    expect(progress).toEqual({ total: products, completed: products, failed: 0, remaining: 0 });
    expect(urls.map((_, number) => origin.requests(`/${number}.png`).length)).toEqual(urls.map(() => 1));

    const last = await client.status(id, `?page=${products / 20}&per_page=20`);
    expect(last.products.map(({ serial_number }) => serial_number)).toEqual(
      numbers(20).map((row) => products - 19 + row),
    );
    const before = await residentMb(service.baseUrl);
    const whole = await fetch(`${service.baseUrl}/api/v1/status/${id}`);
    let characters = 0;
    for await (const chunk of whole.body ?? []) characters += chunk.length;
    expect(characters).toBeGreaterThan(products * 1_000);
    const table = await fetch(`${service.baseUrl}/api/v1/status/${id}/csv`);
    let serial = 0;
    const rows = Readable.fromWeb(table.body as ReadableStream).pipe(parse({ columns: true }));
    for await (const row of rows) {
      serial += 1;
      expect([row["S. No."], row["Input Image Urls"]]).toEqual([
        String(serial),
        imagesOf(serial - 1).join(","),
      ]);
    }
    expect(serial).toBe(products);
    expect((await residentMb(service.baseUrl)) - before).toBeLessThan(mostAddedMb);
    expect(await service.terminate()).toBe(0);
  });
});

/** Memory of the service. */
async function residentMb(baseUrl: string): Promise<number> {
  const text = await (await fetch(`${baseUrl}/metrics`)).text();
  const [, bytesOf = ""] = /^process_resident_memory_bytes (\S+)/m.exec(text) ?? [];
  expect(Number(bytesOf)).toBeGreaterThan(0);
  return Number(bytesOf) / 2 ** 20;
}
