import { expect, test } from "vitest";
import { createLinks } from "../../src/assets/links.ts";
import { iconStyles } from "../../src/features/icons/choices.ts";
import { loadSecrets } from "../../src/platform/secrets.ts";
import { addressIn, iconClient } from "./client.ts";
import { shareDatabase } from "./service.ts";

const start = shareDatabase();
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test("an icon is answered with the fields of the reference, opens by its address alone, and a second request has the same one", async () => {
  const { baseUrl, client } = await start();
  const asked = {
    category: " Office  Supplies ",
    ...{ style: "MODERN", color_scheme: " Brand_Colors" },
    custom_elements: ["pen", "stapler", "", "Pen", "calculator"],
  };
  const first = await client.generate(asked);
  expect(first.status).toBe(200);
  const file = /^office_supplies\/office_supplies_\d{14}_[0-9a-f]{8}\.png$/;
  const stored = (first.body as { local_path: string }).local_path.replace(/^icons\//, "");
  expect(stored).toMatch(file);
  expect(first.body).toEqual({
    success: true,
    image_url: expect.stringMatching(
      new RegExp(`^${baseUrl}/api/images/${stored}\\?expires=\\d+&signature=[\\w-]{43}$`),
    ),
    local_path: `icons/${stored}`,
    generation_time: expect.any(Number),
    metadata: expect.objectContaining({
      ...{ style: "modern", color_scheme: "brand_colors", category: "Office Supplies" },
      ...{ custom_elements: ["pen", "stapler", "calculator"], provider: "local", cached: false, attempts: 1 },
      asset_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    }),
  });
  const made = await client.make(asked);
  expect(made).toMatchObject({ generation_time: 0, metadata: { cached: true } });
  expect(made.local_path).toBe(`icons/${stored}`);

  const anonymous = iconClient(baseUrl, null);
  const opened = await anonymous.open(made.image_url);
  expect(opened.status).toBe(200);
  expect(opened.headers.get("content-type")).toBe("image/png");
  expect(opened.headers.get("x-content-type-options")).toBe("nosniff");
  expect([opened.bytes.readUInt32BE(16), opened.bytes.readUInt32BE(20)]).toEqual([1024, 1024]);
});

test("a picture is shown to who has its signed address or is its owner, and to nobody else", async () => {
  const service = await start();
  const { client } = service;
  const make = (category: string) => client.make({ category, sizes: [32] });
  const [one, other] = [await make("tools"), await make("sports")];
  const signed = new URL(one.image_url);
  const bare = signed.pathname;
  const signature = signed.searchParams.get("signature") ?? "";
  const expires = signed.searchParams.get("expires") ?? "";
  const stranger = iconClient(service.baseUrl, null);

  const bareWith = (parameters: Record<string, string>) => `${bare}?${new URLSearchParams(parameters)}`;
  const { DATA_DIR: dataDir, JWT_SECRET_KEY: jwtSecretKey, WEBHOOK_SECRET: webhookSecret } = service.config;
  const longAgo = createLinks({
    secrets: loadSecrets({ dataDir, jwtSecretKey, webhookSecret }).linkSecrets,
    ...{ signed: { media: true, icons: true, catalog: true }, lifeMs: 1_000, basePath: "", publicBase: null },
    now: () => new Date("2026-01-01T00:00:00Z"),
  });
  const flipped = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  const refused = [
    bare,
    bareWith({ signature }),
    bareWith({ expires }),
    bareWith({ expires, signature: flipped }),
    bareWith({ expires, signature: "" }),
    bareWith({ expires: String(Number(expires) + 86_400), signature }),
    bareWith({ expires: "1", signature }),
    longAgo.iconPath(bare.replace("/api/images/", "")),
    `${signed.pathname}${signed.search}&expires=9999999999`,
    `${signed.pathname}${new URL(other.image_url).search}`,
  ];
  for (const address of refused) {
    const { status, headers, bytes } = await stranger.open(address);
    expect([address, status, JSON.parse(bytes.toString())]).toEqual([
      address,
      401,
      expect.objectContaining({
        message: "Authentication required",
        error: "authentication_required",
        metadata: {},
      }),
    ]);
    expect(headers.get("www-authenticate")).toMatch(/^Bearer/);
  }
  expect(await stranger.open(bare, { authorization: "Bearer garbage" })).toMatchObject({ status: 401 });
  const { bytes } = await stranger.open(one.image_url);
  for (const each of [bare, bare.replace("/tools/", "/")])
    expect(await client.open(each, client.authorization)).toMatchObject({ status: 200, bytes });
  // Somebody else's is answered as one that there is not; an administrator sees all.
  const neighbour = await service.as("neighbour");
  expect(await neighbour.open(bare, neighbour.authorization)).toMatchObject({ status: 404 });
  expect(await neighbour.open(signed.href, neighbour.authorization)).toMatchObject({ status: 200 });
  const admin = await service.as("somebody", { admin: true });
  expect(await admin.open(bare, admin.authorization)).toMatchObject({ status: 200 });
});

test("a batch has the seven fields of the reference, its styles go round, and its result is there when it has ended", async () => {
  const { client } = await start();
  const created = await client.order({
    categories: ["  Tools", "", "tools", "automotive ", "   "],
    ...{ style: "abstract", variations_per_category: 3, format: "svg", metadata: { theme: { dark: true } } },
  });
  expect(created).toMatchObject({
    status: 201,
    body: {
      ...{ message: "Batch generation started", batch_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      ...{ status: expect.stringMatching(/^(pending|running)$/), total_categories: 2, total_icons: 6 },
    },
  });
  const { batch_id: id } = created.body as { batch_id: string };
  const ended = await client.ended(id);
  expect(ended).toEqual({
    ...{ batch_id: id, status: "completed", progress: 100, current_category: null },
    ...{ total_categories: 2, completed_categories: 2, estimated_completion: null },
    created_at: expect.stringMatching(instant),
    started_at: expect.stringMatching(instant),
    completed_at: expect.stringMatching(instant),
    ...{ total_icons: 6, successful: 6, failed: 0 },
  });
  const { results, ...result } = await client.result(id);
  expect(result).toEqual({
    ...{ batch_id: id, total_requested: 6, successful: 6, failed: 0 },
    ...{ start_time: ended.started_at, end_time: ended.completed_at, duration: expect.any(Number) },
    metadata: { theme: { dark: true } },
  });
  const styles = [0, 1, 2].map((turn) => iconStyles[(iconStyles.indexOf("abstract") + turn) % 7]);
  expect(results.map(({ metadata: { category, style } }) => [category, style])).toEqual(
    ["Tools", "automotive"].flatMap((category) => styles.map((style) => [category, style])),
  );
  expect(new Set(results.map(addressIn)).size).toBe(6);
  expect(await client.cancel(id)).toMatchObject({
    status: 400,
    body: { error: "batch_not_cancellable", metadata: { status: "completed" } },
  });
  expect(await client.batches()).toEqual([
    {
      ...{ batch_id: id, status: "completed", progress: 100, total_categories: 2, completed_categories: 2 },
      ...{ created_at: ended.created_at, completed_at: ended.completed_at },
    },
  ]);
});

test("somebody else's batch is answered as one that there is not, whatever is asked of it", async () => {
  const service = await start();
  const { client } = service;
  const id = await client.begin({ categories: ["medical"], format: "svg" });
  await client.ended(id);
  const neighbour = await service.as("another neighbour");
  const requests = [
    ["GET", `/api/icons/batch/${id}/status`],
    ["GET", `/api/icons/batch/${id}/result`],
    ["GET", `/api/icons/batch/${id}/download`],
    ["HEAD", `/api/icons/batch/${id}/download`],
    ["POST", `/api/icons/batch/${id}/cancel`],
  ] as const;
  const unknown = "00000000-0000-4000-8000-000000000000";
  for (const [method, path] of requests) {
    const foreign = await neighbour.send(method, path);
    const missing = await neighbour.send(method, path.replace(id, unknown));
    const body =
      method === "HEAD" ? "" : { message: "Batch not found", error: "batch_not_found", metadata: {} };
    expect([path, foreign.status, foreign.body]).toEqual([path, 404, body]);
    expect([path, missing.status, missing.body]).toEqual([path, 404, body]);
    for (const odd of ["x", "..%2f..%2fetc", "%00", "' or 1=1--"])
      expect(await neighbour.send(method, path.replace(id, odd))).toMatchObject({ status: 404 });
    // Its owner's own token in other hands is no token.
    const forged = iconClient(service.baseUrl, `${service.token.slice(0, -4)}AAAA`);
    expect(await forged.send(method, path)).toMatchObject({ status: 401 });
  }
  expect(await neighbour.batches()).toEqual([]);
  expect(await neighbour.cached()).toEqual([]);
  expect(await neighbour.clear()).toBe(0);
  const admin = await service.as("an administrator", { admin: true });
  expect(await admin.status(id)).toMatchObject({ status: "completed" });
  expect(await client.cached()).toHaveLength(1);
});

const styles = [...iconStyles];
const refusals: readonly [what: string, body: unknown, metadata: object][] = [
  ["no category", {}, { field: "category" }],
  ["a blank category", { category: " \t " }, { field: "category" }],
  ["a category that is no text", { category: ["tools"] }, { field: "category" }],
  ["an endless category", { category: "x".repeat(101) }, { field: "category" }],
  ["an unknown style", { category: "tools", style: "gothic" }, { field: "style", valid_options: styles }],
  ["a style that is no text", { category: "tools", style: 7 }, { field: "style", valid_options: styles }],
  [
    "an unknown color scheme",
    { category: "tools", color_scheme: "neon" },
    { field: "color_scheme", valid_options: expect.arrayContaining(["monochrome", "brand_colors"]) },
  ],
  ["elements that are a text", { category: "tools", custom_elements: "pen" }, { field: "custom_elements" }],
  [
    "elements that are an object",
    { category: "tools", custom_elements: { a: 1 } },
    { field: "custom_elements" },
  ],
  [
    "an element that is no text",
    { category: "tools", custom_elements: ["pen", 7] },
    { field: "custom_elements" },
  ],
  [
    "an unknown format",
    { category: "tools", format: "gif" },
    { field: "format", valid_options: ["png", "svg", "webp", "ico"] },
  ],
  ["a size beyond all", { category: "tools", sizes: [4096] }, { field: "sizes" }],
  ["an SVG in pixels", { category: "tools", format: "svg", sizes: [64] }, { field: "sizes" }],
  ["a list", [{ category: "tools" }], { field: "body" }],
];

test("what is wrong with a request for an icon is said, with the field and what there is to choose from", async () => {
  const { client } = await start();
  for (const [what, body, metadata] of refusals) {
    const answer = await client.generate(body);
    expect([what, answer.status, answer.body]).toEqual([
      what,
      400,
      { success: false, message: expect.stringMatching(/\w/), error: "validation_error", metadata },
    ]);
  }
  const { message } = (await client.generate({ category: "tools", style: "gothic" })).body as {
    message: string;
  };
  for (const style of styles) expect(message).toContain(style);
  expect(await client.stats()).toMatchObject({ total_generated: 0, cached_icons: 0 });
});

test("what is wrong with a request for a batch is said all at once", async () => {
  const { client } = await start();
  const many = Array.from({ length: 51 }, (_, index) => `category ${index}`);
  const refused: readonly [body: object, field: string][] = [
    [{}, "categories"],
    [{ categories: [] }, "categories"],
    [{ categories: ["", "  "] }, "categories"],
    [{ categories: many }, "categories"],
    [{ categories: "tools" }, "categories"],
    [{ categories: ["tools"], variations_per_category: 0 }, "variations_per_category"],
    [{ categories: ["tools"], variations_per_category: 11 }, "variations_per_category"],
    [{ categories: ["tools"], variations_per_category: "2" }, "variations_per_category"],
    [{ categories: ["tools"], custom_elements: ["hammer"] }, "custom_elements"],
    [{ categories: ["tools"], custom_elements: { tools: "hammer" } }, "custom_elements"],
    [{ categories: ["tools"], metadata: "x" }, "metadata"],
  ];
  for (const [body, field] of refused) {
    const answer = await client.order(body);
    expect([JSON.stringify(body).slice(0, 80), answer.status, answer.body]).toEqual([
      expect.any(String),
      400,
      {
        ...{ message: expect.stringContaining(field), error: "validation_error" },
        ...{ metadata: expect.objectContaining({ field }), errors: [expect.stringContaining(field)] },
      },
    ]);
  }
  const worst = await client.order({ categories: [], style: "gothic", color_scheme: "neon" });
  expect((worst.body as { errors: string[] }).errors).toHaveLength(3);
  expect(await client.batches()).toEqual([]);
  // Fifty are as many as there may be, blanks and repetitions not counted.
  const most = await client.order({ categories: [...many.slice(1), "", " CATEGORY 1 "], format: "svg" });
  expect(most).toMatchObject({ status: 201, body: { total_categories: 50, total_icons: 50 } });
});

test("a batch that is ordered again with its Idempotency-Key is there once, and each caller has keys of their own", async () => {
  const service = await start();
  const { client } = service;
  const key = { "idempotency-key": "a-set-for-the-shop" };
  const asked = { categories: ["tools", "sports"], format: "svg" };
  const first = await client.order(asked, key);
  const again = await client.order(asked, key);
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual(first.body);
  expect([first, again].map(({ headers }) => headers.get("idempotent-replayed"))).toEqual([null, "true"]);
  expect(await client.order({ ...asked, style: "flat" }, key)).toMatchObject({
    ...{ status: 400, body: { error: expect.stringMatching(/idempotency/), metadata: {} } },
  });
  const neighbour = await service.as("a neighbour with the same key");
  expect(
    (await neighbour.order({ ...asked, style: "flat" }, key)).headers.get("idempotent-replayed"),
  ).toBeNull();
  expect(await client.batches()).toHaveLength(1);
  expect(await neighbour.batches()).toHaveLength(1);
});

test("suggestions are keys for nothing, and names in title case for a part of one, by any of three parameters", async () => {
  const { client } = await start();
  const suggested = async (query: string) =>
    (await client.get(`/api/icons/categories/suggestions${query}`)).body;
  const keys = await suggested("");
  expect(keys).toHaveLength(15);
  expect(keys).toEqual(expect.arrayContaining(["office_supplies", "toys_games", "medical"]));
  expect(await suggested("?q=%20")).toEqual(keys);
  const tools = (await suggested("?q=TOOL")) as string[];
  expect(tools).toEqual(expect.arrayContaining(["Hand Tool", "Power Tool"]));
  expect(tools).toEqual([...tools].sort());
  expect(await suggested("?query=tool")).toEqual(tools);
  expect(await suggested("?partial=tool")).toEqual(tools);
  expect(await suggested("?q=zzzz")).toEqual([]);
});
