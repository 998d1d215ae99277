import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../server/test/world.ts";
import { createLeftovers } from "../src/files/leftovers.ts";
import { saveBytes, saveFile } from "../src/files/save-file.ts";

const text = (words: string) => Buffer.from(words);

test("of several that write one file at the same time exactly one does, and none replaces what is there", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "deep", "a.jpg");
  const options = { force: false, leftovers: createLeftovers() };
  const words = ["one", "two", "three", "four"];
  const ends = await Promise.allSettled(words.map((each) => saveBytes(path, text(each), options)));
  const winners = words.filter((_each, index) => ends[index]?.status === "fulfilled");
  expect(winners).toEqual([await readFile(path, "utf8")]);
  for (const end of ends.filter(({ status }) => status === "rejected"))
    expect(end).toMatchObject({
      reason: { code: "exists", message: `${path} exists already; --force replaces it.` },
    });
  await saveBytes(path, text("another"), { ...options, force: true });
  expect(await readFile(path, "utf8")).toBe("another");
  expect(await readdir(join(folder, "deep"))).toEqual(["a.jpg"]);
});

test("a file whose writing fails is not there, nor anything of it; nor does it take what was there before", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "there"), "before");
  const half = async (temporary: string) => {
    await writeFile(temporary, "half");
    throw new Error("the connection broke");
  };
  const options = { force: true, leftovers: createLeftovers() };
  await expect(saveFile(join(folder, "there"), half, options)).rejects.toThrow("the connection broke");
  expect(await readdir(folder)).toEqual(["there"]);
  expect(await readFile(join(folder, "there"), "utf8")).toBe("before");
  await mkdir(join(folder, "a folder"));
  await expect(saveBytes(join(folder, "a folder"), text("x"), options)).rejects.toMatchObject({
    syscall: "rename",
  });
  expect((await readdir(folder)).sort()).toEqual(["a folder", "there"]);
});

test("what is being written when the process ends is taken away", async () => {
  const folder = await temporaryFolder();
  const leftovers = createLeftovers();
  await saveFile(
    join(folder, "a.csv"),
    async (temporary) => {
      await writeFile(temporary, "half");
      leftovers.removeAll();
      expect(await readdir(folder)).toEqual([]);
    },
    { force: false, leftovers },
  ).catch(() => {});
  expect(await readdir(folder)).toEqual([]);
});
