import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readHeader } from "@fovea/imaging";
import { beforeAll, describe, expect, test } from "vitest";
import { blank, bytes, hang } from "../../server/test/analysis/origin.ts";
import { repository } from "../../server/test/documents.ts";
import { receiverUnderTest, status } from "../../server/test/webhooks/receiver.ts";
import { installedCommand } from "./command.ts";
import { adminToken, setup } from "./world.ts";

beforeAll(async () => {
  await installedCommand();
}, 120_000);

const admin = { env: { FOVEA_ADMIN_TOKEN: adminToken } };
const idIn = (text: string) => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(text)?.[0] ?? "no id";
const lastLine = (text: string) => JSON.parse(text.trim().split("\n").at(-1) ?? "");

describe("fovea analyze and fovea batch", () => {
  test("upload a CSV, wait, and write the results in the format of the file's name", async () => {
    const { run, folder, addresses } = await setup();
    await addresses(3);
    const { code, stdout, stderr } = await run([
      "analyze",
      "urls.csv",
      "-o",
      "out.json",
      "--name",
      "Shops",
      "--json",
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Batch [0-9a-f-]{36}: 3 rows\.\nout\.json: .* KB\.\n$/);
    const { batch_id: id, ...end } = JSON.parse(stdout);
    expect(end).toMatchObject({ status: "completed", successful_count: 3 });
    const { results } = JSON.parse(await readFile(join(folder, "out.json"), "utf8"));
    expect(results.map((row: { store_name: string }) => row.store_name)).toEqual(Array(3).fill("PELLOWICK"));

    expect(await run(["batch", "export", id, "-o", "out.zip"])).toMatchObject({ code: 0, stdout: "" });
    expect((await readFile(join(folder, "out.zip"))).subarray(0, 2).toString()).toBe("PK");
    const { stdout: listed } = await run(["batch", "list"]);
    expect(listed).toMatch(new RegExp(`\n${id}  completed  100 %     3       0  .*  Shops\n$`));
  });

  test("end with 5 where rows failed, say how to get them, and have them tried again", async () => {
    const { run, origin, addresses } = await setup();
    const input = await addresses(1, { missing: 1 });
    const analyzed = await run(["analyze", "-", "-o", "-", "--format", "ndjson"], { input });
    expect(analyzed.code).toBe(5);
    expect(
      analyzed.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).success),
    ).toEqual([true, false]);
    const id = idIn(analyzed.stderr);
    expect(analyzed.stderr).toContain(
      `Completed: 2 rows, 1 failed. What failed: fovea batch export ${id} --failed-only`,
    );
    const failed = await run(["batch", "export", id, "--failed-only", "--no-metadata"]);
    expect(failed.stdout).toMatch(/^url,.*\nhttp\S*gone-0\.png,false,.*\n$/);

    origin.serve("/gone-0.png", bytes(await blank()));
    const retried = await run(["batch", "retry", id, "--code", "http_404"]);
    expect(retried).toMatchObject({ code: 0, stdout: expect.stringContaining(": 1 row to be tried again.") });
    const watched = await run(["batch", "watch", id, "--json"]);
    expect(watched.code).toBe(0);
    expect(lastLine(watched.stdout)).toMatchObject({ status: "completed", failed_count: 0 });
    const cancelled = await run(["batch", "cancel", id]);
    expect(cancelled).toMatchObject({ code: 2, stderr: "error: Cannot cancel a batch that is completed.\n" });
  });

  test("Ctrl-C leaves the batch at work and says how to come back; what does not end is 6", async () => {
    const { run, start, origin, folder } = await setup();
    await writeFile(join(folder, "urls.csv"), `url\n${origin.serve("/slow.png", hang)}\n`);
    const running = await start(["analyze", "urls.csv", "-o", "out.csv"]);
    await expect.poll(() => origin.requests("/slow.png").length).toBe(1);
    running.kill("SIGINT");
    const { code, stderr } = await running.ended;
    const id = idIn(stderr);
    expect({ code, last: stderr.trim().split("\n").at(-1) }).toEqual({
      code: 130,
      last: `Interrupted. The batch goes on at the service; come back with: fovea batch watch ${id}`,
    });
    expect(await readdir(folder)).toEqual(["urls.csv"]);
    const late = await run(["batch", "watch", id, "--timeout", "1"]);
    expect(late.code).toBe(6);
    expect(late.stderr).toContain(
      `Not done after 1 s. The batch goes on at the service; come back with: fovea batch watch ${id}`,
    );
    expect(await run(["batch", "pause", id])).toMatchObject({ code: 0, stdout: `${id} is paused.\n` });
    const paused = await run(["batch", "watch", id]);
    expect(paused).toMatchObject({
      code: 6,
      stdout: expect.stringContaining(`Go on with: fovea batch resume ${id}`),
    });
    expect((await run(["batch", "resume", id])).code).toBe(0);
    expect((await run(["batch", "cancel", id])).stdout).toBe(`${id} is cancelled.\n`);
  });

  test("begin nothing before all is right, and need not wait", async () => {
    const { run, folder, addresses } = await setup();
    await addresses(2, { missing: 1 });
    await writeFile(join(folder, "out.csv"), "mine");
    await writeFile(join(folder, "broken.json"), "{");
    for (const [args, said] of [
      [["urls.csv", "-o", "out.csv"], "out.csv exists already; --force replaces it."],
      [["urls.csv", "-o", "out.doc"], "let it end in .csv, .json, .ndjson, .xlsx, .zip"],
      [["urls.csv", "--schema", "broken.json"], "--schema: broken.json is no JSON"],
      [["urls.csv", "--model", "nobody"], "nobody"],
    ] as const) {
      const { code, stderr } = await run(["analyze", ...args, "--name", "never"]);
      expect({ args, code, stderr }).toEqual({ args, code: 2, stderr: expect.stringContaining(said) });
    }
    expect((await run(["batch", "list"])).stdout).not.toContain("never");
    const begun = await run(["analyze", "urls.csv", "--no-wait", "--quiet"]);
    expect(begun).toMatchObject({ code: 0, stderr: "" });
    expect((await run(["batch", "watch", begun.stdout.trim(), "--quiet"])).code).toBe(5);
  });
});

describe("fovea generate", () => {
  test("makes as many pictures as are asked for, in the format of the file's name", async () => {
    const { run, folder } = await setup();
    const args = [
      "generate",
      "A harbour",
      "--size",
      "160x128",
      "--seed",
      "7",
      "--count",
      "2",
      "-o",
      "harbour.webp",
    ];
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "harbour-1.webp\nharbour-2.webp\n" });
    expect(stderr).toContain("harbour-2.webp: 160×128, ");
    for (const name of stdout.trim().split("\n")) {
      expect(readHeader(await readFile(join(folder, name)))).toMatchObject({
        format: "webp",
        width: 160,
        height: 128,
      });
    }
    // Looked at before anything is made: the second one is there.
    const again = await run([...args.slice(0, -1), "harbour.webp"]);
    expect(again).toMatchObject({
      code: 2,
      stderr: "error: harbour-1.webp exists already; --force replaces it.\n",
    });
  });
});

describe("fovea icons", () => {
  test("makes one as a file, and several as a folder with their licence or as a ZIP", async () => {
    const { run, folder } = await setup();
    const one = await run(["icons", "Coffee & tea", "-o", "icons", "--format", "svg"]);
    expect(one).toMatchObject({
      code: 0,
      stdout: "icons/coffee-tea.svg\n",
      stderr: "Coffee & tea: made by local, licence ISC.\n",
    });
    expect(await readFile(join(folder, "icons/coffee-tea.svg"), "utf8")).toMatch(/^<svg /);

    const set = await run(["icons", "coffee", "tools", "--style", "flat", "--sizes", "32", "-o", "set"]);
    expect(set.code).toBe(0);
    const files = await readdir(join(folder, "set"), { recursive: true });
    expect(files).toEqual(expect.arrayContaining(["LICENSE-lucide.txt", "contact-sheet.png", "index.json"]));
    expect(files.filter((name) => /^icons.*\.png$/.test(name))).toHaveLength(2);
    expect(set.stdout.trim().split("\n")).toHaveLength(files.filter((name) => name.includes(".")).length);
    expect(await run(["icons", "coffee", "tools", "-o", "set"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("set is not empty"),
    });
    expect((await run(["icons", "coffee", "tools", "--sizes", "32", "-o", "set.zip"])).code).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(["icons", "set", "set.zip"]);
  });
});

describe("fovea compress", () => {
  test("writes the CSV with the addresses of the smaller images, and counts images that failed", async () => {
    const { run, folder, baseUrl } = await setup();
    const rows = ["product_name,image_url", `Mug,${baseUrl}/samples/mug.jpg ${baseUrl}/samples/gone.jpg`];
    await writeFile(join(folder, "products.csv"), `${rows.join("\n")}\n`);
    const { code, stdout } = await run([
      "compress",
      "products.csv",
      "--quality",
      "40",
      "-o",
      "smaller.csv",
      "--json",
    ]);
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "completed",
      failed_images: 1,
      output: "smaller.csv",
    });
    const [head, mug = ""] = (await readFile(join(folder, "smaller.csv"), "utf8")).split("\n");
    expect(head).toBe("S. No.,Product Name,Input Image Urls,Output Image Urls,Saved Bytes,Errors");
    const [address = ""] = /[^",]+\/images\/processed\/[^",]+/.exec(mug) ?? [];
    expect((await fetch(address)).status).toBe(200);
    const wrong = await run(["compress", "products.csv", "--quality", "101"]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("quality") });
  });
});

describe("for whoever runs a service", () => {
  test("keys test says how each key is doing, for the administrator alone", async () => {
    const { run, model, addresses } = await setup();
    // Of a colour of its own: what was asked before is not asked again.
    await addresses(1, { colour: "#204060" });
    expect((await run(["keys", "test"])).code).toBe(3);
    const usable = await run(["keys", "test"], admin);
    expect(usable).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^gemini\S* +shops .* usable +\d+$/m),
    });
    expect(usable.stdout).not.toContain(model.key);

    model.answer({ kind: "error", status: 401 });
    const paused = await run(["analyze", "urls.csv"]);
    expect(paused).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/Paused after 0 of 1 rows\. .*fovea batch resume/),
    });
    const refused = await run(["keys", "test"], admin);
    expect(refused).toMatchObject({ code: 5, stdout: expect.stringContaining("refused by its provider") });
    const restored = await run(["keys", "restore"], admin);
    expect(restored.stdout).toMatch(/is tried again\.$/m);
    expect((await run(["keys", "test"], admin)).code).toBe(0);
  });

  test("webhooks test says whether the receiver took it", async () => {
    const { run } = await setup();
    const receiver = await receiverUnderTest((before) =>
      status(before === 0 ? 204 : 500, {}, before === 0 ? undefined : "no table"),
    );
    expect(await run(["webhooks", "test", receiver.url])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^delivered +yes$/m),
    });
    const refused = await run(["webhooks", "test", receiver.url, "--json"]);
    expect(refused.code).toBe(5);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      delivered: false,
      delivery: { attempts: [{ status_code: 500, response: "no table" }] },
    });
  });

  test("doctor looks at the machine, the service, its clock and the credentials, and says what to do", async () => {
    const { run, baseUrl } = await setup({ AUTH: "all", API_KEY: "the-only-key" });
    const states = async (env: Readonly<Record<string, string>>) => {
      const { code, stdout } = await run(["doctor", "--json"], { env });
      const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string; message: string }[] };
      return {
        code,
        checks: Object.fromEntries(checks.map(({ name, state, message }) => [name, `${state}: ${message}`])),
      };
    };
    const well = await states({
      FOVEA_TOKEN: "",
      FOVEA_API_KEY: "the-only-key",
      FOVEA_ADMIN_TOKEN: adminToken,
    });
    expect(well).toEqual({
      code: 0,
      checks: {
        node: expect.stringMatching(/^ok: Node\.js 2\d\./),
        pictures: expect.stringMatching(/^ok: sharp 0\./),
        models: expect.stringMatching(/^ok: \d+ models/),
        disk: expect.stringMatching(/^\w+: .* free here/),
        service: `ok: Fovea 0.1.0 at ${baseUrl} is healthy`,
        clock: "ok: as the service's",
        credentials: "ok: accepted (API key, administrator's token)",
        administrator: "ok: accepted",
      },
    });
    const wrong = await states({ FOVEA_TOKEN: "", FOVEA_API_KEY: "another-key" });
    expect(wrong.code).toBe(3);
    expect(wrong.checks["credentials"]).toMatch(/^fail: .*FOVEA_API_KEY/);
    const away = await states({ FOVEA_URL: "http://127.0.0.1:9" });
    expect(away).toMatchObject({ code: 7, checks: { service: expect.stringMatching(/^fail: /) } });
  });

  test("prepare --server has the service do it, and models --server shows its catalog", async () => {
    const { run, folder, baseUrl } = await setup();
    const args = [
      "prepare",
      join(repository, "docs/images/street.jpg"),
      "--model",
      "gpt-5.6-terra",
      "--max-dimension",
      "300",
      "--json",
    ];
    const there = await run([...args, "--out", "there", "--server"]);
    const here = await run([...args, "--out", "here"]);
    expect(JSON.parse(there.stdout)).toMatchObject({
      status: "prepared",
      after: JSON.parse(here.stdout).after,
    });
    expect(
      (await readFile(join(folder, "there/street.jpg"))).equals(
        await readFile(join(folder, "here/street.jpg")),
      ),
    ).toBe(true);
    const refused = await run([...args, "--server"], { env: { FOVEA_TOKEN: "wrong" } });
    expect(refused).toMatchObject({ code: 3, stdout: "" });
    const answer = await fetch(`${baseUrl}/api/v1/models`, {
      headers: { authorization: "Bearer test-token" },
    });
    const models = await run(["models", "--server", "--json"]);
    expect(JSON.parse(models.stdout)).toEqual(await answer.json());
  });
});
