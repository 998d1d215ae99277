import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { startProcess } from "../../scripts/fixture-process.ts";
import { banner } from "../src/banner.ts";
import { loadConfig } from "../src/platform/config.ts";
import { databaseFolder } from "./database-folder.ts";
import { leaveToSoak } from "./needs.ts";
import { connectRaw } from "./raw-http.ts";
import { listenApp, temporaryFolder } from "./world.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
/** What `npm run token` runs. */
const tokenProgram = fileURLToPath(new URL("../src/token.ts", import.meta.url));
/** Longer than a test may take: what ends in time did not wait for it. */
const patient = { SHUTDOWN_GRACE_SECONDS: "3600" };

interface Options {
  readonly channel?: boolean;
  readonly folder?: string;
}

/** One database for all, which they open one after the other: making it takes half of a start. */
const dataDir = await databaseFolder("fovea-process-");
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
const inherited = { PATH: process.env["PATH"] ?? "", DATA_DIR: dataDir, SAMPLE: "off" };

async function start(env: Record<string, string> = {}, { channel = false, folder }: Options = {}) {
  const cwd = folder ?? (await temporaryFolder());
  const service = startProcess(process.execPath, [main], {
    ...{ cwd, channel, env: { ...inherited, PORT: "0", ...env } },
  });
  const exited = once(service.child, "exit");
  // The next one finds the database free.
  onTestFinished(async () => {
    service.child.kill("SIGKILL");
    await exited;
  });
  return service;
}

/** The same, ready, with its address as its log tells it. */
async function startReady(env: Record<string, string> = {}, options: Options = {}) {
  const service = await start(env, options);
  await service.shown('"msg":"ready"');
  const port = /"port":(\d+)/.exec(service.output())?.[1];
  return { ...service, baseUrl: `http://127.0.0.1:${port}` };
}

/** A request that has arrived but for the last byte of its body. */
async function holdRequest(baseUrl: string) {
  const connection = await connectRaw(baseUrl);
  connection.send(
    "POST /api/v1/validate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer test-token\r\n" +
      "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{",
  );
  // What was sent before another connection was opened has arrived once that one is answered.
  await fetch(`${baseUrl}/health`, { headers: { connection: "close" } });
  return { ...connection, finish: () => connection.send("}") };
}

/** Resolves when nobody listens at an address any more; a connection may still slip in before and is closed then. */
async function refused(baseUrl: string): Promise<void> {
  const { hostname, port } = new URL(baseUrl);
  for (let reason = ""; reason !== "ECONNREFUSED"; ) {
    reason = await new Promise((resolve) => {
      const socket = connect(Number(port), hostname);
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
      socket.on("close", () => resolve("closed"));
    });
  }
}

/** What it says under "Try it". */
const bannerCommand = (shown: string) => /Try it {6}([\s\S]*?)\n {2}Stop/.exec(shown)?.[1] ?? "";

describe("starting", () => {
  test("says where the service is", async () => {
    const { baseUrl, output } = await startReady();
    expect(output()).toContain(`Dashboard   ${baseUrl}/\n`);
    expect(output()).toContain(`API docs    ${baseUrl}/docs\n`);
    expect(bannerCommand(output())).toBe(
      `curl -H "Authorization: Bearer test-token" ${baseUrl}/api/v1/providers`,
    );
    expect((await fetch(`${baseUrl}/health`)).status).toBe(200);
  });

  test("with a part of the work and no database to share is refused, with what is missing", async () => {
    const { code, output } = await (await start({ ROLE: "worker" })).ended;
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/ROLE=worker shares .* DATABASE_URL names none/),
    ]);
  });

  /** The command of the banner, with a token from the program that it names where it names one. */
  async function suggested(env: Record<string, string>) {
    const { config, baseUrl } = await listenApp(env);
    const port = Number(new URL(baseUrl).port);
    const shown = bannerCommand(banner(config, { version: "1.0.0", port, ms: 1 }));
    const [, authorization, url = ""] = /curl (?:-H "Authorization: (.*)" )?(\S+)$/m.exec(shown) ?? [];
    let token = "";
    if (shown.includes("npm run --silent token")) {
      const printing = startProcess(process.execPath, [tokenProgram], {
        cwd: await temporaryFolder(),
        env: { ...inherited, ...env, DATA_DIR: config.DATA_DIR },
      });
      token = (await printing.ended).output.trim();
    }
    const headers = authorization ? { authorization: authorization.replace("$TOKEN", token) } : {};
    return { shown, status: (await fetch(url, { headers })).status };
  }

  // The words of a real start are in the first test.
  test.each<[string, Record<string, string>, RegExp]>([
    ["on loopback", {}, /"Authorization: Bearer test-token"/],
    ["off loopback", { HOST: "0.0.0.0", JWT_SECRET_KEY: "s".repeat(32) }, /npm run --silent token/],
    ["off loopback with the token set", { HOST: "0.0.0.0", DEV_TOKENS: "test-token" }, /Bearer test-token"/],
    ["with other development tokens", { DEV_TOKENS: "do-not-print-me" }, /npm run --silent token/],
    ["with AUTH=off", { AUTH: "off", DEV_TOKENS: "do-not-print-me" }, /^curl http\S+$/],
    ["with AUTH=all", { AUTH: "all", API_KEY: "do-not-print-me" }, /Bearer test-token"/],
  ])("suggests a command that works %s", async (_, env, expected) => {
    const { shown, status } = await suggested(env);
    expect(shown).toMatch(expected);
    expect(shown).not.toContain("do-not-print-me");
    expect(status).toBe(200);
  });

  test("suggests no token of its own where only those of Entra ID are taken", () => {
    const entra = { AZURE_TENANT_ID: "11111111-2222-4333-8444-555555555555", AZURE_CLIENT_ID: "app" };
    const shown = banner(loadConfig({ ...entra, DEV_TOKENS: "," }), { version: "1.0.0", port: 8000, ms: 1 });
    expect(shown).toContain("with an access token of Entra ID, see docs/access.md");
    expect(shown).not.toMatch(/test-token|npm run/);
  });

  test("a port that is taken is told in one line that names the variable", async () => {
    const taken = await listenApp();
    const { port } = new URL(taken.baseUrl);
    const { code, output } = await (await start({ PORT: port })).ended;
    expect(code).toBe(1);
    expect(output.trim().split("\n").at(-1)).toBe(
      `Port ${port} on 127.0.0.1 is in use by another program; stop that one, or set PORT to another port.`,
    );
  });

  test("all mistakes of the configuration are listed", async () => {
    const env = { PORT: "eighty", AUTH: "sometimes", AZURE_CLIENT_ID: "x", API_KEY: "do-not-repeat-me" };
    const { code, output } = await (await start(env)).ended;
    expect(code).toBe(1);
    expect(output.split("\n").map((line) => line.trim().split(":")[0])).toEqual([
      "The configuration has 3 problems",
      "PORT",
      "AUTH",
      "AZURE_TENANT_ID, AZURE_CLIENT_ID",
      "See docs/configuration.md.",
      "",
    ]);
    expect(output).not.toMatch(/do-not-repeat-me|eighty|\.ts:/);
  });

  test("a .env in the working folder is read, and the environment goes before it", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, ".env"), "PORT=1\nBASE_PATH=/from-the-file\nLOG_LEVEL=info\n");
    const { baseUrl } = await startReady({}, { folder });
    expect((await fetch(`${baseUrl}/from-the-file/health`)).status).toBe(200);
  });

  test("a .env that cannot be read is told without a stack", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, ".env"));
    const { code, output } = await (await start({}, { folder })).ended;
    expect([code, output.trim()]).toEqual([
      1,
      expect.stringMatching(/^The file \.env .* cannot be read; .*$/),
    ]);
  });

  test("production writes nothing but JSON lines", async () => {
    const service = await startReady({ ENVIRONMENT: "production", AUTH: "off" });
    service.child.kill("SIGTERM");
    const { code, output } = await service.ended;
    expect(code).toBe(0);
    const lines = output.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(expect.arrayContaining(["ready", "closing"]));
  });
});

describe("Ctrl-C", () => {
  test("ends the process at once and cleanly, while an upload is under way", async () => {
    const service = await startReady(patient);
    const held = await holdRequest(service.baseUrl);
    service.child.kill("SIGINT");
    expect(await service.ended).toMatchObject({ code: 0, signal: null });
    await held.closed;
  });

  test("a second one while the service drains means now", async () => {
    const service = await startReady(patient);
    await holdRequest(service.baseUrl);
    service.child.kill("SIGTERM");
    await service.shown('"msg":"closing"');
    service.child.kill("SIGINT");
    expect(await service.ended).toMatchObject({ code: 130, signal: null });
  });
});

describe("SIGTERM", () => {
  test("is told to who asks, for as long as is set, while everything is still answered", async () => {
    const service = await startReady({ SHUTDOWN_DELAY_SECONDS: "600" });
    service.child.kill("SIGTERM");
    await service.shown('"msg":"ending soon');
    const ready = await fetch(`${service.baseUrl}/health/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { status: "draining" }]);
    const headers = { authorization: "Bearer test-token" };
    const answer = await fetch(`${service.baseUrl}/api/v1/providers`, { headers });
    expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"]);
    expect(service.output()).not.toContain('"msg":"closing"');
    // Whoever cannot wait says so.
    service.child.kill("SIGINT");
    expect((await service.ended).code).toBe(130);
  });

  test("lets a running request finish, refuses new connections, and ends with 0, however often it comes", async () => {
    const service = await startReady(patient);
    const held = await holdRequest(service.baseUrl);
    service.child.kill("SIGTERM");
    await service.shown('"msg":"closing"');
    // Not impatience: a supervisor may send it to the process and to its parent.
    service.child.kill("SIGTERM");
    service.child.kill("SIGHUP");
    await refused(service.baseUrl);
    held.finish();
    const answer = await held.answer();
    expect(answer.status).toBe(422);
    expect(answer.headers["connection"]).toBe("close");
    expect(await service.ended).toMatchObject({ code: 0, signal: null });
  });

  leaveToSoak("SIGTERM while a picture is being worked on", () => {
    test("lets a picture that is being worked on become an answer", async () => {
      const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
      const picture = await sharp({
        create: { width: 3000, height: 2500, channels: 3, background: "grey", noise },
      })
        .png({ compressionLevel: 0 })
        .toBuffer();
      const service = await startReady(patient);
      const answering = fetch(
        `${service.baseUrl}/api/v1/process?provider=claude&format=webp&max_dimension=2500`,
        {
          method: "POST",
          headers: { authorization: "Bearer test-token", "content-type": "image/png" },
          body: picture,
        },
      );
      let metrics = "";
      while (!metrics.includes("fovea_prepare_running 1")) {
        metrics = await (await fetch(`${service.baseUrl}/metrics`)).text();
        // Answered before we looked: there would be nothing left to let finish.
        expect(metrics).not.toContain('route="/api/v1/process",status="200"');
      }
      service.child.kill("SIGTERM");
      const answer = await answering;
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ success: true, processed_format: "WEBP" });
      expect(await service.ended).toMatchObject({ code: 0 });
    });
  });

  test("waits for no connection on which nothing happens", async () => {
    const service = await startReady(patient);
    const silent = await connectRaw(service.baseUrl);
    const idle = await connectRaw(service.baseUrl);
    idle.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    await idle.answer();
    service.child.kill("SIGTERM");
    expect(await service.ended).toMatchObject({ code: 0 });
    await Promise.all([silent.closed, idle.closed]);
  });

  test("an answer that began before it is read to its end, and its connection is not waited for", async () => {
    const service = await startReady(patient);
    const slow = await connectRaw(service.baseUrl);
    slow.socket.pause();
    slow.send("GET /docs/static/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(slow.socket.resume(), "data");
    slow.socket.pause();
    service.child.kill("SIGTERM");
    await service.shown('"msg":"closing"');
    slow.socket.resume();
    const answer = await slow.answer();
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBeGreaterThan(500_000);
    expect(await service.ended).toMatchObject({ code: 0 });
  });

  leaveToSoak("SIGTERM beyond the time of grace", () => {
    test("cuts what takes longer than SHUTDOWN_GRACE_SECONDS", async () => {
      const service = await startReady({ SHUTDOWN_GRACE_SECONDS: "1" });
      const held = await holdRequest(service.baseUrl);
      service.child.kill("SIGTERM");
      await held.closed;
      expect(await service.ended).toMatchObject({ code: 0, signal: null });
    });
  });
});

leaveToSoak("a service whose starter is gone", () => {
  test("the service drains when the process that started it is gone", async () => {
    const service = await startReady(patient, { channel: true });
    // Node emits no "close" for a child whose channel we closed ourselves.
    const exited = once(service.child, "exit");
    const held = await holdRequest(service.baseUrl);
    service.child.disconnect();
    await service.shown('"msg":"closing"');
    held.finish();
    expect((await held.answer()).status).toBe(422);
    expect(await exited).toEqual([0, null]);
  });
});
