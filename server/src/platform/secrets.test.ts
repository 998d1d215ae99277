import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { AppError } from "./errors.ts";
import { loadSecrets } from "./secrets.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function setup() {
  const folder = mkdtempSync(join(tmpdir(), "fovea-secrets-"));
  folders.push(folder);
  const dataDir = join(folder, "deep", "data");
  return {
    dataDir,
    file: join(dataDir, "secrets.json"),
    load: (configured: { jwtSecretKey?: string; webhookSecret?: string } = {}) =>
      loadSecrets({ dataDir, jwtSecretKey: undefined, webhookSecret: undefined, ...configured }),
  };
}
const codeOf = (action: () => unknown) => {
  try {
    action();
    return "no error";
  } catch (error) {
    return error instanceof AppError ? `${error.code}: ${error.message}` : String(error);
  }
};

test("secrets are generated once, in a file and folder that only the service's user can read", () => {
  const { load, file, dataDir } = setup();
  const first = load();
  const all = Object.values(first).flat();
  expect(all.map(({ length }) => length)).toEqual([32, 32, 32, 32, 32, 32]);
  expect(new Set(all.map((bytes) => Buffer.from(bytes).toString("hex"))).size).toBe(6);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  expect(readdirSync(dataDir)).toEqual(["secrets.json"]);
  expect(load()).toEqual(first);
  expect(setup().load()).not.toEqual(first);
});

test("configured secrets are their bytes, and then nothing is written", () => {
  const { load, dataDir } = setup();
  const secrets = load({ jwtSecretKey: "gehört", webhookSecret: "whsec_AAECAw==" });
  expect(Buffer.from(secrets.jwtSecrets[0]).toString("utf8")).toBe("gehört");
  expect(secrets.webhookSecrets.map((each) => [...each])).toEqual([[0, 1, 2, 3]]);
  expect(() => statSync(dataDir)).toThrow("ENOENT");
  expect(
    String(
      load({ jwtSecretKey: "a", webhookSecret: "plain" }).webhookSecrets.map((each) => Buffer.from(each)),
    ),
  ).toBe("plain");
});

test("sessions end with the JWT secret they are derived from", () => {
  const { load } = setup();
  const webhookSecret = "plain";
  const one = load({ jwtSecretKey: "one", webhookSecret });
  expect(load({ jwtSecretKey: "one", webhookSecret }).sessionSecrets).toEqual(one.sessionSecrets);
  expect(load({ jwtSecretKey: "one", webhookSecret: "whsec_AAEC, whsec_AwQF" }).webhookSecrets).toEqual([
    Uint8Array.of(0, 1, 2),
    Uint8Array.of(3, 4, 5),
  ]);
  expect(one.linkSecrets).not.toEqual(one.sessionSecrets);
  expect(load({ jwtSecretKey: "two", webhookSecret }).sessionSecrets).not.toEqual(one.sessionSecrets);
});

test("a file that other users can read is refused with the command that helps", () => {
  const { load, file } = setup();
  const first = load();
  chmodSync(file, 0o644);
  expect(codeOf(load)).toContain(`insecure_secrets: Other users of this machine can read ${file}`);
  expect(codeOf(load)).toContain(`chmod 600 ${file}`);
  // Kubernetes opens the files of a volume to the pod's group.
  chmodSync(file, 0o660);
  expect(load()).toEqual(first);
});

test.each(["", "{", '{"jwt":"short","webhook":"short"}', "[]", '{"jwt":"SECRETSECRET"}'])(
  "a damaged file (%j) is refused without quoting it",
  (text) => {
    const { load, file } = setup();
    load();
    writeFileSync(file, text);
    expect(codeOf(load)).toMatch(/^invalid_secrets: /);
    expect(codeOf(load)).not.toContain("SECRETSECRET");
    expect(readFileSync(file, "utf8")).toBe(text);
  },
);

test("processes that start together end up with the same secrets", async () => {
  const { dataDir, load } = setup();
  const script = `
    import { loadSecrets } from ${JSON.stringify(new URL("./secrets.ts", import.meta.url).href)};
    process.stdout.write("ready");
    await new Promise((resolve) => process.stdin.once("data", resolve));
    const { jwtSecrets: [jwtSecret] } = loadSecrets({ dataDir: ${JSON.stringify(dataDir)} });
    process.stdout.write(Buffer.from(jwtSecret).toString("hex"));
    process.exit();
  `;
  const children = Array.from({ length: 6 }, () => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    return { child, ready: once(child.stdout, "data"), closed: once(child, "close"), output };
  });
  await Promise.all(children.map(({ ready }) => ready));
  for (const { child } of children) child.stdin.write("go");
  await Promise.all(children.map(({ closed }) => closed));
  const texts = children.map(({ output }) => Buffer.concat(output).toString());
  const expected = `ready${Buffer.from(load().jwtSecrets[0]).toString("hex")}`;
  expect(texts).toEqual(children.map(() => expected));
  expect(readdirSync(dataDir)).toEqual(["secrets.json"]);
});
