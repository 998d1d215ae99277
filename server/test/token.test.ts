import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { startProcess } from "../../scripts/fixture-process.ts";
import { startApp, temporaryDataDir, temporaryFolder } from "./world.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const script = join(root, "server/src/token.ts");
const inherited = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" };

/** Runs the program behind `npm run token`. */
async function token(args: readonly string[], env: Record<string, string>, folder?: string) {
  const cwd = folder ?? (await temporaryFolder());
  const { ended } = startProcess(process.execPath, [script, ...args], { cwd, env: { ...inherited, ...env } });
  const { code, output } = await ended;
  return { code, output, bearer: { authorization: `Bearer ${output.trim()}` } };
}

describe("npm run token", () => {
  test("prints a token that the running service takes, and nothing else", async () => {
    const { app, config } = await startApp();
    const { DATA_DIR } = config;
    const args = ["run", "--silent", "token", "--", "--subject", "me", "--hours", "1"];
    const npm = startProcess("npm", args, { cwd: root, env: { ...inherited, DATA_DIR } });
    const { code, output } = await npm.ended;
    expect(code).toBe(0);
    expect(output).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const headers = { authorization: `Bearer ${output.trim()}` };
    expect((await app.http.inject({ url: "/api/v1/providers", headers })).statusCode).toBe(200);
  });

  test("works before the service has ever run: both find the same generated secret", async () => {
    const DATA_DIR = join(await temporaryDataDir(), "not-there-yet");
    const { code, bearer } = await token([], { DATA_DIR });
    expect(code).toBe(0);
    const { app } = await startApp({ DATA_DIR });
    expect((await app.http.inject({ url: "/api/v1/providers", headers: bearer })).statusCode).toBe(200);
  });

  test("makes an administrator of --admin, and of nobody else", async () => {
    const { app, config } = await startApp();
    const { DATA_DIR } = config;
    const [admin, plain] = [await token(["--admin"], { DATA_DIR }), await token([], { DATA_DIR })];
    const stats = (headers: Record<string, string>) => app.http.inject({ url: "/api/v1/stats", headers });
    expect((await stats(admin.bearer)).statusCode).toBe(200);
    expect((await stats(plain.bearer)).statusCode).toBe(403);
  });

  test("knows the settings of the .env that the service reads", async () => {
    const folder = await temporaryFolder();
    const JWT_SECRET_KEY = "a secret that is only in the file";
    await writeFile(join(folder, ".env"), `JWT_SECRET_KEY="${JWT_SECRET_KEY}"\n`);
    const { bearer } = await token([], {}, folder);
    const { app } = await startApp({ JWT_SECRET_KEY });
    expect((await app.http.inject({ url: "/api/v1/providers", headers: bearer })).statusCode).toBe(200);
  });

  test("another service does not take it", async () => {
    const { bearer } = await token([], { DATA_DIR: await temporaryFolder() });
    const { app } = await startApp();
    expect((await app.http.inject({ url: "/api/v1/providers", headers: bearer })).statusCode).toBe(401);
  });

  test("says so where the image processor takes tokens of Entra ID only", async () => {
    const { code, output } = await token([], {
      AZURE_TENANT_ID: "11111111-2222-4333-8444-555555555555",
      AZURE_CLIENT_ID: "app",
    });
    expect(code).toBe(0);
    expect(output).toContain("Entra ID is configured");
  });

  test.each([
    [["--unknown"], /Unknown option '--unknown'/],
    [["--hours", "soon"], /The lifetime must be a positive number/],
    [["--hours", "0"], /The lifetime must be a positive number/],
    [["--subject", ""], /The subject must be 1 to 256 characters/],
    [["--subject", "anonymous"], /not the name of another kind of credential/],
    [["surplus"], /Unexpected argument 'surplus'/],
  ])("%j is a mistake that is explained without a stack", async (args, explained) => {
    const { code, output } = await token(args, {});
    expect(code).toBe(1);
    expect(output).toMatch(explained);
    expect(output).toContain("Usage: npm run token -- --subject me --hours 1 [--admin]");
    expect(output).not.toContain(".ts:");
  });

  test("a wrong configuration is explained as at the start of the service", async () => {
    const { code, output } = await token([], { PORT: "x" });
    expect(code).toBe(1);
    expect(output).toContain("PORT: expected a whole number from 0 to 65535");
  });
});
