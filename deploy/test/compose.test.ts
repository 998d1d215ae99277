import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DCLinter } from "dclint";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../server/src/platform/config.ts";
import { settings } from "../../server/src/platform/settings.ts";
import { describeWith, leaveToSoak } from "../../server/test/needs.ts";
import { type ComposeService, readCompose, stores, variablesOf } from "./compose-files.ts";
import { root } from "./dockerfile.ts";

const files = ["compose.yaml", "compose.many.yaml"];
const version: string = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
const guide = readFileSync(join(root, "docs", "containers.md"), "utf8");

/** Not its opinion on the order of keys, nor on an image that is built under its name. */
const rules = {
  "no-build-and-image": 0,
  "require-project-name-field": 0,
  "require-quotes-in-ports": 0,
  "service-keys-order": 0,
  "services-alphabetical-order": 0,
  "top-level-properties-order": 0,
} as const;
const linter = new DCLinter({ rules, quiet: true, debug: false, exclude: [] });

/** Its own types are not found from modules like these. */
interface Linted {
  readonly messages: readonly { readonly line: number; readonly message: string }[];
}

const isOurs = ({ image }: ComposeService) => image.startsWith("fovea:");

describe.each([...files, stores])("%s", (name) => {
  test("is what the Compose specification describes, and pleases a linter", () => {
    const found: readonly Linted[] = linter.lintFiles([join(root, "deploy", name)], false);
    const said = found.flatMap(({ messages }) => messages.map(({ line, message }) => `${line}: ${message}`));
    expect(said).toEqual([]);
  });
});

describe.each(files)("%s", (name) => {
  const { text, services, networks, volumes } = readCompose(name);
  const each = Object.entries(services);
  const ours = each.filter(([, service]) => isOurs(service));

  test.each(each)("%s is pinned, looked after, and may do nothing it does not need", (_, service) => {
    expect(service.image).toMatch(/:v?\d+(\.\d+)*(-[\w.]+)?$/);
    expect(service.restart).toBe("unless-stopped");
    expect(service.healthcheck.test.length).toBeGreaterThan(1);
    expect(service.cap_drop).toEqual(["ALL"]);
    expect(service.security_opt).toEqual(["no-new-privileges:true"]);
  });

  test.each(each)("%s publishes at most an address of this machine", (_, { ports }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{PUBLISHED_PORT:-8000\}:\d+$/);
  });

  test("the stores are in a network of their own, which leads nowhere, and publish nothing", () => {
    expect(networks["stores"]).toEqual({ internal: true });
    for (const store of ["postgres", "redis", "s3"])
      expect(services[store]).toMatchObject({ networks: ["stores"], ports: [] });
  });

  test("volumes that are named are declared, and all that are declared are used", () => {
    const named = each
      .flatMap(([, service]) => service.volumes.map((volume) => volume.split(":")[0] ?? ""))
      .filter((volume) => !volume.startsWith("."));
    expect([...new Set(named)].sort()).toEqual(Object.keys(volumes).sort());
  });

  test("files that are mounted exist", () => {
    for (const volume of each.flatMap(([, service]) => service.volumes))
      if (volume.startsWith("."))
        expect(existsSync(join(root, "deploy", volume.split(":")[0] ?? ""))).toBe(true);
  });

  test("who waits for others waits until they are healthy", () => {
    for (const [, { depends_on }] of each)
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect(Object.keys(services)).toContain(other);
        expect(condition).toBe("service_healthy");
      }
  });

  test.each(ours)("%s is this version, with files that nobody can change", (_, service) => {
    expect(service).toMatchObject({ image: `fovea:${version}`, read_only: true, tmpfs: ["/tmp"] });
    expect(service["build"]).toEqual({ context: "..", dockerfile: "deploy/Dockerfile" });
  });

  test.each(ours)("%s is stopped after its grace and not in it", (_, service) => {
    const config = loadConfig(withSecrets(service));
    const seconds = Number(/^(\d+)s$/.exec(service.stop_grace_period ?? "")?.[1]);
    expect(seconds).toBeGreaterThan(config.SHUTDOWN_DELAY_SECONDS + config.SHUTDOWN_GRACE_SECONDS + 5);
  });

  test.each(ours)("%s has settings that there are, and starts with them", (_, service) => {
    const unknown = Object.keys(service.environment).filter((setting) => !(setting in settings));
    expect(unknown).toEqual([]);
    expect(loadConfig(withSecrets(service))).toMatchObject({ AUTH: "all", ENVIRONMENT: "production" });
  });

  test("what is secret comes from deploy/.env, and nothing starts without it", () => {
    const asked = variablesOf(text + readCompose(stores).text);
    const secrets = asked.filter((variable) => variable.name !== "PUBLISHED_PORT");
    expect(secrets.length).toBeGreaterThan(3);
    for (const { required, rest } of secrets) {
      expect(required).toBe(true);
      expect(rest).toBe("make deploy/.env first, see docs/containers.md");
    }
    // The command of the guide makes all of them.
    const command = /```sh env\n([\s\S]*?)```/.exec(guide)?.[1] ?? "";
    for (const { name: variable } of secrets) expect(command).toContain(variable);
    for (const { name: variable } of asked) expect(guide).toContain(variable);
  });

  test("no password is written here", () => {
    const secret = /PASSWORD|SECRET|TOKEN|_KEY$/;
    // The name of the storage's account is none.
    for (const [, { environment }] of each)
      for (const [variable, value] of Object.entries(environment))
        if (secret.test(variable) && value !== "fovea") expect(String(value)).toMatch(/^\$\{\w+:\?/);
  });
});

describeWith("openssl", "the command of the guide", () => {
  test("makes an .env that only its owner reads, with another password for each", () => {
    const command = /```sh env\n([\s\S]*?)```/.exec(guide)?.[1] ?? "";
    const folder = temporaryFolder();
    const made = join(folder, "deploy", ".env");
    execFileSync("sh", ["-ec", `mkdir deploy\n${command}`], { cwd: folder });
    expect(statSync(made).mode & 0o777).toBe(0o600);
    const lines = readFileSync(made, "utf8").trim().split("\n");
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) expect(line).toMatch(/^[A-Z_]+=[0-9a-f]{64}$/);
    expect(new Set(lines.map((line) => line.split("=")[1])).size).toBe(lines.length);
  });
});

test("of the processes that share stores each has a role, and all have the same settings", () => {
  const { services } = readCompose("compose.many.yaml");
  const ours = Object.values(services).filter(isOurs);
  expect(ours.map(({ environment }) => environment["ROLE"])).toEqual(["api", "api", "worker"]);
  const settingsOf = ({ environment: { ROLE: _, ...others } }: ComposeService) => others;
  for (const service of ours) expect(settingsOf(service)).toEqual(settingsOf(ours[0] ?? service));
});

test("nginx between containers does what nginx on a machine does", () => {
  const read = (name: string) => readFileSync(join(root, "deploy", "nginx", name), "utf8");
  const behind = (text: string) => text.slice(text.indexOf("# A CSV of 200 MB"));
  expect(behind(read("compose.conf"))).toBe(behind(read("fovea.conf")));
  const { services } = readCompose("compose.many.yaml");
  for (const [name, { environment }] of Object.entries(services).filter(
    ([, { environment }]) => environment["ROLE"] === "api",
  ))
    expect(read("compose.conf")).toContain(`server ${name}:${environment["PORT"]} resolve `);
});

leaveToSoak("nginx's own opinion", () =>
  describeWith("nginx", "of the configuration between containers", ({ path }) => {
    test("is that it can be used", () => {
      const folder = temporaryFolder();
      // Debian's is older than `resolve`, and there are no such hosts here.
      const site = readFileSync(join(root, "deploy", "nginx", "compose.conf"), "utf8")
        .replaceAll(" resolve ", " ")
        .replaceAll(/api[12]:/g, "127.0.0.1:");
      writeFileSync(
        join(folder, "nginx.conf"),
        `pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${[
          "client_body",
          "proxy",
          "fastcgi",
          "uwsgi",
          "scgi",
        ]
          .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
          .join(" ")} ${site} }`,
      );
      execFileSync(path, ["-t", "-q", "-e", "stderr", "-c", join(folder, "nginx.conf")], { stdio: "pipe" });
    });
  }),
);

/** The environment of a service as Compose and the image make it. */
function withSecrets({ environment }: ComposeService): Record<string, string> {
  const filled = Object.entries(environment).map(([name, value]) => [
    name,
    String(value).replaceAll(/\$\{(\w+):\?[^}]*\}/g, "0123456789abcdef".repeat(4)),
  ]);
  return { HOST: "0.0.0.0", ENVIRONMENT: "production", ...Object.fromEntries(filled) };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "fovea-compose-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
