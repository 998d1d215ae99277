import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { CatalogError, loadCatalog } from "./catalog.ts";
import { modelView } from "./vision-rules.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function overrideFile(content: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), "catalog-"));
  folders.push(folder);
  const file = join(folder, "models.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

const loadWith = (content: unknown) => loadCatalog({ overrideFile: overrideFile(content) });

function problemsOf(content: unknown): readonly string[] {
  try {
    loadWith(content);
  } catch (error) {
    if (error instanceof CatalogError) return error.problems;
    throw error;
  }
  throw new Error("the override was accepted");
}

describe("the built-in catalog", () => {
  const catalog = loadCatalog();

  it("documents the envelope of each provider", () => {
    const MB = 1024 ** 2;
    expect(
      catalog
        .providers()
        .map(({ name, envelope }) => [
          name,
          envelope.max_image_bytes / MB,
          envelope.max_side,
          envelope.preferred_format,
          envelope.formats.join(),
        ]),
    ).toEqual([
      ["claude", 5, 7990, "jpeg", "jpeg,png,gif,webp"],
      ["openai", 20, 2048, "png", "jpeg,png,gif,webp"],
      ["gemini", 20, 4096, "jpeg", "jpeg,png,gif,webp"],
    ]);
  });

  it("no entry is dated after the catalog itself, and each names where it comes from", () => {
    for (const { id, as_of, source } of catalog.models()) {
      expect(as_of <= catalog.as_of, id).toBe(true);
      expect(source, id).toMatch(/^https:\/\//);
    }
  });

  it("every provider's default is its own, has no shutdown date and gives token estimates", () => {
    for (const { name } of catalog.providers()) {
      const model = catalog.defaultModel(name);
      expect(model).toMatchObject({ provider: name, shutdown_date: null });
      expect(modelView(model, 1000, 1000).tokens).toBeGreaterThan(0);
    }
  });

  it("no model was shut down before the day of the catalog", () => {
    for (const { id, shutdown_date } of catalog.models()) {
      expect(shutdown_date === null || shutdown_date >= catalog.as_of, id).toBe(true);
    }
  });

  it("following replacements ends at a model that has no shutdown date", () => {
    for (const model of catalog.models()) {
      const seen = new Set<string>();
      let last = model;
      while (last.replacement !== null && !seen.has(last.id)) {
        seen.add(last.id);
        last = catalog.findModel(last.replacement) ?? last;
      }
      if (model.replacement !== null)
        expect(last, model.id).toMatchObject({ replacement: null, shutdown_date: null });
    }
  });

  it("a limit on base64 is also given as the raw bytes that just fill it", () => {
    const limits = catalog.models().flatMap((model) => [model.limits, ...model.limits.platforms]);
    const inBase64 = limits.filter(({ max_base64_bytes }) => max_base64_bytes !== null);
    expect(inBase64.length).toBeGreaterThan(0);
    for (const { max_base64_bytes, max_image_bytes } of inBase64) {
      expect(Math.ceil((max_image_bytes ?? 0) / 3) * 4).toBe(max_base64_bytes);
    }
  });

  it("a model that never shrinks has a size that is worth sending", () => {
    for (const model of catalog.models()) {
      const { id, fit } = model;
      const view = modelView(model, 20_000, 20_000);
      expect(view.scale < 1 || fit !== null, id).toBe(true);
    }
  });
});

describe("finding a model", () => {
  const catalog = loadCatalog();

  it("an alias and any spelling of case find the model", () => {
    expect(catalog.findModel("GPT-5.6")?.id).toBe("gpt-5.6-sol");
    expect(catalog.findModel(" claude-haiku-4-5-20251001 ")?.id).toBe("claude-haiku-4-5");
  });

  it("an unknown name finds nothing and similar names are suggested, the likeliest first", () => {
    expect(catalog.findModel("claude-sonet-5-5")).toBeUndefined();
    expect(catalog.suggest("claude-sonet-5-5")[0]).toBe("claude-sonnet-5-5");
    expect(catalog.suggest("gemini-3.8")[0]).toBe("gemini-3.8-flash");
    expect(catalog.suggest("sonnet")).toHaveLength(3);
    for (const name of catalog.suggest("sonnet")) expect(name).toContain("sonnet");
  });

  it("a name like no other suggests nothing", () => {
    expect(catalog.suggest("xyzzy")).toEqual([]);
  });
});

describe("an override file", () => {
  it("that does not exist changes nothing", () => {
    const missing = `${overrideFile({})}.missing`;
    expect(loadCatalog({ overrideFile: missing }).models()).toEqual(loadCatalog().models());
  });

  it("changes only the fields it names, also inside limits and rule", () => {
    const change = {
      id: "gpt-5.4-mini",
      input_price_usd_per_million: 0.5,
      limits: { max_side: 4000 },
      rule: { multiplier: 1.62 },
    };
    const before = loadCatalog().findModel("gpt-5.4-mini");
    const after = loadWith({ models: [change] }).findModel("gpt-5.4-mini");
    expect(after).toEqual({
      ...before,
      input_price_usd_per_million: 0.5,
      limits: { ...before?.limits, max_side: 4000 },
      rule: { ...before?.rule, multiplier: 1.62 },
    });
  });

  it("replaces the whole rule when it names another one", () => {
    const rule = { name: "gemini_media_resolution", level: "low", tokens: 280 };
    const { findModel } = loadWith({ models: [{ id: "gemini-2.5-flash-lite", rule }] });
    expect(findModel("gemini-2.5-flash-lite")?.rule).toEqual(rule);
  });

  it("adds a model and makes it the default", () => {
    const template = loadCatalog().findModel("gemini-3.8-flash");
    const catalog = loadWith({
      as_of: "2027-01-02",
      providers: { gemini: { default_model: "gemini-9" } },
      models: [{ ...template, id: "gemini-9", label: "Gemini 9" }],
    });
    expect(catalog.as_of).toBe("2027-01-02");
    expect(catalog.defaultModel("gemini").label).toBe("Gemini 9");
    expect(catalog.models()).toHaveLength(loadCatalog().models().length + 1);
  });

  it("changes one field of a provider's envelope and keeps the others", () => {
    const envelope = loadWith({ providers: { openai: { envelope: { max_side: 6000 } } } }).provider(
      "openai",
    ).envelope;
    expect(envelope).toEqual({ ...loadCatalog().provider("openai").envelope, max_side: 6000 });
  });

  it("that is not JSON is refused with its name", () => {
    const file = overrideFile("{ not json");
    expect(() => loadCatalog({ overrideFile: file })).toThrow(
      `The model catalog ${file} cannot be used:\n- the file: `,
    );
  });

  it("is refused with every problem at once, each with its path", () => {
    const problems = problemsOf({
      modles: [],
      providers: { claude: { default_model: "gpt-4o" }, mistral: {} },
      models: [
        { id: "claude-opus-5", limits: { max_sid: 1 }, shutdown_date: "soon" },
        { id: "gpt-5.2", rule: { multiplier: "much" } },
        { id: "gpt-4o", aliases: ["o3"], replacement: "gpt-7", fit: { max_side: 1000, max_patches: 9 } },
        { label: "nameless" },
        { id: "gpt-5.2" },
      ],
    });
    expect(problems).toEqual([
      "providers.mistral: unknown provider",
      "models.3: expected an object with an id",
      "models[gpt-5.2]: the id appears twice in this file",
      'the file: Unrecognized key: "modles"',
      'models[claude-opus-5].limits: Unrecognized key: "max_sid"',
      "models[claude-opus-5].shutdown_date: a date such as 2026-11-21",
      "models[gpt-5.2].rule.multiplier: Invalid input: expected number, received string",
      "models[gpt-4o]: the name o3 already belongs to o3",
      "models[gpt-4o].fit.max_patches: the rule openai_tiles has no patches",
      "models[gpt-4o].replacement: gpt-7 is not in the catalog",
      "providers.claude.default_model: gpt-4o is not the id of a model of this provider",
    ]);
  });

  it("that adds a model must state all of it", () => {
    const problems = problemsOf({ models: [{ id: "gpt-9", provider: "openai" }] });
    expect(problems).toContain("models[gpt-9].rule: Invalid input: expected object, received undefined");
    expect(problems.every((problem) => problem.startsWith("models[gpt-9]."))).toBe(true);
  });

  it.each([
    [[], ["the file: expected an object"]],
    [{ models: {} }, ["models: expected an array"]],
    [{ providers: [] }, ["providers: expected an object"]],
    [{ providers: { openai: 1 } }, ["providers.openai: expected an object"]],
  ])("of the wrong shape is refused: %j", (content, problems) => {
    expect(problemsOf(content)).toEqual(problems);
  });

  it("as docs/models.md shows it is accepted and does what the page says", () => {
    const page = readFileSync(new URL("../../../docs/models.md", import.meta.url), "utf8");
    const example = /```json\n(?<json>.*?)```/s.exec(page)?.groups?.["json"] ?? "";
    const catalog = loadWith(example);
    expect(catalog.defaultModel("openai").id).toBe("gpt-5.6-luna");
    expect(catalog.findModel("gpt-5.5")?.rule).toMatchObject({
      detail: "high",
      budget: 2500,
      max_side: 2048,
    });
  });
});
