import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isIntact, readHeader } from "@fovea/imaging";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { repository } from "../../server/test/documents.ts";
import { page, photo } from "../../server/test/pictures.ts";
import { startApp, temporaryFolder } from "../../server/test/world.ts";
import { fovea, installedCommand, startFovea } from "./command.ts";

const street = join(repository, "docs/images/street.jpg");
const model = "claude-sonnet-5-5";

let large: Buffer;
let small: Buffer;
let originals: Readonly<Record<string, Buffer>>;
beforeAll(async () => {
  await installedCommand();
  large = await readFile(street);
  small = await (await photo(300, 200, 4))
    .withExif({ IFD0: { Copyright: "x" } })
    .jpeg()
    .toBuffer();
  originals = await pictures();
}, 120_000);

/** Pictures that are treated in ways of their own: shrunk, passed through, flattened, one frame of several. */
async function pictures(): Promise<Readonly<Record<string, Buffer>>> {
  const clear = await (await photo(500, 400, 5)).ensureAlpha(0.5).png().toBuffer();
  const text = await page(900, 700).png().toBuffer();
  const frames = Buffer.concat(
    await Promise.all([1, 2].map(async (seed) => (await photo(60, 40, seed)).raw().toBuffer())),
  );
  const moving = await sharp(frames, { raw: { width: 60, height: 80, channels: 3, pageHeight: 40 } })
    .gif()
    .toBuffer();
  return {
    "large.jpg": large,
    "small.jpg": small,
    "clear.png": clear,
    "text.png": text,
    "moving.gif": moving,
  };
}

async function folderWith(files: Readonly<Record<string, Buffer | string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

const lines = (text: string) => text.trim().split("\n").filter(Boolean);
const jsonLines = (text: string) => lines(text).map((line) => JSON.parse(line));

describe("fovea prepare", () => {
  test.each([
    [["--model", "gpt-5.6-terra"], "provider=openai&model=gpt-5.6-terra"],
    [
      ["--provider", "gemini", "--max-dimension", "256", "--format", "webp", "--quality", "70"],
      "provider=gemini&max_dimension=256&format=webp&quality=70",
    ],
    [
      ["--provider", "claude", "--max-dimension", "64", "--background", "#102030"],
      "provider=claude&max_dimension=64&background_color=%23102030",
    ],
  ])("%j makes, without any service, byte for byte what a service answers", async (options, query) => {
    const folder = await folderWith(originals);
    const { code, stdout } = await fovea(
      ["prepare", folder, ...options, "--out", join(folder, "out"), "--json"],
      {
        // Nothing answers here.
        env: { FOVEA_URL: "http://127.0.0.1:9" },
      },
    );
    expect(code).toBe(0);
    const { app } = await startApp();
    const told = jsonLines(stdout);
    expect(told).toHaveLength(Object.keys(originals).length);
    for (const { input, output, after, before, scale, quality, passed_through } of told) {
      const original = originals[input.slice(folder.length + 1)] ?? Buffer.alloc(0);
      const answer = await app.http.inject({
        method: "POST",
        url: `/api/v1/process?${query}`,
        headers: {
          authorization: "Bearer test-token",
          "content-type": "application/octet-stream",
          accept: "image/*",
        },
        payload: original,
      });
      expect(answer.statusCode).toBe(200);
      const made = await readFile(output);
      expect(made.equals(answer.rawPayload), input).toBe(true);
      expect(before.bytes).toBe(original.length);
      expect({ ...after, scale, quality, passed_through }).toEqual({
        format: answer.headers["x-image-format"],
        width: Number(answer.headers["x-image-width"]),
        height: Number(answer.headers["x-image-height"]),
        bytes: made.length,
        tokens: Number(answer.headers["x-image-estimated-tokens"]),
        scale: { x: Number(answer.headers["x-image-scale-x"]), y: Number(answer.headers["x-image-scale-y"]) },
        quality:
          answer.headers["x-image-quality"] === undefined ? null : Number(answer.headers["x-image-quality"]),
        passed_through: answer.headers["x-image-passed-through"] === "true",
      });
    }
  });

  test("prints a table of before, after and tokens, and says the sum on standard error", async () => {
    const folder = await temporaryFolder();
    await cp(street, join(folder, "street.jpg"));
    const { code, stdout, stderr } = await fovea(["prepare", "street.jpg", "--model", "gpt-5.6-terra"], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(lines(stdout).map((line) => line.split(/ {2,}/))).toEqual([
      ["FILE", "BEFORE", "AFTER", "TOKENS"],
      ["street.jpg", "JPEG 3024×4032 286 KB", "JPEG 1376×1835 237 KB", "14,364 → 2,993"],
    ]);
    expect(stderr).toBe(
      "1 picture prepared: 286 KB → 237 KB, 14,364 → 2,993 tokens of gpt-5.6-terra (estimated).\n",
    );
    expect(await readdir(folder)).toEqual(["street-prepared.jpg", "street.jpg"]);
  });

  test("one picture that cannot be prepared fails alone, by its name and reason, and the command ends with 5", async () => {
    const folder = await folderWith({
      "a.jpg": small,
      "b.png": "no picture",
      "c.gif": "",
      "d.jpg": small.slice(0, 900),
    });
    const { code, stdout } = await fovea(["prepare", folder, "--provider", "claude", "--json"]);
    expect(code).toBe(5);
    const told = jsonLines(stdout).map(({ input, status, code }) => [input.slice(-5), status, code]);
    expect(told.map(([name, status]) => [name, status])).toEqual([
      ["a.jpg", "prepared"],
      ["b.png", "failed"],
      ["c.gif", "failed"],
      ["d.jpg", "failed"],
    ]);
    expect(await readdir(folder)).toEqual(["a-prepared.jpg", "a.jpg", "b.png", "c.gif", "d.jpg"]);
  });

  test("never replaces what is there, unless it is told to", async () => {
    const folder = await folderWith({ "a.jpg": small, "a-prepared.png": "mine" });
    const again = ["prepare", "a.jpg", "--provider", "claude"];
    const refused = await fovea(again, { cwd: folder });
    expect(refused.code).toBe(5);
    expect(refused.stdout).toContain("a-prepared.png exists already; --force replaces it.");
    expect(await readdir(folder)).toEqual(["a-prepared.png", "a.jpg"]);

    const onItself = await fovea([...again, "--suffix", ""], { cwd: folder });
    expect(onItself).toMatchObject({ code: 2, stdout: "" });
    expect(onItself.stderr).toContain("a.jpg would be replaced by its result: nothing was done.");
    expect((await readFile(join(folder, "a.jpg"))).equals(small)).toBe(true);

    expect((await fovea([...again, "--suffix", "", "--force"], { cwd: folder })).code).toBe(0);
    expect((await readFile(join(folder, "a.jpg"))).equals(small)).toBe(false);
    expect(await readdir(folder)).toEqual(["a-prepared.png", "a.jpg"]);
  });

  test.each([
    [
      "two files of one name that go to one folder",
      ["x/a.jpg", "y/a.jpg", "--out", "out"],
      "would both become out/a",
    ],
    ["two formats of one name", ["x/a.jpg", "x/a.png"], "would both become x/a-prepared"],
    [
      "a result that would replace an original in the folder it goes to",
      ["x/a.jpg", "y/b.jpg", "--out", "y"],
      "y/b.jpg would be replaced by its result",
    ],
    [
      "a result that would replace an original of another folder",
      ["x/a.jpg", "y/a.jpg", "--out", "y"],
      "What becomes of x/a.jpg would replace y/a.jpg",
    ],
  ])("%s: refused before anything is done", async (_what, args, said) => {
    const folder = await temporaryFolder();
    for (const name of ["x", "y"]) await mkdir(join(folder, name));
    for (const name of ["x/a.jpg", "x/a.png", "y/a.jpg", "y/b.jpg"])
      await writeFile(join(folder, name), small);
    const { code, stdout, stderr } = await fovea(["prepare", ...args, "--provider", "claude"], {
      cwd: folder,
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(said);
    expect((await readdir(folder, { recursive: true })).sort()).toEqual([
      "x",
      "x/a.jpg",
      "x/a.png",
      "y",
      "y/a.jpg",
      "y/b.jpg",
    ]);
  });

  test("takes folders, folders of folders and globs, each file once, and leaves out what it has made", async () => {
    const folder = await folderWith({
      "b.JPG": small,
      "a[1].jpg": small,
      "notes.txt": "",
      ".hidden.jpg": small,
    });
    await mkdir(join(folder, "deep"));
    await writeFile(join(folder, "deep/c.jpg"), small);
    await symlink(join(folder, "b.JPG"), join(folder, "link.jpg"));
    await symlink(folder, join(folder, "deep/loop"));
    const inputs = async (...args: string[]) => {
      const { stdout, stderr } = await fovea(["prepare", ...args, "--provider", "claude", "--json"], {
        cwd: folder,
      });
      return { names: jsonLines(stdout).map(({ input }) => input), stderr };
    };
    const whole = await inputs(".", "b.JPG", "--out", "out", "--recursive");
    expect(whole.names).toEqual(["a[1].jpg", "b.JPG", "deep/c.jpg"]);
    expect(whole.stderr).toContain("1 file left out: not called .jpg, .jpeg, .png, .gif or .webp.");
    expect((await readdir(join(folder, "out"), { recursive: true })).sort()).toEqual([
      "a[1].jpg",
      "b.jpg",
      "deep",
      "deep/c.jpg",
    ]);

    expect((await inputs("**/[bc].{jpg,JPG}", "-n")).names).toEqual([
      "b.JPG",
      "deep/c.jpg",
      "out/b.jpg",
      "out/deep/c.jpg",
    ]);
    expect((await inputs("a[1].jpg")).names).toEqual(["a[1].jpg"]);
    const again = await inputs(".");
    expect(again.names).toEqual(["a[1].jpg", "b.JPG"]);
    expect(again.stderr).toContain("1 file left out: called …-prepared beside their originals");
  });

  test("--dry-run tells the same, and writes nothing", async () => {
    const folder = await temporaryFolder();
    await cp(street, join(folder, "street.jpg"));
    const args = ["prepare", "street.jpg", "--model", model, "--json", "--out", "deep/out"];
    const dry = await fovea([...args, "--dry-run"], { cwd: folder });
    expect(await readdir(folder)).toEqual(["street.jpg"]);
    const real = await fovea(args, { cwd: folder });
    expect(JSON.parse(dry.stdout)).toEqual({ ...JSON.parse(real.stdout), output: null });
  });

  test("names are shown without their control characters, and files come out under their own names", async () => {
    const names = ["\u001b[31mred.jpg", "line\nbreak.jpg", "-rf.jpg", "ünï 写真.jpg", "$(touch x).jpg"];
    const folder = await folderWith(Object.fromEntries(names.map((name) => [name, small])));
    // A name that is no UTF-8: what Node makes of it is no file.
    await writeFile(
      Buffer.concat([Buffer.from(`${folder}/bad-`), Buffer.from([0xff, 0xfe]), Buffer.from(".jpg")]),
      small,
    );
    const { code, stdout, stderr } = await fovea(
      ["prepare", "--provider", "claude", "--out", "out", "--", ".", "-rf.jpg"],
      { cwd: folder },
    );
    expect(code).toBe(5);
    expect(stdout).toContain("\\x1b[31mred.jpg");
    expect(stdout).toContain("line\\x0abreak.jpg");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect((await readdir(join(folder, "out"))).sort()).toEqual([...names].sort());
    expect(lines(stdout)).toHaveLength(names.length + 2);
  });

  test.each([
    [
      ["--model", "claude-sonet-5-5"],
      /--model: there is no model "claude-sonet-5-5" in the catalog; did you mean claude-sonnet-5-5/,
    ],
    [
      ["--provider", "claud", "--format", "tiff", "--background", "red"],
      /--provider: is not supported; .*\n--format: expected JPEG, PNG or WEBP\n--background: expected a colour/,
    ],
    [["--provider", "claude", "--quality", "0"], /'0' is invalid. Expected a whole number from 1 to 100/],
    [[], /Name the model that is to see the pictures with --model/],
  ])("%j is a mistake that is explained, without a stack", async (options, explained) => {
    const { code, stdout, stderr } = await fovea(["prepare", street, ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(explained);
    expect(stderr).not.toMatch(/\.js:\d/);
  });

  test("who reads its first line and leaves ends it, quietly", async () => {
    const folder = await folderWith(
      Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`${index}.jpg`, large])),
    );
    const running = await startFovea(["prepare", folder, "--model", model, "--out", join(folder, "out")]);
    await running.shown("FILE");
    // As `head -1` does.
    (running.stdout as NodeJS.ReadableStream & { destroy(): void }).destroy();
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect((await readdir(join(folder, "out"))).length).toBeLessThan(12);
  });

  test("Ctrl-C ends it with 130; what is there is whole, and nothing else is left", async () => {
    const folder = await folderWith(
      Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${index}.jpg`, large])),
    );
    const running = await startFovea(["prepare", folder, "--model", model, "--out", join(folder, "out")]);
    await running.shown(/JPEG .*JPEG/);
    running.kill("SIGINT");
    const { code, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toContain("Interrupted.");
    const made = await readdir(join(folder, "out"));
    expect(made.length).toBeLessThan(40);
    for (const name of made) {
      expect(name).toMatch(/^\d+\.jpg$/);
      const bytes = await readFile(join(folder, "out", name));
      expect(isIntact(bytes, readHeader(bytes))).toBe(true);
    }
  });
});
