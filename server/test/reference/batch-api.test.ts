import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { csvOf } from "../analysis/client.ts";
import { blank, bytes, gated } from "../analysis/origin.ts";
import { shareService } from "../analysis/world.ts";
import { describeIfFound, describeWith } from "../needs.ts";
import { temporaryFolder } from "../world.ts";
import { type ReferenceDocument, referenceDocument, whyWithoutDocument } from "./document.ts";

const service = shareService();

/** Pictures that their origin keeps back. */
async function keptPictures(name: string, count: number) {
  const { gate, open } = gated(bytes(await blank()));
  const urls = Array.from({ length: count }, (_, index) =>
    service().origin.serve(`/${name}-${index}.png`, gate),
  );
  return { urls, open };
}

interface Curl {
  readonly path: string;
  readonly document: ReferenceDocument | undefined;
}

/** Runs a block of the document in a shell, at this service instead of its example's; returns the answers. */
async function runBlock(
  { path, document }: Curl,
  holding: string,
  { csv = "", id = "" },
): Promise<unknown[]> {
  if (!document) throw new Error(whyWithoutDocument);
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "urls.csv"), csv);
  const script = document
    .code("bash", holding)
    .replaceAll("http://localhost:5001", service().baseUrl)
    .replaceAll("{batch_id}", id);
  const env = { PATH: `${dirname(path)}:/usr/bin:/bin`, no_proxy: "127.0.0.1" };
  const { stdout } = await promisify(execFile)("/bin/sh", ["-e", "-c", script], { cwd, env });
  // Answers follow each other without anything in between.
  return JSON.parse(`[${stdout.trim().replaceAll("}{", "},{")}]`);
}

describeIfFound(referenceDocument("001"), "the batch API's document", whyWithoutDocument, (document) => {
  describeWith("curl", "its curl commands", ({ path }) => {
    const curl = { path, document };

    test("create and start a batch, and monitor its progress", async () => {
      const { urls, open } = await keptPictures("workflow", 3);
      const [created] = await runBlock(curl, '-F "file=@urls.csv"', { csv: csvOf(...urls) });
      expect(created).toMatchObject({
        success: true,
        data: {
          batch_id: expect.any(String),
          batch_info: {
            batch_name: "My Test Batch",
            total_urls: 3,
            total_chunks: 1,
            status: "QUEUED",
            auto_started: true,
          },
        },
        message: "Batch created and processing started",
        timestamp: expect.any(String),
      });
      const { batch_id: id } = (created as { data: { batch_id: string } }).data;
      const [progress] = await runBlock(curl, "/progress", { id });
      expect(progress).toMatchObject({
        success: true,
        data: {
          batch_id: id,
          status: expect.stringMatching(/^(queued|processing)$/),
          progress_percentage: 0,
          processed_count: 0,
          total_urls: 3,
          successful_count: 0,
          failed_count: 0,
          total_chunks: 1,
          is_active: true,
        },
      });
      open();
      await service().client.reached(id, { status: "completed", successful_count: 3 });
    });

    test("pause, resume and cancel a batch", async () => {
      const { urls, open } = await keptPictures("control", 1);
      const { id } = await service().client.create(csvOf(...urls));
      const answers = await runBlock(curl, "# Pause batch", { id });
      expect(answers).toMatchObject([
        { success: true, data: { batch_id: id, started: true, paused: true }, message: expect.any(String) },
        { success: true, data: { batch_id: id, started: true, resumed: true }, message: expect.any(String) },
        {
          success: true,
          data: { batch_id: id, started: true, cancelled: true },
          message: expect.any(String),
        },
      ]);
      open();
    });

    test("analyze the errors of a batch", async () => {
      const { client, picture } = service();
      const { id } = await client.analyze(csvOf(picture, "no address"));
      expect(await runBlock(curl, "/analyze", { id })).toMatchObject([
        {
          success: true,
          data: {
            total_errors: 1,
            error_categories: { network_errors: 0, invalid_urls: 1, processing_errors: 0 },
            top_errors: [{ error_type: "invalid_url", count: 1, percentage: 100 }],
            recommendations: ["Validate URL format"],
          },
        },
      ]);
    });
  });

  describe("its polling loop", () => {
    /** Runs the loop as a page of this service would; `wait` stands for its clock. */
    async function poll(id: string, wait: (seconds: number) => Promise<unknown>): Promise<string[]> {
      if (!document) throw new Error(whyWithoutDocument);
      const said: string[] = [];
      const page = {
        fetch: (path: string) => fetch(service().baseUrl + path),
        setTimeout: (done: () => void, ms: number) => void wait(ms / 1000).then(done),
        console: { log: (text: string) => void said.push(text) },
      };
      const code = document.code("javascript", "async function pollBatchStatus");
      const loop: (id: string) => Promise<void> = runInNewContext(`${code}\npollBatchStatus`, page);
      await loop(id);
      return said;
    }

    test("ends with the batch, and waits as long as it is told to", async () => {
      const { client } = service();
      const { urls, open } = await keptPictures("loop", 4);
      const { id } = await client.create(csvOf(...urls));
      const waits: number[] = [];
      const said = await poll(id, async (seconds) => {
        waits.push(seconds);
        open(1);
        await client.reached(id, { processed_count: waits.length });
      });
      expect(said).toEqual(
        [0, 25, 50, 75, 100].map((percent) => `Progress: ${percent}%`).concat("Batch completed"),
      );
      expect(waits).toEqual([5, 10, 15, 15]);
    });

    test("ends with a pause too: a paused batch is not active", async () => {
      const { client } = service();
      const { urls, open } = await keptPictures("paused", 1);
      const { id } = await client.create(csvOf(...urls));
      const said = await poll(id, () => client.post(`/api/v1/batches/${id}/pause`));
      expect(said).toEqual(["Progress: 0%", "Progress: 0%", "Batch completed"]);
      open();
    });
  });
});
