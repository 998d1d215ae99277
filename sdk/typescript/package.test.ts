import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { chromium } from "playwright-core";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shareService } from "../../server/test/analysis/world.ts";
import { describeWith } from "../../server/test/needs.ts";
import { photo } from "../../server/test/pictures.ts";
import { bundleFor } from "./test/bundle.ts";
import { oldestNode } from "./test/oldest-node.ts";
import { createProject, packAll, root, type Tarball } from "./test/packages.ts";
import { servePage } from "./test/page.ts";
import { compilePrograms, copyPrograms, lendPackages } from "./test/project.ts";

const start = promisify(execFile);
const service = shareService();
let folder: string;
let project: string;
let packed: { client: Tarball; react: Tarball };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-package-"));
  project = join(folder, "project");
  packed = await packAll(folder);
  await createProject(project, [packed.client.path, packed.react.path, join(root, "node_modules", "react")]);
  await copyPrograms(project, "typescript", "examples.ts");
  await copyPrograms(project, "react", "component.tsx");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(["client", "react"] as const)("the package %s", (name) => {
  test("is what npm, bundlers and compilers expect", async () => {
    const tarball = new Uint8Array(await readFile(packed[name].path));
    const { messages } = await publint({ pack: { tarball: tarball.buffer } });
    expect(messages).toEqual([]);
    const checked = await checkPackage(createPackageFromTarballData(tarball));
    const problems =
      "problems" in checked ? checked.problems.map(({ kind, ...where }) => ({ kind, ...where })) : checked;
    // It is a module: not for the resolution of Node 10, and `require` needs a Node that can require modules.
    expect(problems).toEqual([
      expect.objectContaining({ kind: "NoResolution", resolutionKind: "node10" }),
      expect.objectContaining({ kind: "CJSResolvesToESM", resolutionKind: "node16-cjs" }),
    ]);
  });

  test("has its licence, its sources without tests, and nothing else", async () => {
    const others = packed[name].files.filter(
      (path) => !/^(dist|src)\/[\w/-]+(\.d)?\.(ts|tsx|js)(\.map)?$/.test(path),
    );
    expect(others.sort()).toEqual(["LICENSE", "README.md", "package.json"]);
    expect(packed[name].files.filter((path) => /\.test\./.test(path))).toEqual([]);
    const licence = (path: string) => readFile(join(root, path, "LICENSE"), "utf8");
    expect(await licence(name === "client" ? "sdk/typescript" : "sdk/react")).toBe(await licence("."));
  });
});

test("they bring nothing else into a project that has React", async () => {
  const installed = await readdir(join(project, "node_modules"), { recursive: true });
  const packages = installed.filter((path) => /^(@[^/]+\/)?[^/.@]+$/.test(path));
  expect(packages.sort()).toEqual(["@fovea/client", "@fovea/react", "react"]);
});

test("programs on the machine's own Node are compiled against them, use the service, and render", async () => {
  const { baseUrl, picture } = service();
  await lendPackages(project, ["react-dom", "@types"]);
  await compilePrograms(project, ["node.ts", "examples.ts", "server.ts"], {
    ...{ module: "nodenext", lib: ["es2023"], types: ["node"] },
  });
  const path = join(folder, "photo.png");
  await writeFile(path, await (await photo(640, 400)).png().toBuffer());
  const node = oldestNode();
  const { stdout } = await start(
    node.path,
    [join(project, "out", "node.js"), path, join(folder, "photo.jpg"), picture],
    { env: { FOVEA_URL: baseUrl, FOVEA_TOKEN: "test-token" } },
  );
  const prepared = await readFile(join(folder, "photo.jpg"));
  expect(JSON.parse(stdout)).toEqual({
    version: node.version,
    picture: { format: "JPEG", width: 640, bytes: prepared.length },
    batch: { status: "completed", rows: [[picture, 'the "first", one']], total: 1, told: true },
    refused: "job_not_found",
  });
  const rendered = await start(node.path, [join(project, "out", "server.js")]);
  expect(rendered.stdout).toBe("<p>idle,no batch,false,no job</p>");
});

describe("in a browser", () => {
  test("it asks for no module of Node, and is small", async () => {
    // It fails where a module of Node is imported, early or late.
    const { gzipBytes } = await bundleFor(project, "@fovea/client");
    expect(gzipBytes).toBeLessThanOrEqual(12 * 1024);
  });

  describeWith("chromium", "the client as a module of a page", ({ path }) => {
    test("works on a page of another origin than the service", async () => {
      const { baseUrl, origin } = service();
      await compilePrograms(project, ["browser.ts", "examples.ts", "component.tsx"], {
        jsx: "react-jsx",
        ...{ module: "esnext", moduleResolution: "bundler", target: "es2022" },
        ...{ lib: ["es2023", "dom", "dom.iterable"], types: [] },
      });
      const address = servePage(origin, project, { program: "browser", service: baseUrl });
      const browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
      try {
        const page = await browser.newPage();
        const troubles: string[] = [];
        page.on("pageerror", ({ message }) => troubles.push(message));
        await page.goto(address);
        await expect.poll(async () => troubles.join() || (await page.textContent("body"))).toMatch(/\}$/);
        expect(JSON.parse((await page.textContent("body")) ?? "")).toEqual({
          prepared: ["WEBP", 1200, 300, 150],
          job: ["completed", 320, 192],
          live: true,
          refused: expect.stringContaining("pass the File itself"),
        });
      } finally {
        await browser.close();
      }
    });
  });
});
