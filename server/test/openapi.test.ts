import { describe, expect, test } from "vitest";
import { z } from "zod";
import { referencePixel } from "./prepare/client.ts";
import { startApp } from "./world.ts";

const json = z.record(z.string(), z.unknown());
const media = z.record(z.string(), z.strictObject({ schema: json }).catchall(z.unknown()));
const response = z.looseObject({
  description: z.string().min(1),
  content: media.optional(),
  headers: z.record(z.string(), z.strictObject({ schema: json, description: z.string().min(1) })).optional(),
});
const operation = z.looseObject({
  operationId: z.string().regex(/^[a-z]+([A-Z][a-z]+)+$/),
  summary: z.string().min(1),
  tags: z.array(z.string()).min(1),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z
    .array(z.looseObject({ name: z.string(), in: z.enum(["query", "path", "header", "cookie"]) }))
    .optional(),
  requestBody: z.looseObject({ content: media }).optional(),
  responses: z.record(z.string().regex(/^([1-5]\d\d|[1-5]XX|default)$/), response),
});
/** The parts of OpenAPI 3.1 that clients and generators rely on. */
const document = z.looseObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  servers: z.array(z.looseObject({ url: z.string() })).min(1),
  components: z.looseObject({ securitySchemes: z.record(z.string(), z.looseObject({ type: z.string() })) }),
  paths: z.record(
    z.string().startsWith("/"),
    z.partialRecord(z.enum(["get", "put", "post", "delete", "patch", "head", "options"]), operation),
  ),
});

async function read(env: Record<string, string> = {}) {
  const { app } = await startApp(env);
  const answer = await app.http.inject({ url: "/openapi.json" });
  expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  return { app, text: answer.body, document: document.parse(answer.json()) };
}

const operationsOf = ({ paths }: z.output<typeof document>) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      name: `${method.toUpperCase()} ${path}`,
      described,
    })),
  );

/**
 * Routes that are no part of any API: pages, their files, the document itself, where providers call back, and sockets,
 * for which OpenAPI has no words.
 */
const hidden =
  /^(HEAD|OPTIONS) |\/callbacks\/|^(GET|POST) \/(sign-in|sign-out|docs.*|openapi\.json|samples\/.*|socket\.io\/|ws|upload|batch\/.*|export\/.*|prepare|media|icons|catalog|system\/status|admin|dashboard\/.*)?$/;

/** Every value below, with the path to it. */
function* walk(value: unknown, path: string): Generator<[path: string, key: string, value: unknown]> {
  if (value === null || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) {
    yield [path, key, inner];
    yield* walk(inner, `${path}/${key}`);
  }
}

describe("/openapi.json", () => {
  test("has the structure of OpenAPI 3.1", async () => {
    const { document } = await read();
    expect(document.openapi).toBe("3.1.0");
    expect(document.info.title).toBe("Fovea");
  });

  test("describes every route, and no route that does not exist", async () => {
    const { app, document } = await read();
    const routes = app.routes.map(
      ({ method, path }) => `${method} ${path.replace(/:(\w+)|(\*)/g, "{$1$2}")}`,
    );
    expect(
      operationsOf(document)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(routes.filter((route) => !hidden.test(route)).sort());
  });

  test("gives each operation a name that generated clients keep from version to version", async () => {
    const { document } = await read();
    const names = Object.fromEntries(
      operationsOf(document).map(({ name, described }) => [name, described.operationId]),
    );
    expect(names).toEqual({
      "POST /api/v1/process": "processImage",
      "POST /api/v1/validate": "validateImage",
      "POST /api/v1/analyze": "analyzeImage",
      "POST /api/v1/thumbnail": "makeThumbnail",
      "GET /api/v1/providers": "listProviders",
      "GET /api/v1/models": "listModels",
      "POST /api/v1/jobs/generate": "createMediaJob",
      "GET /api/v1/jobs/models": "listMediaModels",
      "GET /api/v1/jobs/status/{job_id}": "getMediaJob",
      "GET /api/v1/jobs": "listMediaJobs",
      "DELETE /api/v1/jobs/{job_id}": "cancelMediaJob",
      "GET /api/v1/media/{media_id}": "downloadMedia",
      "GET /api/v1/media/{media_id}/info": "getMediaInfo",
      "DELETE /api/v1/media/{media_id}": "deleteMedia",
      "GET /api/v1/webhooks/deliveries": "listWebhookDeliveries",
      "GET /api/v1/webhooks/deliveries/{id}": "getWebhookDelivery",
      "POST /api/v1/webhooks/deliveries/{id}/redeliver": "redeliverWebhook",
      "POST /api/v1/webhooks/test": "testWebhook",
      "POST /api/icons/generate": "generateIcon",
      "POST /api/icons/generate/batch": "generateIconBatch",
      "GET /api/icons/batch/{batch_id}/status": "getIconBatchStatus",
      "GET /api/icons/batch/{batch_id}/result": "getIconBatchResult",
      "GET /api/icons/batch/{batch_id}/download": "downloadIconBatch",
      "POST /api/icons/batch/{batch_id}/cancel": "cancelIconBatch",
      "GET /api/icons/batches": "listIconBatches",
      "GET /api/icons/cached": "listCachedIcons",
      "POST /api/icons/cache/clear": "clearCachedIcons",
      "GET /api/icons/stats": "getIconStatistics",
      "GET /api/icons/categories/suggestions": "suggestIconCategories",
      "GET /api/images/{*}": "getIconFile",
      "POST /api/v1/upload": "uploadCatalog",
      "GET /api/v1/requests": "listCatalogs",
      "GET /api/v1/requests/{request_id}": "getCatalog",
      "GET /api/v1/status/{request_id}": "getCatalogStatus",
      "GET /api/v1/status/{request_id}/images/{row}/{image}/before": "getCatalogSourceImage",
      "GET /api/v1/status/{request_id}/csv": "downloadCatalog",
      "POST /api/v1/status/{request_id}/cancel": "cancelCatalog",
      "POST /api/v1/webhook/configure": "configureCatalogWebhook",
      "GET /api/v1/images/processed/{file}": "getProcessedImage",
      "GET /api/v1/events": "followEvents",
      "POST /api/v1/events/tickets": "createEventTicket",
      "POST /api/v1/batches": "createBatch",
      "POST /api/v1/batches/estimate": "estimateBatch",
      "POST /api/v1/batches/preview": "previewBatch",
      "GET /api/v1/batches": "listBatches",
      "GET /api/v1/batch/{batch_id}": "getBatch",
      "GET /api/v1/batches/{batch_id}": "getBatchDetails",
      "DELETE /api/v1/batches/{batch_id}": "deleteBatch",
      "GET /api/v1/batches/{batch_id}/status": "getBatchStatus",
      "GET /api/v1/batches/{batch_id}/progress": "getBatchProgress",
      "GET /api/v1/batches/{batch_id}/chunks": "getBatchChunks",
      "GET /api/v1/batches/{batch_id}/jobs": "getBatchJobs",
      "GET /api/v1/batches/{batch_id}/results": "getBatchResults",
      "GET /api/v1/batches/{batch_id}/health": "getBatchHealth",
      "GET /api/v1/batches/{batch_id}/analyze": "analyzeBatchErrors",
      "POST /api/v1/batches/{batch_id}/start": "startBatch",
      "POST /api/v1/batches/{batch_id}/pause": "pauseBatch",
      "POST /api/v1/batches/{batch_id}/resume": "resumeBatch",
      "POST /api/v1/batches/{batch_id}/cancel": "cancelBatch",
      "POST /api/v1/batches/{batch_id}/force-start": "forceStartBatch",
      "POST /api/v1/batches/{batch_id}/clone": "cloneBatch",
      "POST /api/v1/batches/{batch_id}/soft-delete": "softDeleteBatch",
      "POST /api/v1/batches/{batch_id}/retry": "retryBatch",
      "GET /api/v1/batches/{batch_id}/results/{row}": "getBatchResult",
      "GET /api/v1/batches/{batch_id}/results/{row}/image": "getBatchResultImage",
      "POST /api/v1/batches/{batch_id}/results/{row}/review": "reviewResult",
      "POST /api/v1/batches/{batch_id}/reviews": "reviewResults",
      "GET /api/v1/batches/{batch_id}/reviews": "countReviews",
      "GET /api/v1/failures": "listFailures",
      "GET /api/v1/export/batch/{batch_id}": "exportBatch",
      "GET /api/v1/export/batch/{batch_id}/preview": "previewExport",
      "GET /api/v1/export/batch/{batch_id}/summary": "summarizeExport",
      "POST /api/v1/export/batches/multiple": "exportBatches",
      "POST /api/v1/export/filtered": "exportFiltered",
      "GET /api/v1/export/statistics": "getExportStatistics",
      "GET /api/v1/export/formats": "listExportFormats",
      "GET /api/v1/export/template": "getUploadTemplate",
      "GET /api/v1/system/stats": "getSystemStats",
      "GET /admin/queue/status": "getQueueStatus",
      "POST /admin/queue/cleanup": "cleanUpQueue",
      "POST /admin/batch/{batch_id}/reset": "resetBatch",
      "GET /admin/quotas": "getQuotas",
      "GET /admin/configuration": "getConfiguration",
      "GET /admin/processes": "listProcesses",
      "POST /admin/quotas/restore": "restoreKeys",
      "GET /api/v1/setup": "getSetup",
      "POST /api/v1/setup/keys/test": "testProviderKey",
      "GET /api/v1/audit": "listAuditLog",
      "GET /api/v1/ping": "pingService",
      "GET /api/v1/health": "getApiHealth",
      "GET /api/v1/health/live": "getApiLiveness",
      "GET /api/v1/health/ready": "getApiReadiness",
      "GET /api/v1/stats": "getStatistics",
      "GET /health": "getHealth",
      "GET /health/live": "getLiveness",
      "GET /health/ready": "getReadiness",
      "GET /health/capabilities": "getCapabilities",
      "GET /metrics": "getMetrics",
    });
  });

  test("leaves no reference and no security scheme unresolved", async () => {
    const { document } = await read();
    for (const [path, key, value] of walk(document, "#")) {
      if (key !== "$ref") continue;
      const found = String(value)
        .replace(/^#\//, "")
        .split("/")
        .reduce<unknown>(
          (inside, part) => json.parse(inside)[part.replaceAll("~1", "/").replaceAll("~0", "~")],
          document,
        );
      expect([path, found]).toEqual([path, expect.anything()]);
    }
    const schemes = Object.keys(document.components.securitySchemes);
    for (const { described } of operationsOf(document)) {
      for (const scheme of described.security.flatMap(Object.keys)) expect(schemes).toContain(scheme);
    }
  });

  test("says of each operation what it asks for", async () => {
    const { document } = await read();
    const security = Object.fromEntries(
      operationsOf(document).map(({ name, described }) => [name, described.security]),
    );
    expect(security).toMatchObject({
      "GET /health": [],
      "GET /health/ready": [],
      "POST /api/v1/process": [{ bearer: [] }],
      "GET /api/v1/models": [{ bearer: [] }],
      "GET /api/v1/stats": [{ bearer: [] }],
    });
  });

  test("describes what the verbs of the prepare API take and answer", async () => {
    const { document } = await read();
    const required = (of: unknown) => json.parse(json.parse(of)["content"])["application/json"];
    const shape = (of: unknown) =>
      z
        .looseObject({ schema: z.looseObject({ required: z.array(z.string()), properties: json }) })
        .parse(required(of)).schema;
    const verb = (path: string) => {
      const described = document.paths[path]?.post;
      return {
        request: shape(described?.requestBody),
        answer: shape(described?.responses["200"]),
        described,
      };
    };
    const process = verb("/api/v1/process");
    expect(process.request.required).toEqual(["image"]);
    expect(Object.keys(process.request.properties)).toEqual(["image", "provider", "options"]);
    expect(process.answer.required).toEqual(
      expect.arrayContaining([
        "success",
        "processed_image",
        "original_format",
        "processed_format",
        "original_size",
        "processed_size",
        "dimensions",
        "processing_time_ms",
        "compression_ratio",
        "correlation_id",
        "metadata",
      ]),
    );
    expect(Object.keys(process.described?.responses ?? {})).toEqual(
      expect.arrayContaining(["200", "4XX", "5XX"]),
    );
    expect(verb("/api/v1/validate").answer.required).toEqual(expect.arrayContaining(["valid", "provider"]));
    expect(verb("/api/v1/analyze").request.required).toEqual(["image"]);
    expect(verb("/api/v1/thumbnail").request.required).toEqual(["image", "width", "height"]);
  });

  const options = [
    "background_color",
    "format",
    "max_dimension",
    "model",
    "preserve_transparency",
    "quality",
  ];
  const binary = { type: "string", format: "binary" };

  test.each([
    ["process", ["provider", ...options]],
    ["validate", ["model", "provider"]],
    ["analyze", []],
    ["thumbnail", ["background_color", "height", "maintain_aspect_ratio", "quality", "width"]],
  ])("describes all three forms in which %s takes an image", async (verb, fields) => {
    const { document } = await read();
    const described = document.paths[`/api/v1/${verb}`]?.post;
    const content = described?.requestBody?.content ?? {};
    expect(Object.keys(content)).toEqual([
      "application/json",
      "multipart/form-data",
      "image/*",
      "application/octet-stream",
    ]);
    for (const raw of ["image/*", "application/octet-stream"]) expect(content[raw]?.schema).toEqual(binary);
    const form = z
      .looseObject({ required: z.array(z.string()), properties: z.record(z.string(), json) })
      .parse(content["multipart/form-data"]?.schema);
    expect(form.required).toEqual(["image"]);
    const { image, ...others } = form.properties;
    expect(image).toEqual(binary);
    expect(Object.keys(others).sort()).toEqual([...fields].sort());
    // Neither a form nor a query can say null.
    expect(JSON.stringify(others)).not.toContain("null");
    const query = (described?.parameters ?? []).filter((each) => each.in === "query");
    expect(query.map(({ name }) => name).sort()).toEqual([...fields].sort());
    for (const { required } of query) expect(required).toBe(false);
  });

  test.each([
    ["process", "image/*", { provider: "claude", options: { quality: 80 } }],
    ["thumbnail", "image/jpeg", { width: 50, height: 50 }],
  ])("describes the picture that %s answers, with every header it has", async (verb, type, fields) => {
    const { app, document } = await read();
    const described = document.paths[`/api/v1/${verb}`]?.post?.responses["200"];
    expect(Object.keys(described?.content ?? {})).toEqual(["application/json", type]);
    expect(described?.content?.[type]?.schema).toEqual(binary);
    const names = Object.keys(described?.headers ?? {}).map((name) => name.toLowerCase());
    const answer = await app.http.inject({
      method: "POST",
      url: `/api/v1/${verb}`,
      headers: { authorization: "Bearer test-token", accept: "image/*" },
      payload: { image: referencePixel, ...fields },
    });
    expect(answer.headers["content-type"]).toMatch(/^image\//);
    const sent = Object.keys(answer.headers).filter((name) => name.startsWith("x-image-") || name === "etag");
    // The reference's pixel causes no warning.
    expect([...sent, ...(verb === "process" ? ["x-image-warnings"] : [])].sort()).toEqual(names.sort());
  });

  test("describes no picture where the answer is JSON in any case", async () => {
    const { document } = await read();
    for (const verb of ["validate", "analyze"]) {
      const described = document.paths[`/api/v1/${verb}`]?.post?.responses["200"];
      expect(Object.keys(described?.content ?? {})).toEqual(["application/json"]);
    }
  });

  test("has no pattern that lives from flags, which JSON Schema does not know", async () => {
    const { document } = await read();
    const patterns = [...walk(document, "#")].filter(
      ([, key, value]) => key === "pattern" && typeof value === "string",
    );
    const colours = patterns.filter(([, , value]) => String(value).includes("#"));
    expect(colours.length).toBeGreaterThan(0);
    for (const [, , value] of colours) {
      expect("#FFFFFF").toMatch(new RegExp(String(value)));
      expect("#c0ffee").toMatch(new RegExp(String(value)));
    }
  });

  test("is the same document as the page's own, and on every start", async () => {
    const { app, text } = await read();
    expect((await app.http.inject({ url: "/docs/json" })).body).toBe(text);
    expect((await read()).text).toBe(text);
  });

  test("gives away nothing of the configuration", async () => {
    const secret = "a-secret-that-nobody-may-read";
    const { text } = await read({
      JWT_SECRET_KEY: secret,
      DEV_TOKENS: secret,
      DATABASE_URL: `postgres://u:${secret}@h/d`,
    });
    expect(text).not.toContain(secret);
    expect(text).not.toMatch(/node_modules|\/tmp\//);
  });
});
