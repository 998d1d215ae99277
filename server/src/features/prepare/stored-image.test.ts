import { randomUUID } from "node:crypto";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { loadCatalog } from "../../models/catalog.ts";
import { createHttp } from "../../platform/http/http.ts";
import { createAdmission } from "../../platform/limits/admission.ts";
import { createLogger } from "../../platform/logger.ts";
import type { ReadAsset } from "../../platform/outbound/asset-address.ts";
import { prepareDialect } from "./errors.ts";
import { prepareRoutes } from "./routes.ts";

const megabyte = 2 ** 20;

async function setup({ readAsset }: { readAsset?: ReadAsset } = {}) {
  const { server } = await createHttp({
    basePath: "",
    trustProxy: [],
    corsOrigins: [],
    dialects: [prepareDialect],
    exposedHeaders: [],
    requestTimeout: 60_000,
    logger: createLogger({ level: "silent", pretty: false }),
    draining: () => false,
  });
  onTestFinished(() => server.close());
  const admission = createAdmission({
    slots: 2,
    memoryBytes: 256 * megabyte,
    uploadBytes: 32 * megabyte,
    maxWaitMs: 60_000,
    now: () => performance.now(),
  });
  await server.register(prepareRoutes, {
    catalog: loadCatalog(),
    admission,
    work: { maxPixels: 1e7, deadlineMs: 60_000 },
    rate: null,
    ...(readAsset ? { readAsset } : {}),
  });
  const process = async (image: string) => {
    const answer = await server.inject({
      method: "POST",
      url: "/api/v1/process",
      payload: { image, provider: "claude" },
    });
    return { status: answer.statusCode, body: answer.json() };
  };
  return { process, admission };
}

test("a stored picture is prepared as one that was sent, and what it takes is counted as long", async () => {
  const bytes = await sharp({ create: { width: 30, height: 20, channels: 3, background: "#336699" } })
    .png()
    .toBuffer();
  const id = randomUUID();
  const uploads: number[] = [];
  const { process, admission } = await setup({
    async readAsset(wanted) {
      uploads.push(admission.state().uploadBytes);
      return wanted === id ? { asset: { sha256: "" }, bytes } : { missing: "expired" };
    },
  });
  const sent = await process(`data:image/png;base64,${bytes.toString("base64")}`);
  const stored = await process(`asset://${id.toUpperCase()}`);
  expect(stored.status).toBe(200);
  expect(stored.body.processed_image).toBe(sent.body.processed_image);
  expect(uploads[0]).toBeGreaterThan(8 * megabyte);
  expect(admission.state().uploadBytes).toBe(0);
  const expired = await process(`asset://${randomUUID()}`);
  expect(expired.status).toBe(422);
  expect(expired.body).toMatchObject({
    error: "validation_error",
    details: { field: "image", reason: "asset_expired" },
  });
});

test("an address of nothing is a validation error of the image, with or without a storage", async () => {
  const nothing: ReadAsset = async () => ({ missing: "unknown" });
  for (const { process } of [await setup({ readAsset: nothing }), await setup()]) {
    for (const image of [`asset://${randomUUID()}`, "asset://cat"]) {
      const { status, body } = await process(image);
      expect(status).toBe(422);
      expect(body).toMatchObject({
        error: "validation_error",
        details: { field: "image", reason: "asset_not_found" },
      });
    }
  }
});
