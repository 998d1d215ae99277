import sharp from "sharp";
import { expect, test } from "vitest";
import { photo } from "../pictures.ts";
import { csvOf } from "./client.ts";
import { bytes } from "./origin.ts";
import { shareService } from "./world.ts";

const service = shareService({ ALLOW_PRIVATE_NETWORKS: "127.0.0.0/8" });

const imageOf = (id: string, row: number, query = "", headers: Record<string, string> = {}) =>
  fetch(`${service().baseUrl}/api/v1/batches/${id}/results/${row}/image${query}`, { headers });

test("a row's picture is a small JPEG that is fetched once, and not sent to who has it", async () => {
  const { client, origin } = service();
  const address = origin.serve("/large.jpg", bytes(await (await photo(800, 400, 7)).jpeg().toBuffer()));
  const { id } = await client.analyze(csvOf(address));
  const fetched = origin.requests("/large.jpg").length;
  const [first, second] = await Promise.all([imageOf(id, 1), imageOf(id, 1)]);
  expect(first?.headers.get("content-type")).toBe("image/jpeg");
  const small = await sharp(Buffer.from((await first?.arrayBuffer()) ?? [])).metadata();
  expect([small.width, small.height]).toEqual([256, 128]);
  expect(second?.status).toBe(200);
  expect(origin.requests("/large.jpg").length).toBe(fetched + 1);
  const etag = first?.headers.get("etag") ?? "";
  expect((await imageOf(id, 1, "", { "if-none-match": etag })).status).toBe(304);
  const large = await sharp(Buffer.from(await (await imageOf(id, 1, "?size=1024")).arrayBuffer())).metadata();
  expect([large.width, large.height]).toEqual([800, 400]);
});

test("where there is no picture the answer is a 404 that says why, with the failure's own code", async () => {
  const { client, origin } = service();
  const text = origin.serve("/page.html", bytes(Buffer.from("<html>not a picture</html>")));
  const { id } = await client.analyze(csvOf(origin.at("/gone.jpg"), text, "http://10.1.2.3/a.jpg"));
  const codes = await Promise.all(
    [1, 2, 3, 4].map(async (row) => {
      const answer = await imageOf(id, row);
      expect(answer.status).toBe(404);
      return answer.headers.get("x-error-code");
    }),
  );
  expect(codes).toEqual(["http_404", expect.any(String), "blocked_address", "result_not_found"]);
  expect(codes[1]).toMatch(/not_an_image|unsupported_format/);
  expect((await imageOf(id, 1, "?size=9000")).status).toBe(400);
});
