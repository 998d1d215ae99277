import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { expect, test, vi } from "vitest";
import { patient } from "../analysis/client.ts";
import { describeIfFound, describeWith } from "../needs.ts";
import { receiverUnderTest } from "../webhooks/receiver.ts";
import { type ListeningWorld, listenApp, temporaryFolder } from "../world.ts";
import { type ReferenceDocument, referenceDocument, whyWithoutDocument } from "./document.ts";

/** The ids of the document's job and its picture. */
const theirJob = "550e8400-e29b-41d4-a716-446655440000";
const theirPicture = "660e8400-e29b-41d4-a716-446655440000";
const theirReceiver = "https://your-app.com/webhooks/media-complete";

describeIfFound(referenceDocument("002"), "the media API's document", whyWithoutDocument, (document) => {
  describeWith("curl", "its curl commands", ({ path }) => {
    test("make a job, list it, show and fetch its picture, and delete that", async () => {
      const reference = readable(document);
      // One that takes jobs only, so that they stay as they are until another one works on them.
      const taking = await listenApp({ ...quick, ROLE: "api" });
      const first = curlAt(path, reference, taking);
      const created = await first.run("A beautiful sunset over mountains");
      const job = idOf(created);
      const ours = { [theirJob]: job };
      expect(created).toEqual({ status: 201, body: like(reference.sample('"status_url"', ours)) });
      const pending = await first.run("/jobs/status/", ours);
      expect(pending).toMatchObject({
        status: 200,
        body: like(reference.sample('"pending",\n  "prompt"', ours)),
      });

      const receiver = await receiverUnderTest();
      const second = await first.run("A futuristic cityscape", { [theirReceiver]: receiver.url });
      const cancelled = idOf(second);
      expect(second.status).toBe(201);
      expect(await first.run("-X DELETE", { [theirJob]: cancelled })).toEqual({ status: 204, body: "" });
      expect(await first.run("/jobs/status/", { [theirJob]: cancelled })).toMatchObject({
        body: {
          status: "cancelled",
          parameters: { aspect_ratio: "16:9", output_quality: 90, seed: 12345 },
          metadata: { user_id: "user123", session_id: "sess456" },
        },
      });

      const working = await listenApp(quick);
      const { run, stored } = curlAt(path, reference, working);
      const completed = await vi.waitFor(async () => {
        const answer = await run("/jobs/status/", ours);
        expect(answer.body).toMatchObject({ status: "completed" });
        return answer;
      }, patient);
      const picture = pictureOf(completed);
      Object.assign(ours, { [theirPicture]: picture });
      const theirUrl = "https://storage.example.com/media/generated.png";
      const url = `${working.baseUrl}/api/v1/media/${picture}`;
      const sampleOf = (holding: string) => reference.sample(holding, { ...ours, [theirUrl]: url });
      expect(completed).toMatchObject({ status: 200, body: like(sampleOf('"completed",\n  "prompt"')) });
      expect(await run("/jobs?page=1")).toMatchObject({ status: 200, body: like(sampleOf('"jobs"')) });
      const info = await run("/info", ours);
      expect(info).toMatchObject({ status: 200, body: like(sampleOf('"storage_path"')) });

      expect(await run("-o downloaded_image.png", ours)).toEqual({ status: 200, body: "" });
      const bytes = await readFile(stored("downloaded_image.png"));
      const { info: shown } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
      expect({ ...shown, file_size_bytes: bytes.length }).toMatchObject({ width: 1024, height: 1024 });
      expect(info.body).toMatchObject({ width: 1024, height: 1024, file_size_bytes: bytes.length });

      expect(await run('-X DELETE "http://localhost:8000/api/v1/media/', ours)).toEqual({
        status: 204,
        body: "",
      });
      expect(await run("/info", ours)).toMatchObject({ status: 404 });
      expect(await run("/jobs/status/", ours)).toMatchObject({ body: { status: "completed", media: null } });
      expect(receiver.received).toEqual([]);
    });

    test("tell how the service is, and what is wrong with a request", async () => {
      const reference = readable(document);
      const { run } = curlAt(
        path,
        reference,
        await listenApp({ ...quick, ENVIRONMENT: "production", ROLE: "api" }),
      );
      const health = like(reference.sample('"services"', {}));
      expect(await run("/api/v1/health")).toMatchObject({ status: 200, body: health });
      expect(await run("/health/live")).toEqual({ status: 200, body: { status: "alive" } });
      expect(await run("/health/ready")).toMatchObject({ status: 200, body: health });
      expect(await run("/jobs/status/")).toEqual({
        status: 404,
        body: { detail: "Job not found", request_id: expect.stringMatching(/^req_[0-9a-f]+$/) },
      });
      const refused = await run('"height": 5000', {}, "text");
      expect(refused).toEqual({
        status: 422,
        body: JSON.stringify(reference.sample('"string_too_short"', {})),
      });
    });
  });

  test("the limits that it names are those of a service that is set up no other way", async () => {
    const { app } = await listenApp({ ROLE: "api" });
    const create = () =>
      app.http.inject({ method: "POST", url: "/api/v1/jobs/generate", payload: { prompt: "A boat" } });
    const created = await Promise.all(Array.from({ length: 10 }, create));
    expect(created.map(({ statusCode }) => statusCode)).toEqual(Array(10).fill(201));
    const status = () => app.http.inject(created[0]?.json().status_url);
    const told = await Promise.all(Array.from({ length: 60 }, status));
    expect(new Set(told.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    for (const [over, detail] of [
      [await create(), "Rate limit exceeded: 10 per 1 minute"],
      [await status(), "Rate limit exceeded: 60 per 1 minute"],
    ] as const) {
      expect(over.statusCode).toBe(429);
      expect(over.json()).toEqual({ detail, request_id: expect.stringMatching(/^req_/) });
      expect(Number(over.headers["retry-after"])).toBeGreaterThan(0);
    }
    expect((await app.http.inject("/api/v1/jobs")).statusCode).toBe(200);
  });
});

const quick = { RATE_LIMITS: "off", RETRY_BASE_MS: "1" } as const;

/** What stands in the document by what stands for it here. */
type Ours = Readonly<Record<string, string>>;

const replaced = (text: string, ours: Ours) =>
  Object.entries(ours).reduce((done, [theirs, mine]) => done.replaceAll(theirs, mine), text);

type Reference = ReturnType<typeof readable>;

function readable(document: ReferenceDocument | undefined) {
  if (!document) throw new Error(whyWithoutDocument);
  return {
    curl: (holding: string) => document.code("bash", holding),
    /** A body that the document prints. */
    sample: (holding: string, ours: Ours): unknown =>
      JSON.parse(replaced(document.code("json", holding), ours)),
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const idOf = ({ body }: Answer) => (body as { id: string }).id;
const pictureOf = ({ body }: Answer) => (body as { media: [{ id: string }] }).media[0].id;

/** Runs commands of the document in a shell, at this service instead of its example's. */
function curlAt(path: string, reference: Reference, { baseUrl, config }: ListeningWorld) {
  const cwd = config.DATA_DIR;
  return {
    stored: (file: string) => join(cwd, file),
    async run(holding: string, ours: Ours = {}, as: "json" | "text" = "json"): Promise<Answer> {
      const command = replaced(reference.curl(holding), { ...ours, "http://localhost:8000": baseUrl });
      // What its reader sees besides: the status, in a line of its own.
      const home = await temporaryFolder();
      await writeFile(join(home, ".curlrc"), 'silent\nwrite-out = "\\n%{http_code}"\n');
      const env = { PATH: `${dirname(path)}:/usr/bin:/bin`, CURL_HOME: home, no_proxy: "127.0.0.1" };
      const { stdout } = await promisify(execFile)("/bin/sh", ["-e", "-c", command], { cwd, env });
      const end = stdout.lastIndexOf("\n");
      const text = stdout.slice(0, end);
      return {
        status: Number(stdout.slice(end + 1)),
        body: as === "text" || text === "" ? text : JSON.parse(text),
      };
    },
  };
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
/** What is the same in every answer, besides addresses with our own ids: words of the API, not of the example. */
const words = /^(pending|completed|image|image\/png|\.png|healthy|production)$/;

/** Every field of a sample, of its type, and its value where that is not the example's. */
function like(sample: unknown, key = ""): unknown {
  if (Array.isArray(sample)) return sample.map((each) => like(each));
  if (sample !== null && typeof sample === "object")
    return Object.fromEntries(
      Object.entries(sample).map(([name, value]) => [
        name,
        name === "parameters" ? value : like(value, name),
      ]),
    );
  if (typeof sample === "number") {
    // Of these the example says what they are, and not how they might be.
    const said = [
      "progress",
      "page",
      "per_page",
      "width",
      "height",
      "retry_count",
      "estimated_completion_time",
    ];
    return said.includes(key) ? sample : expect.any(Number);
  }
  if (typeof sample !== "string") return sample;
  if (instant.test(sample)) return expect.stringMatching(instant);
  const isOurs = words.test(sample) || /[0-9a-f]{8}-[0-9a-f]{4}-/.test(sample);
  return isOurs ? sample : expect.any(String);
}
