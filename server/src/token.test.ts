import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { createLocalTokens } from "./platform/auth/local-token.ts";
import { loadSecrets } from "./platform/secrets.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function setup(environment: Record<string, string> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), "fovea-token-"));
  folders.push(dataDir);
  const script = fileURLToPath(new URL("./token.ts", import.meta.url));
  return {
    dataDir,
    run(...args: string[]) {
      const env = { PATH: process.env["PATH"] ?? "", DATA_DIR: dataDir, ...environment };
      return spawnSync(process.execPath, [script, ...args], { env, encoding: "utf8" });
    },
  };
}

test("the token alone is printed, and the server accepts it for as long as asked", async () => {
  const { run, dataDir } = setup();
  const { stdout, stderr, status } = run("--subject", "ann", "--hours", "0.5", "--admin");
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const { jwtSecrets } = loadSecrets({ dataDir, jwtSecretKey: undefined, webhookSecret: undefined });
  const outcome = await createLocalTokens({ secrets: jwtSecrets, clock: Date.now }).verify(stdout.trim());
  expect(outcome).toMatchObject({ state: "valid", identity: { owner: "ann", admin: true } });
  const claims = JSON.parse(Buffer.from(stdout.split(".")[1] ?? "", "base64url").toString());
  expect(claims.exp - claims.iat).toBe(1800);
});

test("a configured secret signs the token", async () => {
  const JWT_SECRET_KEY = "a configured text of more than 32 characters";
  const { stdout } = setup({ JWT_SECRET_KEY }).run();
  const secret = new TextEncoder().encode(JWT_SECRET_KEY);
  expect(await createLocalTokens({ secrets: [secret], clock: Date.now }).verify(stdout.trim())).toMatchObject(
    {
      state: "valid",
      identity: { owner: "me", admin: false },
    },
  );
});

test("with Entra ID configured a note on standard error says where the token does not help", () => {
  const entra = { AZURE_TENANT_ID: "11111111-2222-4333-8444-555555555555", AZURE_CLIENT_ID: "client" };
  const { stdout, stderr, status } = setup(entra).run();
  expect(status).toBe(0);
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect(stderr).toContain("Entra ID is configured");
});

test.each([
  ["--subject", "  "],
  ["--subject", "key:0123456789ab"],
  ["--hours", "soon"],
  ["--hours", "0"],
  ["--hours", "1e999"],
  ["--nonsense", "1"],
])("%s %s prints what is wrong, the usage and no token", (...args) => {
  const { stdout, stderr, status } = setup().run(...args);
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("Usage: npm run token -- --subject me --hours 1 [--admin]");
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("a configuration the server would refuse is refused here, with its variable", () => {
  const { stdout, stderr, status } = setup({ PORT: "many" }).run();
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("PORT:");
});
