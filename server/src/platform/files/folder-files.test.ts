import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/world.ts";
import { folderFailure } from "./folder-failures.ts";
import { createFolderFiles } from "./folder-files.ts";
import { describeFiles, listed, textOf } from "./testing/describe-files.ts";

const png = { contentType: "image/png" };
const picture = Buffer.from("a picture");

describeFiles("a folder", async () => createFolderFiles({ folder: await temporaryFolder() }));

async function setup(now?: () => number) {
  const above = await temporaryFolder();
  const folder = join(above, "files");
  return { above, folder, files: createFolderFiles({ folder, ...(now ? { now } : {}) }) };
}

test("the folder is made when it is needed, and holds the files under their names", async () => {
  const { folder, files } = await setup();
  expect(existsSync(folder)).toBe(false);
  expect(await listed(files)).toEqual([]);
  await files.put("a/b.png", picture, png);
  expect(readFileSync(join(folder, "a/b.png"), "utf8")).toBe("a picture");
  expect(readdirSync(join(folder, ".incoming"))).toEqual([]);
});

test("the folder itself may be a symbolic link", async () => {
  const { above, folder, files } = await setup();
  mkdirSync(join(above, "disk"));
  symlinkSync(join(above, "disk"), folder);
  await files.check();
  await files.put("a/b", picture, png);
  expect(await textOf(files, "a/b")).toBe("a picture");
});

test("symbolic links in it are neither followed nor listed nor replaced elsewhere", async () => {
  const { above, folder, files } = await setup();
  await files.put("mine", picture, png);
  const outside = join(above, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "secret"), "secret");
  symlinkSync(join(outside, "secret"), join(folder, "file"));
  symlinkSync(outside, join(folder, "link"));
  for (const name of ["file", "link/secret", "link"]) {
    expect(await files.read(name)).toBeNull();
    expect(await files.stat(name)).toBeNull();
    await files.remove(name);
  }
  expect((await listed(files)).map(({ name }) => name)).toEqual(["mine"]);
  await expect(files.put("link/new", picture, png)).rejects.toMatchObject({ code: "storage_unavailable" });
  await expect(files.put("link/secret", picture, png)).rejects.toMatchObject({ code: "storage_unavailable" });
  await files.put("file", picture, png);
  expect(await textOf(files, "file")).toBe("a picture");
  expect(readdirSync(outside)).toEqual(["secret"]);
  expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
});

test("what others have put into the folder is not listed, and a folder is no file", async () => {
  const { folder, files } = await setup();
  await files.put("a/b", picture, png);
  writeFileSync(join(folder, "Thumbs.db"), "");
  writeFileSync(join(folder, ".DS_Store"), "");
  writeFileSync(join(folder, "a/ü.png"), "");
  expect((await listed(files)).map(({ name }) => name)).toEqual(["a/b"]);
  expect(await files.read("a")).toBeNull();
  expect(await files.stat("a")).toBeNull();
  await files.remove("a");
  expect(await files.stat("a/b/c")).toBeNull();
  await expect(files.put("a/b/c", picture, png)).rejects.toMatchObject({ code: "storage_unavailable" });
  await expect(files.put("a", picture, png)).rejects.toMatchObject({ code: "storage_unavailable" });
  expect(readdirSync(join(folder, ".incoming"))).toEqual([]);
});

test("folders that have become empty are removed", async () => {
  const { folder, files } = await setup();
  await files.put("a/b/c/1", picture, png);
  await files.put("a/2", picture, png);
  await files.remove("a/b/c/1");
  expect(readdirSync(join(folder, "a"))).toEqual(["2"]);
  await files.remove("a/2");
  expect(readdirSync(folder)).toEqual([".incoming"]);
});

test("a put finds its folder, which removes of its neighbours take away again and again", async () => {
  const { folder, files } = await setup();
  await Promise.all(
    Array.from({ length: 8 }, async (_, n) => {
      for (let round = 0; round < 10; round += 1) {
        await files.put(`deep/er/${n}`, picture, png);
        await files.remove(`deep/er/${n}`);
      }
    }),
  );
  expect(readdirSync(folder)).toEqual([".incoming"]);
});

test("a download of a file that becomes shorter meanwhile fails instead of ending early", async () => {
  const { folder, files } = await setup();
  await files.put("a", Buffer.alloc(2_000_000), png);
  const file = await files.read("a");
  truncateSync(join(folder, "a"), 1_000_000);
  await expect(file?.bytes.toArray()).rejects.toMatchObject({ code: "storage_unavailable" });
});

test("a check removes what a killed process left behind a day ago, and nothing younger", async () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  const { folder, files } = await setup(() => now);
  await files.check();
  for (const [name, hours] of [
    ["old", 25],
    ["young", 23],
  ] as const) {
    const path = join(folder, ".incoming", name);
    writeFileSync(path, "half a file");
    const at = (now - hours * 3_600_000) / 1000;
    utimesSync(path, at, at);
  }
  await files.check();
  expect(readdirSync(join(folder, ".incoming"))).toEqual(["young"]);
  expect(readdirSync(folder)).toEqual([".incoming"]);
});

test("a check says what is wrong with a path that is a file", async () => {
  const { folder, files } = await setup();
  writeFileSync(folder, "");
  await expect(files.check()).rejects.toMatchObject({
    code: "storage_misconfigured",
    message: `Files cannot be stored in ${folder} (IMAGE_STORAGE_PATH). There is a file where a folder should be.`,
  });
  await expect(files.put("a", picture, png)).rejects.toMatchObject({
    code: "storage_unavailable",
    message: "The storage of files does not work. There is a file where a folder should be.",
  });
});

test.each([
  ["ENOSPC", "storage_full", 507],
  ["EDQUOT", "storage_full", 507],
  ["EACCES", "storage_unavailable", 503],
  ["EROFS", "storage_unavailable", 503],
  ["EWHATEVER", "storage_unavailable", 503],
])("a file system that answers %s is %s, without its path", (code, expected, status) => {
  const error = Object.assign(new Error(`${code}: open '/secret/path'`), { code, syscall: "open" });
  const failure = folderFailure(error);
  expect(failure).toMatchObject({ code: expected, status, cause: error });
  expect(String(failure)).not.toContain("/secret");
});
