import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startProcess } from "../../scripts/fixture-process.ts";
import { startOrigin } from "../../server/test/analysis/origin.ts";
import { repository } from "../../server/test/documents.ts";
import { openWithSchema } from "../../server/test/migrated.ts";
import { describeWith } from "../../server/test/needs.ts";
import { temporaryDataDir, temporaryFolder } from "../../server/test/world.ts";
import { createProgram } from "../src/program.ts";
import { fovea, installedCommand, node, startFovea } from "./command.ts";

beforeAll(async () => {
  await installedCommand();
}, 120_000);

const street = join(repository, "docs/images/street.jpg");

/** Every command with its full name; nothing is run. */
function commands(): { name: string; command: Command }[] {
  const none = async () => {};
  const program = createProgram({ run: none, act: none, handOver: none });
  const below = (command: Command, name: string): { name: string; command: Command }[] => [
    { name, command },
    ...command.commands.flatMap((each) => below(each, `${name} ${each.name()}`)),
  ];
  return below(program, "fovea");
}

describe("the command line", () => {
  test("every command has a help that says what it does, with its options explained", () => {
    const all = commands();
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["fovea prepare", "fovea batch export", "fovea webhooks test", "fovea restore"]),
    );
    for (const { name, command } of all) {
      const help = command.helpInformation();
      expect(help, name).toMatch(new RegExp(`^Usage: ${name}`));
      expect(command.description(), name).toMatch(/^[A-Z].*\.$/);
      for (const { flags, description, argChoices } of command.options)
        expect(description || argChoices, `${name} ${flags}`).toBeTruthy();
    }
  });

  test("alone it prints its help; what is misspelt is told with what may have been meant, and ends with 2", async () => {
    const alone = await fovea([]);
    expect(alone).toMatchObject({ code: 0, stderr: "" });
    expect((await fovea(["--help"])).stdout).toBe(alone.stdout);
    expect(alone.stdout).toContain("$ fovea prepare photo.jpg --model claude-sonnet-5-5");
    expect(await fovea(["prepar"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: unknown command 'prepar'\n(Did you mean prepare?)\nSee fovea --help.\n",
    });
    const option = await fovea(["batch", "export", "x", "--faild-only"]);
    expect(option).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("(Did you mean --failed-only?)\nSee fovea batch export --help."),
    });
    expect((await fovea(["--version"])).stdout).toBe(
      `${JSON.parse(await readFile(join(repository, "cli/package.json"), "utf8")).version}\n`,
    );
  });

  test("a service that is not there ends it with 7, an address that is none with 2, and a secret is never shown", async () => {
    const env = { FOVEA_TOKEN: "a-very-secret-token", FOVEA_API_KEY: "a-very-secret-key" };
    const away = await fovea(["--url", "http://127.0.0.1:1", "batch", "list"], { env });
    expect(away).toMatchObject({ code: 7, stdout: "", stderr: expect.stringContaining("fovea doctor") });
    const none = await fovea(["batch", "list", "--url", "ftp://example.com"], { env });
    expect(none).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--url or FOVEA_URL: expected an address"),
    });
    const broken = await fovea(["batch", "list"], { env: { FOVEA_TOKEN: "a-very\nsecret-token" } });
    expect(broken).toMatchObject({
      code: 2,
      stderr: "error: FOVEA_TOKEN: expected one line of plain characters.\n",
    });
    expect(away.stderr + none.stderr + broken.stderr).not.toMatch(/secret-/);
  });

  test("the token may be in a file, and goes to the service alone", async () => {
    const origin = await startOrigin();
    onTestFinished(() => origin.close());
    const address = origin.serve(
      "/api/v1/batches?per_page=20&page=1",
      (response) =>
        void response.writeHead(401, { "content-type": "application/json" }).end('{"error":"No such token"}'),
    );
    const folder = await temporaryFolder();
    await writeFile(join(folder, "token"), "from-a-file\n");
    const args = ["batch", "list", "--url", new URL(address).origin, "--token-file", "token"];
    const { code, stderr } = await fovea(args, { cwd: folder });
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(/^error: No such token\. Set FOVEA_TOKEN/),
    });
    expect(origin.requests("/api/v1/batches?per_page=20&page=1")[0]).toMatchObject({
      authorization: "Bearer from-a-file",
    });
  });

  test("a download that breaks off, or is left by Ctrl-C, leaves no file", async () => {
    const origin = await startOrigin();
    onTestFinished(() => origin.close());
    const begin = (end: boolean) =>
      origin.serve("/api/v1/export/batch/one?format=csv", (response) => {
        response
          .writeHead(200, { "content-type": "text/csv" })
          .write("url,success\nhttp://example.com/1.jpg,true\n");
        if (end) setImmediate(() => response.destroy());
      });
    const folder = await temporaryFolder();
    const args = ["batch", "export", "one", "-o", "out.csv", "--url", new URL(begin(true)).origin];
    expect((await fovea(args, { cwd: folder })).code).toBe(7);
    expect(await readdir(folder)).toEqual([]);

    begin(false);
    const running = await startFovea(args, { cwd: folder });
    await expect.poll(async () => (await readdir(folder)).length).toBe(1);
    running.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
    expect(await readdir(folder)).toEqual([]);
  });

  test("open prints the address and has it opened by BROWSER, without a shell", async () => {
    const folder = await temporaryFolder();
    const opener = join(folder, "browser");
    await writeFile(opener, `#!/bin/sh\nprintf '%s' "$1" > "${folder}/opened"\n`);
    await chmod(opener, 0o755);
    const args = ["open", "batch", "a&b;$(id)", "--url", "http://127.0.0.1:1/images/"];
    const { code, stdout } = await fovea(args, { env: { BROWSER: opener } });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "http://127.0.0.1:1/images/batch/a%26b%3B%24(id)\n",
    });
    await expect.poll(() => readFile(join(folder, "opened"), "utf8").catch(() => "")).toBe(stdout.trim());
    expect((await fovea(["open", "--url", "file:///etc/passwd"])).code).toBe(2);
    expect((await fovea(["open"])).stderr).toBe(
      "There is no browser to open here: open the address yourself.\n",
    );
  });
});

describe("in a checkout", () => {
  test("outside of one, serve says that it needs one", async () => {
    const { code, stderr } = await fovea(["serve"], { cwd: await temporaryFolder() });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("there is no checkout of Fovea here"),
    });
  });

  test("token prints one for its service, and nothing else", async () => {
    const env = { DATA_DIR: await temporaryFolder() };
    const { code, stdout } = await fovea(["token", "--subject", "me"], {
      cwd: join(repository, "docs"),
      env,
    });
    expect(code).toBe(0);
    const [, claims = ""] = /^[\w-]+\.([\w-]+)\.[\w-]+\n$/.exec(stdout) ?? [];
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toMatchObject({ sub: "me" });
  });

  test("serve starts its service, and Ctrl-C ends it", async () => {
    const env = { DATA_DIR: await temporaryDataDir(), PORT: "0", SAMPLE: "off" };
    const running = await startFovea(["serve"], { cwd: join(repository, "docs"), env });
    await running.shown(/"msg":"ready"/);
    running.kill("SIGINT");
    expect((await running.ended).code).toBe(0);
  });

  test("backup writes its file where the command was given", async () => {
    const folder = await mkdtemp(join(repository, "cli/test/backup-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const dataDir = await temporaryDataDir();
    await (await openWithSchema({ url: undefined, dataDir, poolSize: 1 })).close();
    const { code, stdout } = await fovea(["backup", "saved"], {
      cwd: folder,
      env: { DATA_DIR: dataDir },
    });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Backed up \d+ rows of \d+ tables/),
    });
    expect(await readdir(folder)).toEqual(["saved"]);
  });

  test("nothing has to be built: the launcher runs the sources", async () => {
    const launcher = join(repository, "cli/bin/fovea.cjs");
    const { code, output } = await startProcess(
      node.path,
      [launcher, "models", "--provider", "openai", "-q"],
      {
        cwd: await temporaryFolder(),
      },
    ).ended;
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^MODEL .*\ngpt-/) });
  });
});

describeWith("python3", "the command on a terminal", ({ path }) => {
  /** Runs it on a terminal of 100 columns, and answers with all that was written there. */
  async function onTerminal(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const script =
      "import fcntl, os, pty, struct, sys, termios\n" +
      "pid, terminal = pty.fork()\n" +
      "if pid == 0: os.execv(sys.argv[1], sys.argv[1:])\n" +
      "fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 100, 0, 0))\n" +
      "interrupt = os.environ.get('INTERRUPT_AT', '').encode()\n" +
      "seen = b''\n" +
      "while True:\n" +
      "    try: piece = os.read(terminal, 65536)\n" +
      "    except OSError: break\n" +
      "    if not piece: break\n" +
      "    seen += piece\n" +
      "    os.write(1, piece)\n" +
      "    if interrupt and interrupt in seen:\n" +
      "        os.write(terminal, b'\\x03')\n" +
      "        interrupt = b''\n" +
      "sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n";
    const { ended } = startProcess(path, ["-c", script, node.path, await installedCommand(), ...args], {
      env: { PATH: process.env["PATH"], TERM: "xterm", ...env },
    });
    const { code, output } = await ended;
    return { code, output: output.replaceAll("\r\n", "\n") };
  }

  const out = async () => join(await temporaryFolder(), "out");
  const six = Array.from({ length: 6 }, (_, index) => index);
  async function sixPictures() {
    const folder = await temporaryFolder();
    const bytes = await readFile(street);
    for (const index of six) await writeFile(join(folder, `${index}.jpg`), bytes);
    return folder;
  }

  test("progress is one line, drawn over itself within the terminal's width, and gone at the end", async () => {
    const { code, output } = await onTerminal([
      "prepare",
      await sixPictures(),
      "--provider",
      "claude",
      "--out",
      await out(),
    ]);
    expect(code).toBe(0);
    const erase = "\r\u001b[2K";
    const drawn = output.split(erase).map((part) => part.split("\n")[0] ?? "");
    const bars = drawn.filter((line) => line.startsWith("Preparing"));
    expect(bars.length).toBeGreaterThan(1);
    expect(bars.at(-1)).toMatch(/^Preparing {2}\[#+-*\] {2}\d+ % {2}\d\/6 {2}/);
    for (const line of bars) expect(line.length).toBeLessThan(100);
    expect(output).toMatch(/6 pictures prepared: .*\n$/);
    expect(output.split("\n").filter((line) => line.includes("→ "))).toHaveLength(7);
    expect(output).toContain("\u001b[1mFILE");
  });

  test("NO_COLOR leaves the colours out", async () => {
    const { output } = await onTerminal(["models", "--provider", "gemini"], { NO_COLOR: "1" });
    expect(output).toMatch(/^MODEL /);
  });

  test("Ctrl-C takes the line away, says so, and ends it with 130", async () => {
    const { code, output } = await onTerminal(
      ["prepare", await sixPictures(), "--provider", "claude", "--out", await out()],
      { INTERRUPT_AT: "Preparing" },
    );
    expect(code).toBe(130);
    expect(output.endsWith("\u001b[2KInterrupted.\n")).toBe(true);
  });
});
