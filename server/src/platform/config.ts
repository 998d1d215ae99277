import { z } from "zod";
import { AppError } from "./errors.ts";
import { isLoopbackHost } from "./network.ts";
import { settings } from "./settings.ts";

/** Every setting by its variable name, validated; absent optional ones are undefined. */
export type Config = z.output<typeof schema> & {
  readonly AUTH: "contract" | "all" | "off";
};

const schema = z.object(settings);

/**
 * Reads the configuration from environment variables; an empty variable counts as absent.
 *
 * @throws {AppError} `invalid_configuration`, whose message lists every problem by variable name. Values are
 * never repeated in it: it ends in logs.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.keys(settings).flatMap((name) => {
      const value = environment[name] ?? aliasOf(name, environment);
      return value === undefined || value.trim() === "" ? [] : [[name, value.trim()]];
    }),
  );
  const parsed = schema.safeParse(given);
  const problems = parsed.success
    ? contradictions(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  if (!parsed.success || problems.length > 0) throw invalidConfiguration(problems);
  const config = parsed.data;
  return { ...config, AUTH: config.AUTH ?? (isLoopbackHost(config.HOST) ? "contract" : "all") };
}

const aliases: Readonly<Record<string, readonly string[]>> = {
  GEMINI_API_KEYS: ["GOOGLE_API_KEYS", "GOOGLE_API_KEY"],
};

function aliasOf(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return aliases[name]?.map((alias) => environment[alias]).find((value) => value !== undefined);
}

/** What no single setting can know: combinations that cannot be meant. */
function contradictions(config: z.output<typeof schema>): string[] {
  const problems: string[] = [];
  const loopback = isLoopbackHost(config.HOST);
  const auth = config.AUTH ?? (loopback ? "contract" : "all");
  const entra = [config.AZURE_TENANT_ID, config.AZURE_CLIENT_ID].filter(
    (value) => value !== undefined,
  ).length;
  if (entra === 1) {
    problems.push("AZURE_TENANT_ID, AZURE_CLIENT_ID: set both, or neither");
  }
  const devTokens = config.ENVIRONMENT === "development" && config.DEV_TOKENS !== undefined;
  const credential =
    entra === 2 || config.API_KEY.length > 0 || config.JWT_SECRET_KEY !== undefined || devTokens;
  if (auth === "all" && !credential) {
    const because = config.AUTH === "all" ? "AUTH=all" : `HOST=${config.HOST} is not loopback, so AUTH=all`;
    problems.push(
      `AUTH: ${because} asks a credential of everybody and none is configured; set API_KEY, JWT_SECRET_KEY, ` +
        "or AZURE_TENANT_ID with AZURE_CLIENT_ID (or AUTH=off behind a gateway of your own)",
    );
  }
  if (config.ENVIRONMENT === "production" && (config.JWT_SECRET_KEY?.length ?? 32) < 32) {
    problems.push("JWT_SECRET_KEY: expected at least 32 characters in production");
  }
  if (config.REQUIRE_API_KEY_ALL && config.API_KEY.length === 0) {
    problems.push("REQUIRE_API_KEY_ALL: is on, but API_KEY names no key");
  }
  const ports = [
    config.PORT,
    ...config.PORTS,
    ...(config.METRICS_PORT === undefined ? [] : [config.METRICS_PORT]),
  ];
  const fixed = ports.filter((port) => port !== 0);
  if (config.METRICS_PORT !== undefined && [config.PORT, ...config.PORTS].includes(config.METRICS_PORT)) {
    problems.push("METRICS_PORT: is also a port of the service; choose another");
  } else if (new Set(fixed).size !== fixed.length && config.PORTS.length !== new Set(config.PORTS).size) {
    problems.push("PORTS: names a port twice");
  }
  return problems;
}

const invalidConfiguration = (problems: readonly string[]) =>
  new AppError({
    code: "invalid_configuration",
    status: 500,
    message: `The configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems
      .map((problem) => `  ${problem}`)
      .join("\n")}\nSee docs/configuration.md.`,
  });
