import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { ensureDashboard } from "./dashboard.mjs";
import { Refusal } from "./refusal.mjs";

/** A clone with a dashboard of one line, and the tools of this one. */
function project() {
  const root = mkdtempSync(join(tmpdir(), "fovea-dashboard-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "dashboard", "src"), { recursive: true });
  symlinkSync(join(import.meta.dirname, "..", "node_modules"), join(root, "node_modules"));
  const write = (name: string, text: string) => writeFileSync(join(root, "dashboard", name), text);
  write("index.html", '<!doctype html><script type="module" src="/src/main.ts"></script>');
  write("src/main.ts", "document.title = 'first';");
  const said: string[] = [];
  return {
    root,
    write,
    said,
    built: () => existsSync(join(root, "dashboard/dist/index.html")),
    page: () => readFileSync(join(root, "dashboard/dist/index.html"), "utf8"),
    ensure: () => ensureDashboard({ root, announce: (line) => void said.push(line) }),
    remove: (name: string) => rmSync(join(root, "dashboard", name), { recursive: true }),
  };
}

test("the dashboard is built once, by one of those who need it, and again when a source has changed", async () => {
  const { root, ensure, said, write, page } = project();
  const program =
    "const [module, root] = process.argv.slice(1); (await import(module)).ensureDashboard({ root });";
  const args = ["--input-type=module", "-e", program, join(import.meta.dirname, "dashboard.mjs"), root];
  const told = await Promise.all([1, 2].map(() => promisify(execFile)(process.execPath, args)));
  expect(told.filter(({ stderr }) => stderr.includes("Building"))).toHaveLength(1);
  const first = page();
  await ensure();
  expect(said).toEqual([]);
  write("src/main.ts", "document.title = 'second';");
  await ensure();
  expect(said).toHaveLength(1);
  expect(page()).not.toBe(first);
});

test("a build that fails says why, and leaves the page that was there", async () => {
  const { ensure, write, page } = project();
  await ensure();
  const before = page();
  write("src/main.ts", "import './none.ts';");
  await expect(ensure()).rejects.toThrow(/none\.ts/);
  await expect(ensure()).rejects.toThrow(Refusal);
  expect(page()).toBe(before);
});

test("where the sources are not, as in an image for running, what was built there is left alone", async () => {
  const { ensure, said, built, remove } = project();
  await ensure();
  remove("index.html");
  await ensure();
  expect(said).toHaveLength(1);
  expect(built()).toBe(true);
});
