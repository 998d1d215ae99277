import { link, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { leaveToSoak } from "../../server/test/needs.ts";
import { photo } from "../../server/test/pictures.ts";
import { temporaryFolder } from "../../server/test/world.ts";
import { fovea, installedCommand } from "./command.ts";

const megabyte = 2 ** 20;

leaveToSoak("fovea prepare of ten thousand pictures", () => {
  beforeAll(async () => {
    await installedCommand();
  }, 120_000);

  /** @returns the most memory that the command has taken, in bytes */
  async function peakOf(pictures: number): Promise<number> {
    const folder = await temporaryFolder();
    const first = join(folder, "0.jpg");
    await writeFile(first, await (await photo(640, 480)).jpeg().toBuffer());
    // Names of one file: each is a picture of its own, and the disk has one.
    for (let index = 1; index < pictures; index += 1) await link(first, join(folder, `${index}.jpg`));
    const out = await temporaryFolder();
    const peak = join(out, "peak");
    const report = join(out, "report.cjs");
    await writeFile(
      report,
      'process.on("exit", () => require("node:fs").writeFileSync(process.env.PEAK, String(process.resourceUsage().maxRSS)));',
    );
    const { code, stdout } = await fovea(
      [
        "prepare",
        folder,
        "--provider",
        "claude",
        "--max-dimension",
        "320",
        "--out",
        join(out, "out"),
        "--json",
      ],
      { env: { NODE_OPTIONS: `--require "${report}"`, PEAK: peak } },
    );
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(pictures);
    expect(await readdir(join(out, "out"))).toHaveLength(pictures);
    return Number(await readFile(peak, "utf8")) * 1024;
  }

  test("takes little more memory than of a thousand", { timeout: 600_000 }, async () => {
    const fewer = await peakOf(1_000);
    const many = await peakOf(10_000);
    expect(many - fewer).toBeLessThan(64 * megabyte);
  });
});
