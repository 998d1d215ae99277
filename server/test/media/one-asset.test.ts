import { createHash, randomUUID } from "node:crypto";
import { sql } from "kysely";
import sharp from "sharp";
import { expect, test } from "vitest";
import { processResponse } from "../../src/features/prepare/schema.ts";
import { csvOf } from "../analysis/client.ts";
import { csvRows, download } from "../analysis/downloads.ts";
import { shareServiceOnDatabase } from "../analysis/service-on-database.ts";
import { fromDataUrl } from "../prepare/client.ts";
import { makePicture } from "./picture-job.ts";

const service = shareServiceOnDatabase();

const addressOf = (id: string) => `asset://${id}`;

/** What the prepare API makes of a stored picture. */
async function prepare(id: string) {
  const answer = await fetch(`${service().baseUrl}/api/v1/process`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer test-token" },
    body: JSON.stringify({ image: addressOf(id), provider: "claude", options: { format: "WEBP" } }),
  });
  const body: unknown = await answer.json();
  return { status: answer.status, body };
}

/** Rows of the exported file by their columns. */
async function exported(batchId: string): Promise<Record<string, string | undefined>[]> {
  const { text } = await download(`${service().baseUrl}/api/v1/export/batch/${batchId}`);
  const [header = [], ...rows] = csvRows(text);
  return rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at]])));
}

test("one id goes through all features: made, prepared, analyzed, exported", async () => {
  const { baseUrl, client } = service();
  const { id, url } = await makePicture(baseUrl, { width: 320, height: 192, seed: 7 });
  const { bytes } = await download(url);

  const prepared = await prepare(id);
  expect(prepared).toMatchObject({
    status: 200,
    body: {
      ...{ success: true, original_format: "PNG", original_size: bytes.length },
      ...{ processed_format: "WEBP", dimensions: [320, 192] },
    },
  });
  const { processed_image: shown } = processResponse.parse(prepared.body);
  const { info } = await sharp(fromDataUrl(shown).bytes).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 320, height: 192 });

  const batch = await client.analyze(csvOf(addressOf(id)));
  expect(await exported(batch.id)).toMatchObject([
    {
      ...{ url: addressOf(id), success: "true", error_type: "" },
      content_hash: createHash("sha256").update(bytes).digest("hex"),
      image_description: expect.stringContaining("landscape picture, seen at 320 × 192 pixels"),
    },
  ]);
});

test("one that is unknown, and one that has expired, fail as such in every feature", async () => {
  const { baseUrl, client, database } = service();
  const { id: expired } = await makePicture(baseUrl, { width: 128, height: 128 });
  await sql`update assets set expires_at = created_at where id = ${expired}`.execute(database.sql);
  const unknown = randomUUID();

  const batch = await client.analyze(csvOf(addressOf(unknown), addressOf(expired)));
  expect(await exported(batch.id)).toMatchObject([
    { url: addressOf(unknown), success: "false", error_type: "asset_not_found", content_hash: "" },
    { url: addressOf(expired), success: "false", error_type: "asset_expired", content_hash: "" },
  ]);
  for (const [id, reason, gone] of [
    [unknown, "asset_not_found", { status: 404, detail: "Media not found" }],
    [expired, "asset_expired", { status: 410, detail: "Media has expired" }],
  ] as const) {
    expect(await prepare(id)).toMatchObject({
      status: 422,
      body: { error: "validation_error", details: { field: "image", reason } },
    });
    const { status, text } = await download(`${baseUrl}/api/v1/media/${id}`);
    expect({ status, detail: JSON.parse(text).detail }).toEqual(gone);
  }
});
