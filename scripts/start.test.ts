import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startProcess } from "./fixture-process.ts";
import { createProject } from "./fixture-project.ts";

/** Counts its SIGINTs, and ends with 7 on SIGTERM. */
const server = `
  let interrupts = 0;
  process.on("SIGINT", () => console.log("SIGINT " + ++interrupts));
  process.on("SIGTERM", () => {
    console.log("ended after " + interrupts);
    process.exit(7);
  });
  process.on("SIGHUP", () => process.exit(8));
  process.on("disconnect", () => {
    console.log("drained");
    process.exit();
  });
  console.log("up");`;

test("the server runs on Node 24 with its environment and arguments in the clone, and quietly", async () => {
  const project = createProject({
    installed: true,
    main: `import { existsSync } from "node:fs";
           const report: Record<string, unknown> = {
             node: Number.parseInt(process.versions.node) >= 24,
             pool: Number(process.env.UV_THREADPOOL_SIZE) >= 8,
             arenas: process.env.MALLOC_ARENA_MAX,
             args: process.argv.slice(2),
             folder: existsSync("package-lock.json"),
           };
           await import("node:sqlite");
           console.log(JSON.stringify(report));`,
  });
  const { code, output } = await startProcess(
    process.execPath,
    [join(project.root, "scripts/start.mjs"), "--verbose"],
    { cwd: tmpdir() },
  ).ended;
  expect(JSON.parse(output)).toEqual({
    node: true,
    pool: true,
    arenas: "2",
    args: ["--verbose"],
    folder: true,
  });
  expect(code).toBe(0);
});

test("the server's exit code is the command's", async () => {
  const project = createProject({ installed: true, main: "process.exit(3);" });
  expect(await project.run("start.mjs").ended).toMatchObject({ code: 3 });
});

test("SIGTERM reaches the server, and its exit code comes back", async () => {
  const project = createProject({ installed: true, main: server });
  const start = project.run("start.mjs");
  await start.shown("up");
  start.child.kill("SIGTERM");
  expect(await start.ended).toMatchObject({ code: 7, output: "up\nended after 0\n" });
});

test("SIGHUP reaches the server, as when the terminal is closed", async () => {
  const project = createProject({ installed: true, main: server });
  const start = project.run("start.mjs");
  await start.shown("up");
  start.child.kill("SIGHUP");
  expect(await start.ended).toMatchObject({ code: 8 });
});

test("a Ctrl-C, which the terminal sends to the whole group, reaches the server once", async () => {
  const project = createProject({ installed: true, main: server });
  const start = project.run("start.mjs");
  await start.shown("up");
  process.kill(-start.pid, "SIGINT");
  await start.shown("SIGINT 1");
  start.child.kill("SIGTERM");
  expect((await start.ended).output).toBe("up\nSIGINT 1\nended after 1\n");
});

test("a Ctrl-C that ends the server cleanly is a success", async () => {
  const main =
    'process.on("SIGINT", () => process.exit(0)); setInterval(() => {}, 60_000); console.log("up");';
  const project = createProject({ installed: true, main });
  const start = project.run("start.mjs");
  await start.shown("up");
  process.kill(-start.pid, "SIGINT");
  expect(await start.ended).toMatchObject({ code: 0 });
});

test("a Ctrl-C before the server listens for it is a success as well", async () => {
  const project = createProject({
    installed: true,
    main: 'setInterval(() => {}, 60_000); console.log("up");',
  });
  const start = project.run("start.mjs");
  await start.shown("up");
  start.child.kill("SIGINT");
  expect(await start.ended).toMatchObject({ code: 0 });
});

test("a server that fails while it closes after a Ctrl-C is a failure", async () => {
  const main =
    'process.on("SIGINT", () => process.exit(5)); setInterval(() => {}, 60_000); console.log("up");';
  const project = createProject({ installed: true, main });
  const start = project.run("start.mjs");
  await start.shown("up");
  start.child.kill("SIGINT");
  expect(await start.ended).toMatchObject({ code: 5 });
});

test("a server ended by a signal gives the code that shells give", async () => {
  const project = createProject({ installed: true, main: 'process.kill(process.pid, "SIGKILL");' });
  expect(await project.run("start.mjs").ended).toMatchObject({ code: 137 });
});

test("the server ends by itself when the command is killed", async () => {
  const project = createProject({ installed: true, main: server });
  const start = project.run("start.mjs");
  await start.shown("up");
  start.child.kill("SIGKILL");
  expect(await start.ended).toEqual({ code: null, signal: "SIGKILL", output: "up\ndrained\n" });
});

test.each(["SIGTERM", "SIGKILL"] as const)(
  "the server drains when npm, its starter, gets a %s",
  async (signal) => {
    const project = createProject({ installed: true, main: server });
    const npm = startProcess("npm", ["start", "--silent"], { cwd: project.root });
    await npm.shown("up");
    npm.child.kill(signal);
    expect((await npm.ended).output).toMatch(/up\nended after 0\n$/);
  },
);

test("npm's copy of a Ctrl-C is not a second one, and a later one is", async () => {
  const project = createProject();
  project.write(
    "child.mjs",
    `let interrupts = 0;
     process.on("SIGINT", () => console.log("child: SIGINT " + ++interrupts));
     process.on("SIGHUP", () => console.log("child: all heard"));
     process.on("SIGTERM", () => process.exit(interrupts));
     process.on("disconnect", () => process.exit());
     console.log("child: up");`,
  );
  // The clock is the test's: SIGUSR2 moves it.
  project.write(
    "parent.mjs",
    `import { runChild } from "./scripts/child.mjs";
     let time = 0;
     let interrupts = 0;
     process.on("SIGINT", () => console.log("parent: SIGINT " + ++interrupts));
     process.on("SIGUSR2", () => { time += 500; console.log("parent: later"); });
     const ended = await runChild(process.execPath, ["child.mjs"], {
       ownGroup: true, stdio: ["ignore", "inherit", "inherit", "ipc"], now: () => time,
     });
     console.log(JSON.stringify(ended));`,
  );
  const parent = startProcess(process.execPath, ["parent.mjs"], { cwd: project.root });
  const lines: string[] = [];
  // Each signal is answered before the next is sent: pending signals of one kind are one signal.
  const send = async (signal: NodeJS.Signals, answer: string) => {
    parent.child.kill(signal);
    await parent.shown(answer);
    lines.push(answer);
  };
  await parent.shown("child: up");
  await send("SIGINT", "parent: SIGINT 1\nchild: SIGINT 1");
  await send("SIGINT", "parent: SIGINT 2");
  await send("SIGHUP", "child: all heard");
  await send("SIGUSR2", "parent: later");
  await send("SIGINT", "parent: SIGINT 3\nchild: SIGINT 2");
  await send("SIGTERM", '{"code":2,"signal":null,"received":"SIGTERM"}');
  expect((await parent.ended).output).toBe(`child: up\n${lines.join("\n")}\n`);
});

test("a program that is not there is refused without a stack", async () => {
  const project = createProject({ installed: true });
  const { code, output } = await project.run("run.mjs", ["eslint"]).ended;
  expect(code).toBe(1);
  expect(output).toBe(
    'There is no tool "eslint"; there are biome, knip, tsc, vite, vitest, and any .ts file.\n',
  );
});
