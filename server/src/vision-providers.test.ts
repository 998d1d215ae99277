import { describe, expect, test } from "vitest";
import { loadCatalog } from "./models/catalog.ts";
import { unlimitedPerMinute } from "./models/quotas/contract.ts";
import { loadConfig } from "./platform/config.ts";
import { AppError } from "./platform/errors.ts";
import { type ConfiguredProvider, configuredProviders } from "./vision-providers.ts";

type Env = Readonly<Record<string, string>>;

const catalog = loadCatalog();
const providersOf = (env: Env) => configuredProviders(loadConfig(env), catalog);

function only(env: Env): ConfiguredProvider {
  const [first, ...others] = providersOf(env);
  if (!first || others.length > 0) throw new Error("one provider was to be configured");
  return first;
}

/** The lines of what is wrong. */
function problemsOf(env: Env): string[] {
  try {
    providersOf(env);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "invalid_configuration") throw error;
    return error.message.split("\n").slice(1, -1);
  }
  return [];
}

const ollama = { OPENAI_BASE_URL: "http://127.0.0.1:11434/v1" };
const limitsOf = ({ groups }: ConfiguredProvider) => groups.map(({ limits }) => limits);

test("without a key or a server nobody is asked", () => {
  expect(providersOf({})).toEqual([]);
});

test("providers come in one order, whichever is set, each with its default of the catalog", () => {
  const all = providersOf({
    ANTHROPIC_API_KEY: "sk-ant-1",
    OPENAI_API_KEY: "sk-1",
    GEMINI_API_KEYS: "AIza-1",
  });
  expect(all.map(({ scope, provider, usual }) => [scope, provider.name, usual.id])).toEqual([
    ["gemini", "gemini", catalog.provider("gemini").default_model],
    ["openai", "openai", catalog.provider("openai").default_model],
    ["anthropic", "anthropic", catalog.provider("claude").default_model],
  ]);
  for (const { models, usual } of all) expect(models).toContain(usual);
  const names = all.flatMap(({ models }) => models.map(({ id }) => id));
  expect(names.sort()).toEqual(
    catalog
      .models()
      .map(({ id }) => id)
      .sort(),
  );
});

test("a model is found by an alias too", () => {
  const env = { ANTHROPIC_API_KEY: "sk-ant-1", ANTHROPIC_MODEL: "Claude-Haiku-4-5-20251001" };
  expect(only(env).usual.id).toBe("claude-haiku-4-5");
});

describe("limits", () => {
  test("of each provider are its group's, as its settings say", () => {
    const two = "first:one,first:two,three";
    const more = { GEMINI_RPM_PER_KEY: "10", GEMINI_RPD_PER_KEY: "1000", GEMINI_TPM_PER_KEY: "50000" };
    const gemini = only({ GEMINI_API_KEYS: two, ...more });
    expect(gemini.groups.map(({ name, keys }) => [name, keys.length])).toEqual([
      ["first", 2],
      [expect.stringMatching(/^key-/), 1],
    ]);
    const limits = {
      requestsPerMinute: 10,
      requestsPerDay: 1000,
      tokensPerMinute: 50_000,
      concurrency: null,
    };
    expect(limitsOf(gemini)).toEqual([limits, limits]);
    const anthropic = only({
      ANTHROPIC_API_KEY: "one",
      ANTHROPIC_RPM_PER_KEY: "7",
      ANTHROPIC_TPM_PER_KEY: "9000",
    });
    expect(limitsOf(anthropic)).toMatchObject([
      { requestsPerMinute: 7, requestsPerDay: null, tokensPerMinute: 9_000 },
    ]);
  });

  test.each(["https://api.openai.com/v1", "https://eu.api.openai.com/v1/"])(
    "of OpenAI are those of its first tier at %s",
    (OPENAI_BASE_URL) => {
      const openai = only({ OPENAI_API_KEY: "one", OPENAI_BASE_URL });
      expect(openai.scope).toBe("openai");
      expect(limitsOf(openai)).toEqual([
        { requestsPerMinute: 50, requestsPerDay: null, tokensPerMinute: 40_000, concurrency: null },
      ]);
    },
  );

  test("of another server are none but its concurrency, unless they are set", () => {
    const server = { ...ollama, OPENAI_VISION_MODEL: "qwen3-vl:8b" };
    const free = { requestsPerMinute: unlimitedPerMinute, requestsPerDay: null, tokensPerMinute: null };
    expect(limitsOf(only(server))).toEqual([{ ...free, concurrency: 4 }]);
    const set = { OPENAI_RATE_LIMIT_RPM: "9", OPENAI_RATE_LIMIT_TPM: "800", OPENAI_CONCURRENCY: "2" };
    expect(limitsOf(only({ ...server, ...set }))).toEqual([
      { requestsPerMinute: 9, requestsPerDay: null, tokensPerMinute: 800, concurrency: 2 },
    ]);
    const responses = {
      ...{ OPENAI_BASE_URL: "https://gateway.example.com/v1", OPENAI_VISION_API: "responses" },
      OPENAI_API_KEY: "one",
    };
    expect(limitsOf(only(responses))).toEqual([{ ...free, concurrency: null }]);
  });

  test("of a name that only ends like OpenAI's are not OpenAI's", () => {
    const env = {
      OPENAI_BASE_URL: "https://notapi.openai.com/v1",
      OPENAI_VISION_MODEL: "m",
      OPENAI_API_KEY: "one",
    };
    expect(only(env).scope).toBe("compatible");
  });
});

describe("a compatible server", () => {
  test("has the models that are named, in their order and once each, known to the catalog or not", () => {
    const { models, usual, provider } = only({
      ...ollama,
      OPENAI_VISION_MODEL: "qwen3-vl:8b, gpt-5.6-luna,llava,qwen3-vl:8b",
    });
    expect(provider.name).toBe("compatible");
    expect(models.map(({ id }) => id)).toEqual(["qwen3-vl:8b", "gpt-5.6-luna", "llava"]);
    expect(usual).toMatchObject({ id: "qwen3-vl:8b", input_price_usd_per_million: null });
    expect(models[1]).toMatchObject({ input_price_usd_per_million: 0.2 });
  });

  test("is asked for the very name that is configured, where that is only an alias in the catalog", () => {
    const { usual } = only({ ...ollama, OPENAI_VISION_MODEL: "GPT-5.6" });
    expect(usual.id).toBe("GPT-5.6");
    expect(usual.aliases).toContain("gpt-5.6-sol");
  });

  test("needs no key, and takes several", () => {
    const server = { ...ollama, OPENAI_VISION_MODEL: "qwen3-vl:8b" };
    expect(only(server).groups).toMatchObject([{ name: "server", keys: [{ secret: null }] }]);
    const secrets = only({ ...server, OPENAI_API_KEY: "a:one,b:two" }).groups.map(({ name, keys }) => [
      name,
      keys.map(({ secret }) => secret),
    ]);
    expect(secrets).toEqual([
      ["a", ["one"]],
      ["b", ["two"]],
    ]);
  });

  test("of which no vision model is named is one for images alone", () => {
    expect(providersOf(ollama)).toEqual([]);
    expect(providersOf({ ...ollama, OPENAI_API_KEY: "one" })).toEqual([]);
  });
});

describe("what cannot be meant is refused by the name of its setting", () => {
  test.each<[string, Env, RegExp]>([
    [
      "a model that nobody knows",
      { GEMINI_API_KEYS: "one", GEMINI_MODEL: "nonsense" },
      /^ {2}GEMINI_MODEL: the model catalog has no nonsense of Google Gemini; it has gemini-3\.8-flash, gemini-/,
    ],
    [
      "a slip of the pen",
      { ANTHROPIC_API_KEY: "one", ANTHROPIC_MODEL: "claude-sonet-5-5" },
      /^ {2}ANTHROPIC_MODEL: .* of Anthropic Claude; did you mean claude-sonnet-5-5\b.*\?$/,
    ],
    [
      "another provider's model",
      { OPENAI_API_KEY: "one", OPENAI_VISION_MODEL: "gemini-3.8-flash" },
      /^ {2}OPENAI_VISION_MODEL: the model catalog has no gemini-3\.8-flash of OpenAI; it has gpt-/,
    ],
    [
      "the chat API of OpenAI itself",
      { OPENAI_API_KEY: "one", OPENAI_VISION_API: "chat", OPENAI_VISION_MODEL: "gpt-4o" },
      /^ {2}OPENAI_VISION_API: OpenAI itself is asked by its Responses API; leave it out/,
    ],
    [
      "a chat API without a model",
      { ...ollama, OPENAI_VISION_API: "chat" },
      /^ {2}OPENAI_VISION_MODEL: name the model/,
    ],
    [
      "a Responses API without a key",
      { ...ollama, OPENAI_VISION_API: "responses" },
      /^ {2}OPENAI_API_KEY: is missing/,
    ],
    ["keys that are the same", { GEMINI_API_KEYS: "one,one" }, /^ {2}GEMINI_API_KEYS: keys 1 and 2 /],
    ["a group's name that is none", { OPENAI_API_KEY: "a b:one" }, /^ {2}OPENAI_API_KEY: key 1 should be /],
    ["a key that is none", { ANTHROPIC_API_KEY: "clé" }, /^ {2}ANTHROPIC_API_KEY: key 1 is empty or /],
  ])("%s", (_what, env, words) => {
    const problems = problemsOf(env);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(words);
  });
});
