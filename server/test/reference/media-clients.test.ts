import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type AnalysisWorld, hurried, serviceOn } from "../analysis/world.ts";
import { freePort } from "../free-port.ts";
import { describeIfFound, describeWith } from "../needs.ts";
import { type ReplicateSimulator, startReplicate } from "../simulators/replicate.ts";
import { type ReferenceDocument, referenceDocument, whyWithoutDocument } from "./document.ts";

const root = join(import.meta.dirname, "../../..");
const found = referenceDocument("002");

let remote: ReplicateSimulator;
let service: AnalysisWorld;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  if (!found) return;
  remote = await startReplicate();
  closers.push(() => remote.close());
  const replicate = { REPLICATE_API_TOKEN: remote.key, REPLICATE_BASE_URL: remote.url };
  const [world, close] = await serviceOn({ ...hurried, ...replicate, MEDIA_MODEL: "local" });
  closers.push(close);
  service = world;
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "fovea-client-"));
  closers.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A program of the document, with what it needs from the outside and cannot be told otherwise. */
async function written(
  document: ReferenceDocument | undefined,
  language: "javascript" | "python",
  holding: string,
  places: Readonly<Record<string, string>>,
) {
  if (!document) throw new Error(whyWithoutDocument);
  const cwd = await folder();
  const name = language === "python" ? "client.py" : "client.cjs";
  let program = document.program(language, holding);
  for (const [place, ours] of Object.entries(places)) program = program.replaceAll(place, ours);
  await writeFile(join(cwd, name), program);
  const env = { PATH: process.env["PATH"], NODE_PATH: join(root, "node_modules"), NO_PROXY: "*" };
  return { name, cwd, env };
}

const run = promisify(execFile);

/** What a client has stored, decoded to the last pixel. */
async function decoded(file: string) {
  // The service has closed what decodes files by their names.
  const bytes = await readFile(file);
  const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const { format } = await sharp(bytes).metadata();
  return { format, width: info.width, height: info.height };
}

const created = /^Created job: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const wrote = /^Media downloaded successfully!$/;

describeIfFound(found, "the media API's document", whyWithoutDocument, (document) => {
  // Each client waits five seconds before it asks again; so they wait together.
  describe.concurrent("its clients", () => {
    describeWith("python3-httpx", "in Python", ({ path }) => {
      test.concurrent("creates a job, waits for it and stores its picture", async ({ expect }) => {
        const places = { "http://localhost:8000": service.baseUrl };
        const { name, ...options } = await written(document, "python", "class MediaGenClient", places);
        const { stdout, stderr } = await run(path, ["-u", name], options);
        const lines = stdout.trim().split("\n");
        expect([lines, stderr]).toEqual([[expect.stringMatching(created), expect.stringMatching(wrote)], ""]);
        expect(await decoded(join(options.cwd, "generated_eagle.png"))).toEqual({
          format: "png",
          width: 1024,
          height: 576,
        });
      });
    });

    test.concurrent("in JavaScript: creates a job, waits for it and stores its picture", async ({
      expect,
    }) => {
      const places = { "http://localhost:8000": service.baseUrl };
      const { name, ...options } = await written(document, "javascript", "class MediaGenClient", places);
      const { stdout, stderr } = await run(process.execPath, [name], options);
      const lines = stdout.trim().split("\n");
      expect([lines, stderr]).toEqual([[expect.stringMatching(created), expect.stringMatching(wrote)], ""]);
      expect(await decoded(join(options.cwd, "generated_lake.png"))).toEqual({
        format: "png",
        width: 1024,
        height: 1024,
      });
    });

    test.concurrent("its Express handler takes the webhook of a job that is done, and of one that failed", async ({
      expect,
    }) => {
      remote.answer({ kind: "refusal", form: "moderated" });
      const handler = await startHandler(document);
      const create = async (body: object): Promise<string> => {
        const { status, body: job } = await service.client.post("/api/v1/jobs/generate", {
          ...body,
          webhook_url: `${handler.url}/webhooks/media-complete`,
        });
        expect(status).toBe(201);
        return (job as { id: string }).id;
      };
      const statusOf = async (id: string) =>
        (await service.client.get(`/api/v1/jobs/status/${id}`)).body as {
          readonly error_message: string | null;
          readonly media: readonly { readonly url: string }[] | null;
        };

      const done = await create({ prompt: "A futuristic cityscape at night" });
      expect(await handler.said(3)).toEqual([
        `Job ${done} finished with status: completed`,
        `Media available at: ${(await statusOf(done)).media?.[0]?.url}`,
        `Processing media for job ${done}`,
      ]);
      const failed = await create({ prompt: "A futuristic cityscape", model: "replicate" });
      expect(await handler.said(2)).toEqual([
        `Job ${failed} finished with status: failed`,
        `Handling failure for job ${failed}: ${(await statusOf(failed)).error_message}`,
      ]);
      expect(await handler.complained(1)).toEqual([
        `Job failed with error: ${(await statusOf(failed)).error_message}`,
      ]);
      expect((await statusOf(failed)).error_message).toMatch(/Request Moderated/);
    });
  });
});

/** Runs the document's webhook server until the tests are over; its lines are taken as they come. */
async function startHandler(document: ReferenceDocument | undefined) {
  const port = String(await freePort());
  const { name, ...options } = await written(document, "javascript", "require('express')", { 3000: port });
  const child = spawn(process.execPath, [name], { ...options, stdio: ["ignore", "pipe", "pipe"] });
  closers.push(async () => {
    const ended = child.exitCode === null ? once(child, "exit") : null;
    child.kill("SIGKILL");
    await ended;
  });
  const taking = (stream: NodeJS.ReadableStream) => {
    const lines = createInterface({ input: stream })[Symbol.asyncIterator]();
    return async (count: number) => {
      const taken: string[] = [];
      while (taken.length < count) taken.push((await lines.next()).value ?? "(it ended)");
      return taken;
    };
  };
  const said = taking(child.stdout);
  const complained = taking(child.stderr);
  const [greeting] = await said(1);
  if (greeting !== `Webhook server listening on port ${port}`) throw new Error(`It said ${greeting}.`);
  return { url: `http://127.0.0.1:${port}`, said, complained };
}
