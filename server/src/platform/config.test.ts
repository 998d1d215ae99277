import { describe, expect, test } from "vitest";
import { loadConfig } from "./config.ts";
import { AppError } from "./errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The problems that the message lists, one a line. */
function problemsOf(environment: Environment): string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe("invalid_configuration");
    return error.message
      .split("\n")
      .slice(1, -1)
      .map((line) => line.trim());
  }
  return [];
}

describe("an empty environment", () => {
  test("is a service on loopback with everything at its default", () => {
    expect(loadConfig({})).toMatchObject({
      PORT: 8000,
      HOST: "127.0.0.1",
      PORTS: [],
      BASE_PATH: "",
      ENVIRONMENT: "development",
      AUTH: "contract",
      DATA_DIR: "./data",
      TRUST_PROXY: [],
      API_KEY: [],
      RATE_LIMITS: true,
      PREPARE_RATE_LIMIT: null,
      SHUTDOWN_GRACE_SECONDS: 25,
      AZURE_AUTHORITY: "https://login.microsoftonline.com",
    });
  });

  test("leaves open what depends on the machine or on other settings", () => {
    const config = loadConfig({});
    expect(config.CORS_ORIGINS).toBeUndefined();
    expect(config.DEV_TOKENS).toBeUndefined();
    expect(config.JWT_SECRET_KEY).toBeUndefined();
    expect(config.PREPARE_CONCURRENCY).toBeUndefined();
    expect(config.METRICS_PORT).toBeUndefined();
  });

  test("is the same as one where every variable is empty or blank", () => {
    const blank = Object.fromEntries(Object.keys(loadConfig({})).map((name) => [name, "  "]));
    expect(loadConfig(blank)).toEqual(loadConfig({}));
  });
});

describe("reading values", () => {
  test("variables of other programs are ignored", () => {
    expect(loadConfig({ PATH: "/usr/bin", npm_config_cache: "x" })).toEqual(loadConfig({}));
  });

  test("blanks around a value do not count", () => {
    expect(loadConfig({ PORT: " 9000 ", ENVIRONMENT: "production\n" })).toMatchObject({
      PORT: 9000,
      ENVIRONMENT: "production",
    });
  });

  test.each(["on", "true", "1", "yes"])("%s switches on", (text) => {
    expect(loadConfig({ REQUIRE_API_KEY_ALL: text, API_KEY: "k" }).REQUIRE_API_KEY_ALL).toBe(true);
  });

  test.each(["off", "false", "0", "no"])("%s switches off", (text) => {
    expect(loadConfig({ RATE_LIMITS: text }).RATE_LIMITS).toBe(false);
  });

  test("lists are separated by commas, blanks and empty items do not count", () => {
    expect(
      loadConfig({
        PORTS: "8001, 5001,,3560,",
        API_KEY: " one ,two,",
        TRUST_PROXY: "10.0.0.0/8, ::1, 2001:db8::/32",
        CORS_ORIGINS: "https://a.example,https://b.example:8443",
        ALLOW_PRIVATE_NETWORKS: "loopback,192.168.0.0/16",
      }),
    ).toMatchObject({
      PORTS: [8001, 5001, 3560],
      API_KEY: ["one", "two"],
      TRUST_PROXY: ["10.0.0.0/8", "::1", "2001:db8::/32"],
      CORS_ORIGINS: ["https://a.example", "https://b.example:8443"],
      ALLOW_PRIVATE_NETWORKS: ["loopback", "192.168.0.0/16"],
    });
  });

  test.each([
    ["/", ""],
    ["/images", "/images"],
    ["/images/", "/images"],
    ["/a/b-c.d~e_1/", "/a/b-c.d~e_1"],
  ])("BASE_PATH %s is used as %j", (given, used) => {
    expect(loadConfig({ BASE_PATH: given }).BASE_PATH).toBe(used);
  });

  test.each([
    ["off", null],
    ["60/minute", { max: 60, windowMs: 60_000 }],
    ["5/second", { max: 5, windowMs: 1000 }],
    ["1000/hour", { max: 1000, windowMs: 3_600_000 }],
  ])("a rate of %s is understood", (given, rate) => {
    expect(loadConfig({ PREPARE_RATE_LIMIT: given }).PREPARE_RATE_LIMIT).toEqual(rate);
  });

  test("addresses of services lose the slash at their end, since paths are put behind them", () => {
    const config = loadConfig({
      PUBLIC_BASE_URL: "https://images.example/x/",
      OPENAI_BASE_URL: "http://[::1]:1//",
    });
    expect(config.PUBLIC_BASE_URL).toBe("https://images.example/x");
    expect(config.OPENAI_BASE_URL).toBe("http://[::1]:1");
  });

  test.each([
    ["https://user:secret@api.example/v1", "a user name or password"],
    ["https://user@api.example/v1", "a user name or password"],
    ["https://:secret@api.example/v1", "a user name or password"],
    ["https://api.example/v1?key=secret", "a query (?) or a fragment (#)"],
    ["https://api.example/v1?", "a query (?) or a fragment (#)"],
    ["https://api.example/v1#secret", "a query (?) or a fragment (#)"],
    ["https://user:secret@api.example/v1?key=secret", "a query (?) or a fragment (#)"],
  ])("an address of a service such as %s is refused, in words without it", (address, what) => {
    for (const name of ["GEMINI_BASE_URL", "OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "S3_ENDPOINT"])
      expect(problemsOf({ [name]: address })).toEqual([`${name}: expected an address without ${what}`]);
  });

  test.each(["GEMINI_API_KEYS", "GOOGLE_API_KEYS", "GOOGLE_API_KEY"])("%s names the Gemini keys", (name) => {
    expect(loadConfig({ [name]: "a,group:b" }).GEMINI_API_KEYS).toEqual(["a", "group:b"]);
  });

  test("of several names for the Gemini keys the first that is not empty counts", () => {
    const keys = { GEMINI_API_KEYS: "", GOOGLE_API_KEYS: "second", GOOGLE_API_KEY: "third" };
    expect(loadConfig(keys).GEMINI_API_KEYS).toEqual(["second"]);
    expect(loadConfig({ ...keys, GEMINI_API_KEYS: "first" }).GEMINI_API_KEYS).toEqual(["first"]);
  });
});

describe("who is asked for a credential", () => {
  test.each(["127.0.0.1", "127.8.9.10", "::1", "localhost"])(
    "on the loopback HOST %s the documents decide",
    (HOST) => {
      expect(loadConfig({ HOST }).AUTH).toBe("contract");
    },
  );

  test.each(["0.0.0.0", "::", "192.168.1.5", "images.example"])("on HOST %s everybody is", (HOST) => {
    expect(loadConfig({ HOST, API_KEY: "k" }).AUTH).toBe("all");
  });

  test("what AUTH says goes before what HOST suggests", () => {
    expect(loadConfig({ HOST: "0.0.0.0", AUTH: "contract" }).AUTH).toBe("contract");
    expect(loadConfig({ HOST: "0.0.0.0", AUTH: "off" }).AUTH).toBe("off");
  });
});

describe("processes beside each other on one server", () => {
  const shared = { IMAGE_STORAGE_PATH: "s3://bucket", JWT_SECRET_KEY: "theirs", WEBHOOK_SECRET: "theirs" };
  const beside = { DATABASE_URL: "postgres://db/fovea", ROLE: "worker" };

  test.each(Object.keys(shared))("have to share %s", (name) => {
    expect(problemsOf({ ...beside, ...shared, [name]: "" })).toEqual([
      expect.stringMatching(new RegExp(`^${name}: ROLE=worker has other processes beside it`)),
    ]);
  });

  test("need nothing more, and one alone needs none of it", () => {
    expect(loadConfig({ ...beside, ...shared }).ROLE).toBe("worker");
    expect(loadConfig({ ...beside, ROLE: "all" }).ROLE).toBe("all");
    expect(loadConfig({ ROLE: "api" }).ROLE).toBe("api");
  });
});

describe("mistakes", () => {
  const secret = "do-not-repeat-me";
  const wrong: Environment = {
    PORT: "80a",
    PORTS: "8001,70000,x",
    PUBLIC_BASE_URL: `ftp://${secret}`,
    BASE_PATH: "images",
    TRUST_PROXY: "10.0.0.0/33",
    CORS_ORIGINS: "https://app.example/path",
    ENVIRONMENT: "staging",
    ROLE: "boss",
    LOG_LEVEL: "loud",
    SHUTDOWN_GRACE_SECONDS: "-1",
    AUTH: secret,
    AZURE_TENANT_ID: "common",
    AZURE_AUTHORITY: "login.example",
    REQUIRE_API_KEY_ALL: "maybe",
    METRICS_PORT: "1.5",
    RATE_LIMITS: "2",
    PREPARE_RATE_LIMIT: "0/minute",
    PREPARE_CONCURRENCY: "0",
    PREPARE_MEMORY_MB: "63",
    PREPARE_DEADLINE_SECONDS: "601",
    PREPARE_MAX_MEGAPIXELS: "1e3",
    REDIS_URL: `http://user:${secret}@redis`,
    DATABASE_URL: `mysql://user:${secret}@db`,
    DATABASE_POOL_SIZE: "1",
    ALLOW_PRIVATE_NETWORKS: "everything",
    WEBHOOK_SECRET: `whsec_AAAA,${secret}`,
    GEMINI_BASE_URL: "x",
    OPENAI_IMAGE_SIZE: "large",
    CHUNK_SIZE: "",
    OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317",
    OTEL_EXPORTER_OTLP_HEADERS: `x-key: ${secret}`,
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${secret}`,
    OTEL_TRACES_SAMPLER_ARG: "1.5",
    OTEL_METRICS_EXPORTER: "prometheus",
    OTEL_RESOURCE_ATTRIBUTES: `team:${secret}`,
  };
  const expected = Object.keys(wrong).filter((name) => name !== "CHUNK_SIZE");

  test("are all reported together, each by the name of its variable", () => {
    expect(problemsOf(wrong).map((problem) => problem.split(":")[0])).toEqual(expected);
  });

  test.each(expected)("a wrong %s alone is a problem too, and says what was expected", (name) => {
    expect(problemsOf({ [name]: wrong[name] })).toEqual([expect.stringMatching(`^${name}: expected `)]);
  });

  test("never repeat a value, since it may be a secret", () => {
    const told = problemsOf({
      ...wrong,
      JWT_SECRET_KEY: "short-secret",
      API_KEY: secret,
      ADMIN_TOKEN: secret,
    });
    expect(told.join("\n")).not.toMatch(/do-not-repeat-me|short-secret|80a|staging/);
  });

  test("the message names the page that explains the settings", () => {
    expect(() => loadConfig({ PORT: "x" })).toThrow("docs/configuration.md");
  });

  test("a contradiction is reported beside a wrong value", () => {
    expect(problemsOf({ PORT: "x", AZURE_CLIENT_ID: "app" })).toEqual([
      expect.stringMatching(/^PORT: /),
      expect.stringMatching(/^AZURE_TENANT_ID, AZURE_CLIENT_ID: set both/),
    ]);
  });

  test("of settings that are wrong by themselves no contradiction is made up", () => {
    expect(problemsOf({ AZURE_TENANT_ID: "common", AZURE_CLIENT_ID: "app" })).toEqual([
      expect.stringMatching(/^AZURE_TENANT_ID: expected one tenant/),
    ]);
  });
});

describe("contradictions", () => {
  test.each([{ AUTH: "all" }, { HOST: "0.0.0.0" }, { HOST: "::", DEV_TOKENS: "," }])(
    "%j asks a credential of everybody and accepts none: it says which to set",
    (environment) => {
      const [problem, ...others] = problemsOf(environment);
      expect(others).toEqual([]);
      expect(problem).toMatch(/^AUTH: .*API_KEY, JWT_SECRET_KEY, or AZURE_TENANT_ID with AZURE_CLIENT_ID/);
    },
  );

  test.each([
    { API_KEY: "k" },
    { JWT_SECRET_KEY: "s" },
    { DEV_TOKENS: "t" },
    { AZURE_TENANT_ID: "11111111-2222-4333-8444-555555555555", AZURE_CLIENT_ID: "c" },
  ])("with %j the service may listen everywhere", (credential) => {
    expect(problemsOf({ HOST: "0.0.0.0", ...credential })).toEqual([]);
  });

  test("development tokens are no credential in production", () => {
    expect(problemsOf({ AUTH: "all", DEV_TOKENS: "t", ENVIRONMENT: "production" })).toHaveLength(1);
  });

  test.each([{ AZURE_TENANT_ID: "11111111-2222-4333-8444-555555555555" }, { AZURE_CLIENT_ID: "app" }])(
    "half of Entra ID is none: %j",
    (half) => {
      expect(problemsOf(half)).toEqual(["AZURE_TENANT_ID, AZURE_CLIENT_ID: set both, or neither"]);
    },
  );

  test.each(["common", "organizations", "Consumers", "contoso.onmicrosoft.com"])(
    "the tenant %s is not one directory's id",
    (tenant) => {
      expect(problemsOf({ AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: "app" })).toEqual([
        expect.stringMatching(/^AZURE_TENANT_ID: expected one tenant's id/),
      ]);
    },
  );

  test("a short JWT_SECRET_KEY is refused in production only", () => {
    const environment = { JWT_SECRET_KEY: "x".repeat(31) };
    expect(problemsOf(environment)).toEqual([]);
    expect(problemsOf({ ...environment, ENVIRONMENT: "production" })).toEqual([
      "JWT_SECRET_KEY: expected at least 32 characters in production",
    ]);
    expect(problemsOf({ ENVIRONMENT: "production", JWT_SECRET_KEY: "x".repeat(32) })).toEqual([]);
  });

  test("REQUIRE_API_KEY_ALL needs a key to require", () => {
    expect(problemsOf({ REQUIRE_API_KEY_ALL: "on" })).toEqual([
      expect.stringMatching(/^REQUIRE_API_KEY_ALL: /),
    ]);
  });

  test.each([{ METRICS_PORT: "8000" }, { METRICS_PORT: "9", PORTS: "7,9" }])(
    "the metrics cannot have a port of the service: %j",
    (environment) => {
      expect(problemsOf(environment)).toEqual([expect.stringMatching(/^METRICS_PORT: is also a port/)]);
    },
  );

  test("a port is named once in PORTS", () => {
    expect(problemsOf({ PORTS: "8001,8001" })).toEqual(["PORTS: names a port twice"]);
  });

  test("PORT may be named in PORTS again, and any free port several times", () => {
    expect(problemsOf({ PORT: "8000", PORTS: "8000,8001" })).toEqual([]);
    expect(problemsOf({ PORT: "0", PORTS: "0,0", METRICS_PORT: "0" })).toEqual([]);
  });
});
