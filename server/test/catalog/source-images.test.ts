import sharp from "sharp";
import { expect, test } from "vitest";
import { csvOf } from "./client.ts";
import { shareDatabase } from "./service.ts";
import { shopUnderTest } from "./shop.ts";

const start = shareDatabase();

test("an image of a product is shown as it was, and what there is not is a 404", async () => {
  const { client, baseUrl } = await start();
  const shop = await shopUnderTest();
  const { request_id } = await client.process(
    csvOf(
      ["A", await shop.picture("/a.jpg"), await shop.picture("/b.jpg")],
      ["B", shop.origin.at("/none.jpg")],
    ),
  );
  const before = (row: number, image: number) =>
    fetch(`${baseUrl}/api/v1/status/${request_id}/images/${row}/${image}/before`);
  const shown = await before(1, 2);
  expect(shown.headers.get("content-type")).toBe("image/jpeg");
  const { width, height } = await sharp(Buffer.from(await shown.arrayBuffer())).metadata();
  expect([width, height]).toEqual([96, 64]);
  const codes = await Promise.all(
    [before(2, 1), before(1, 3), before(3, 1)].map(async (answer) =>
      (await answer).headers.get("x-error-code"),
    ),
  );
  expect(codes).toEqual(["http_404", "image_not_found", "image_not_found"]);
});
