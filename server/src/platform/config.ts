import { z } from "zod";
import { AppError } from "./errors.ts";
import { isLoopbackHost } from "./network.ts";
import { settings } from "./settings.ts";

/** Every setting by its variable name, validated; absent optional ones are undefined. */
export type Config = Settings & {
  readonly AUTH: "contract" | "all" | "off";
  /** Names of the settings that were set, to whatever value. */
  readonly given: ReadonlySet<string>;
};

const schema = z.object(settings);
type Settings = z.output<typeof schema>;

/**
 * Reads the configuration from environment variables; an empty variable counts as absent.
 *
 * @throws {AppError} `invalid_configuration`, whose message lists every problem by variable name. Values of secrets
 * are never repeated in it: it ends in logs.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = new Map(
    Object.keys(settings).flatMap((name) => {
      const value = [name, ...(aliases[name] ?? [])]
        .map((spelling) => environment[spelling]?.trim())
        .find((text) => text !== undefined && text !== "");
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  const parsed = schema.safeParse(Object.fromEntries(given));
  const issues = parsed.success ? [] : parsed.error.issues;
  // Every setting is optional or has a default, so what is left without the wrong ones is whole again.
  const wrong = new Set(issues.map(({ path }) => String(path[0])));
  for (const name of wrong) given.delete(name);
  const config = parsed.success ? parsed.data : schema.parse(Object.fromEntries(given));
  const problems = [
    ...issues.map(({ path, message }) => `${String(path[0])}: ${message}`),
    ...contradictions(config)
      .filter(({ between }) => !between.some((name) => wrong.has(name)))
      .map(({ problem }) => problem),
  ];
  if (problems.length > 0) throw invalidConfiguration([...new Set(problems)]);
  return { ...config, AUTH: config.AUTH ?? defaultAuth(config), given: new Set(given.keys()) };
}

const aliases: Readonly<Record<string, readonly string[]>> = {
  GEMINI_API_KEYS: ["GOOGLE_API_KEYS", "GOOGLE_API_KEY"],
};

/** The literal bearer tokens that are honoured: whoever knows the default could call a service off loopback. */
export function devTokensOf({ ENVIRONMENT, HOST, DEV_TOKENS }: Config): readonly string[] {
  if (ENVIRONMENT !== "development") return [];
  return DEV_TOKENS ?? (isLoopbackHost(HOST) ? ["test-token"] : []);
}

const defaultAuth = ({ HOST }: Settings) => (isLoopbackHost(HOST) ? "contract" : "all");

interface Contradiction {
  /** The settings that were looked at: while one of them is wrong by itself, nothing is said of them together. */
  readonly between: readonly (keyof Settings)[];
  readonly problem: string;
}

/** What no single setting can know: combinations that cannot be meant. */
function contradictions(config: Settings): Contradiction[] {
  const found: Contradiction[] = [];
  const entra = [config.AZURE_TENANT_ID, config.AZURE_CLIENT_ID].filter((id) => id !== undefined).length;
  if (entra === 1) {
    found.push({
      between: ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"],
      problem: "AZURE_TENANT_ID, AZURE_CLIENT_ID: set both, or neither",
    });
  }
  const devTokens = config.ENVIRONMENT === "development" && (config.DEV_TOKENS ?? []).length > 0;
  const credential =
    entra === 2 || config.API_KEY.length > 0 || config.JWT_SECRET_KEY !== undefined || devTokens;
  if ((config.AUTH ?? defaultAuth(config)) === "all" && !credential) {
    const because = config.AUTH === "all" ? "AUTH=all" : `HOST=${config.HOST} is not loopback, so AUTH=all`;
    found.push({
      between: [
        "AUTH",
        "HOST",
        "ENVIRONMENT",
        "API_KEY",
        "JWT_SECRET_KEY",
        "AZURE_TENANT_ID",
        "AZURE_CLIENT_ID",
      ],
      problem:
        `AUTH: ${because} asks a credential of everybody and none is configured; set API_KEY, JWT_SECRET_KEY, ` +
        "or AZURE_TENANT_ID with AZURE_CLIENT_ID (or AUTH=off behind a gateway of your own)",
    });
  }
  for (const name of ["JWT_SECRET_KEY", "JWT_ACCEPTED_SECRET_KEY"] as const) {
    if (config.ENVIRONMENT !== "production" || (config[name]?.length ?? 32) >= 32) continue;
    found.push({
      between: ["ENVIRONMENT", name],
      problem: `${name}: expected at least 32 characters in production`,
    });
  }
  if (config.REQUIRE_API_KEY_ALL && config.API_KEY.length === 0) {
    found.push({
      between: ["REQUIRE_API_KEY_ALL", "API_KEY"],
      problem: "REQUIRE_API_KEY_ALL: is on, but API_KEY names no key",
    });
  }
  // 0 takes any free port, so two of them are two ports.
  const ports = config.PORTS.filter((port) => port !== 0);
  if (new Set(ports).size !== ports.length) {
    found.push({ between: ["PORTS"], problem: "PORTS: names a port twice" });
  }
  if (config.METRICS_PORT && [config.PORT, ...ports].includes(config.METRICS_PORT)) {
    found.push({
      between: ["METRICS_PORT", "PORT", "PORTS"],
      problem: "METRICS_PORT: is also a port of the service; choose another",
    });
  }
  for (const name of ["DATABASE_LISTEN_URL", "DATABASE_MIGRATIONS"] as const) {
    const set = name === "DATABASE_MIGRATIONS" ? config[name] === "wait" : config[name] !== undefined;
    if (!set || config.DATABASE_URL !== undefined) continue;
    found.push({
      between: [name, "DATABASE_URL"],
      problem: `${name}: is about a PostgreSQL server, and DATABASE_URL names none`,
    });
  }
  if (config.ROLE !== "all" && config.DATABASE_URL !== undefined) {
    const shared = ["IMAGE_STORAGE_PATH", "JWT_SECRET_KEY", "WEBHOOK_SECRET"] as const;
    const missing = shared.filter((name) => config[name] === undefined);
    if (missing.length > 0) {
      found.push({
        between: ["ROLE", "DATABASE_URL", ...shared],
        problem:
          `${missing.join(", ")}: ROLE=${config.ROLE} has other processes beside it, and what is stored or signed by one ` +
          "is read by another; set the same in all of them (a folder that they share, or s3://bucket/prefix)",
      });
    }
  }
  return found;
}

/** @param problems each begins with the name of its setting */
export const invalidConfiguration = (problems: readonly string[]) =>
  new AppError({
    code: "invalid_configuration",
    status: 500,
    message: `The configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems
      .map((problem) => `  ${problem}`)
      .join("\n")}\nSee docs/configuration.md.`,
  });
