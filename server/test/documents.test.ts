import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { schedulers } from "../src/features/media/generate-request-parameters.ts";
import { settings } from "../src/platform/settings.ts";
import { documentNames, readDocument, repository, withoutCode } from "./documents.ts";

const names = await documentNames();

/** As GitHub names the anchors of headings. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsIn = (markdown: string) => [
  ...[...withoutCode(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading)),
  // Of the rows of a table.
  ...[...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id),
];

test.each(names)("every relative link of %s leads somewhere", async (name) => {
  const markdown = await readDocument(name);
  const links = [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  for (const link of links.filter((each) => !/^[a-z]+:/.test(each))) {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? name : join(dirname(name), path);
    expect(existsSync(join(repository, target)), `${link} in ${name}`).toBe(true);
    if (anchor === undefined) continue;
    expect(anchorsIn(await readDocument(target)), `${link} in ${name}`).toContain(anchor);
  }
});

test.each(names)("every setting that %s names exists", async (name) => {
  const markdown = await readDocument(name);
  const named = [...markdown.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)].map(
    ([, each]) => each,
  );
  const ofClients = ["FOVEA_URL", "FOVEA_TOKEN", "FOVEA_API_KEY", "FOVEA_ADMIN_TOKEN", "NO_COLOR"];
  const ofOthers = ["GOOGLE_API_KEY", "GOOGLE_API_KEYS", ...schedulers];
  const ofContainers = ["PUBLISHED_PORT", "UV_THREADPOOL_SIZE"];
  const ofNode = ["NODE_EXTRA_CA_CERTS"];
  const known = [...ofContainers, ...ofNode, ...Object.keys(settings), ...ofClients, ...ofOthers];
  expect(known).toEqual(expect.arrayContaining(named));
});

test.each(["ARCHITECTURE.md", "CONTRIBUTING.md"])("every file that %s names exists", async (name) => {
  const files = globSync("{server,scripts,docs,bench}/**/*.{ts,mjs,json,md}", {
    cwd: repository,
    exclude: (path) => path.includes("node_modules"),
  });
  const markdown = await readDocument(name);
  const named = [...markdown.matchAll(/`([\w./-]+\.(?:ts|mjs|json))`/g)].map(([, path = ""]) => path);
  // An operator's file, which the repository does not have.
  for (const path of named.filter(
    (each) => !each.startsWith("DATA_DIR/") && !existsSync(join(repository, each)),
  )) {
    expect(
      files.some((file) => file.endsWith(`/${path}`)),
      `${path} in ${name}`,
    ).toBe(true);
  }
});

test.each([
  ["CONTRIBUTING.md", 80],
  ["ARCHITECTURE.md", 150],
])("%s stays short enough to be read: %i lines", async (name, most) => {
  expect((await readDocument(name)).trimEnd().split("\n").length).toBeLessThanOrEqual(most);
});
