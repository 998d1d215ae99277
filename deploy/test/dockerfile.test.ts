import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Instruction } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { describe, expect, test } from "vitest";
import { runtimeEnvironment, runtimeFlags, serviceFlags } from "../../scripts/runtime.mjs";
import { loadConfig } from "../../server/src/platform/config.ts";
import { settings } from "../../server/src/platform/settings.ts";
import { argumentsOf, dockerfilePath, parseDockerfile, root } from "./dockerfile.ts";
import { isIgnored, readIgnore } from "./dockerignore.ts";

const text = readFileSync(dockerfilePath, "utf8");
const dockerfile = parseDockerfile();
const instructions = dockerfile.getInstructions();
const named = (keyword: string, among: readonly Instruction[] = instructions) =>
  among.filter((instruction) => instruction.getKeyword() === keyword);
const packageFile: {
  version: string;
  license: string;
  optionalDependencies: Record<string, string>;
} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** What follows the last FROM: the image that is run. */
const last = instructions.slice(instructions.findLastIndex((each) => each.getKeyword() === "FROM"));

/** All of a stage and of those it is made of. */
const environment = Object.fromEntries(
  dockerfile
    .getENVs()
    .flatMap((each) =>
      each.getProperties().map((property) => [property.getName(), property.getValue() ?? ""]),
    ),
);

/** The words of an instruction in its JSON form, which no shell comes between. */
function exec(keyword: string): readonly string[] {
  const [instruction] = named(keyword, last);
  const argument = instruction?.getRawArgumentsContent() ?? "";
  return JSON.parse(argument.slice(argument.indexOf("[")));
}

describe("the Dockerfile", () => {
  test("has nothing that a linter complains of", () => {
    const found = validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`);
    expect(found).toEqual([]);
  });

  test("starts the service as npm start does, without a shell", () => {
    expect(exec("CMD")).toEqual(["node", ...serviceFlags("24.22.0"), "server/src/main.ts"]);
    expect(exec("ENTRYPOINT")).toEqual(["/usr/bin/tini", "--"]);
  });

  test("sets what the scripts set", () => {
    const { UV_THREADPOOL_SIZE, MALLOC_ARENA_MAX, NODE_COMPILE_CACHE } = runtimeEnvironment(
      {},
      { root: "/app", cores: 10 },
    );
    expect(environment).toMatchObject({ UV_THREADPOOL_SIZE, MALLOC_ARENA_MAX, NODE_COMPILE_CACHE });
    expect(environment["NODE_OPTIONS"]).toBe(runtimeFlags.join(" "));
  });

  test("sets settings that there are, and is refused without a credential", () => {
    const ours = Object.entries(environment).filter(([name]) => name in settings);
    expect(Object.fromEntries(ours)).toEqual({
      ENVIRONMENT: "production",
      HOST: "0.0.0.0",
      PORT: "8000",
      DATA_DIR: "/data",
    });
    expect(() => loadConfig(environment)).toThrow("HOST=0.0.0.0 is not loopback, so AUTH=all");
    expect(loadConfig({ ...environment, JWT_SECRET_KEY: "s".repeat(32) }).AUTH).toBe("all");
  });

  test("keeps secrets out of arguments and variables, and npm's settings out of its layers", () => {
    const names = [
      ...Object.keys(environment),
      ...dockerfile.getARGs().map((each) => each.getProperty()?.getName()),
    ];
    expect(names.filter((name) => /PASS|SECRET|TOKEN|KEY|CREDENTIAL/i.test(name ?? ""))).toEqual([]);
    expect(text).not.toMatch(/https?:\/\//);
    const count = (what: string) => text.split(what).length - 1;
    expect(count("npm ci ")).toBe(2);
    expect(count("--mount=type=secret,id=npmrc,target=/root/.npmrc")).toBe(2);
  });

  test("has a user of its own before it is started, and a signal, a check and a volume", () => {
    const keywords = last.map((instruction) => instruction.getKeyword());
    expect(keywords.indexOf("USER")).toBeGreaterThan(-1);
    expect(keywords.indexOf("USER")).toBeLessThan(keywords.indexOf("CMD"));
    expect(named("USER", last)[0]?.getArgumentsContent()).toBe("1000:1000");
    expect(named("STOPSIGNAL", last)[0]?.getArgumentsContent()).toBe("SIGTERM");
    expect(named("VOLUME", last)[0]?.getArgumentsContent()).toBe("/data");
    expect(exec("HEALTHCHECK")).toEqual(["node", "server/src/health-check.ts"]);
    expect(existsSync(join(root, "server/src/health-check.ts"))).toBe(true);
  });

  test("says what it is in labels, and gives no address", () => {
    const [label] = named("LABEL", last);
    expect(label?.getRawArgumentsContent()).toContain(`licenses="${packageFile.license}"`);
    expect(named("ARG", last).map((each) => each.getArgumentsContent())).toEqual([
      `VERSION=${packageFile.version}`,
    ]);
  });

  test("begins with images of a version, one for all architectures", () => {
    const { NODE_VERSION = "", DEBIAN } = argumentsOf();
    const images = dockerfile
      .getFROMs()
      .map((from) => from.getImage() ?? "")
      .filter((image) => image.includes(":"));
    expect(new Set(images.map((image) => image.replaceAll(/[${}]/g, "")))).toEqual(
      new Set(["node:NODE_VERSION-DEBIAN-slim", "debian:DEBIAN-slim"]),
    );
    expect(DEBIAN).toMatch(/^[a-z]+$/);
    expect(text).not.toMatch(/x86_64|aarch64|\bamd64\b|\barm64\b/);
    // Not older than the one that npm brings: what the flags were measured on, and what the tests ran on.
    const pinned = Object.values(packageFile.optionalDependencies).map(minorOf);
    expect(minorOf(NODE_VERSION)).toBeGreaterThanOrEqual(Math.max(...pinned));
    expect(NODE_VERSION).toMatch(/^24\.\d+\.\d+$/);
  });

  test("copies what exists and is let through", () => {
    const ignore = readIgnore();
    const sources = dockerfile
      .getCOPYs()
      .filter((copy) => !copy.getFlags().some((flag) => flag.getName() === "from"))
      .flatMap((copy) =>
        copy
          .getArguments()
          .slice(0, -1)
          .map((argument) => argument.getValue()),
      );
    expect(sources.length).toBeGreaterThan(10);
    for (const source of sources) {
      expect(existsSync(join(root, source)), source).toBe(true);
      const reach = isFolder(source)
        ? readdirSync(join(root, source), { recursive: true }).map((file) => `${source}/${file}`)
        : [source];
      expect(
        reach.some((path) => !isIgnored(ignore, path)),
        source,
      ).toBe(true);
    }
  });
});

const isFolder = (path: string) => statSync(join(root, path)).isDirectory();
const minorOf = (version: string) => Number(version.split(".")[1]);

describe("what reaches the build", () => {
  const ignore = readIgnore();

  test.each([
    "server/src/main.ts",
    "server/migrations/0001_installation.sql",
    "server/samples/bakery.jpg",
    "server/src/features/analysis/samples/routes.ts",
    "dashboard/src/main.tsx",
    "sdk/react/src/index.ts",
    "scripts/dashboard.mjs",
    "package-lock.json",
    "LICENSE",
  ])("%s does", (path) => expect(isIgnored(ignore, path)).toBe(false));

  test.each([
    ".git/config",
    ".env",
    "server/.env",
    "server/src/.env.local",
    "deploy/.env",
    ".npmrc",
    "data/secrets.json",
    "server/data/secrets.json",
    "node_modules/sharp/package.json",
    "server/node_modules/x/index.js",
    "dashboard/dist/index.html",
    "server/src/main.test.ts",
    "server/test/world.ts",
    "server/src/models/local/testdata/sign.jpg",
    "dashboard/test/page.test.ts",
    "docs/access.md",
    "bench/run.ts",
    "deploy/compose.yaml",
    "packages/fovea.tgz",
  ])("%s does not", (path) => expect(isIgnored(ignore, path)).toBe(true));
});
