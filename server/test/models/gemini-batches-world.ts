import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  type BatchLine,
  batchLines,
  batchRequestLine,
  readBatchLine,
} from "../../src/models/hosted/gemini-batch-lines.ts";
import { createGeminiBatches } from "../../src/models/hosted/gemini-batches.ts";
import type { HostedCall } from "../../src/models/hosted/provider.ts";
import { type GeminiSettings, startGemini } from "../simulators/gemini.ts";
import { instruction, output, picture } from "./vision-conformance.ts";

const keys = {
  "AIzaSimulatedKey-of-first-project-000-0": "one",
  "AIzaSimulatedKey-of-first-project-111-0": "one",
  "AIzaSimulatedKey-of-other-project-000-0": "two",
};
export const [keyA, keyB, otherKey] = Object.keys(keys) as [string, string, string];

export const question = (changes: Partial<HostedCall> = {}): Omit<HostedCall, "apiKey" | "signal"> => ({
  model: "gemini-3.8-flash",
  image: picture(),
  format: "jpeg",
  width: 640,
  height: 480,
  instruction,
  maxOutputTokens: 900,
  ...changes,
});

/** The client before a simulator that answers with the suite's `output`. */
export async function batchWorld({
  deadlineMs = 20_000,
  ...settings
}: GeminiSettings & { deadlineMs?: number } = {}) {
  const remote = await startGemini({ keys, ...settings });
  onTestFinished(() => remote.close());
  remote.answer({ kind: "output", output });
  const directory = await mkdtemp(join(tmpdir(), "gemini-batches-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const client = createGeminiBatches({ baseUrl: remote.url, deadlineMs });
  const call = (apiKey: string | null = remote.key, signal = new AbortController().signal) => ({
    apiKey,
    signal,
  });
  let files = 0;

  const fileOf = async (content: string | Buffer) => {
    files += 1;
    const path = join(directory, `${files}.jsonl`);
    await writeFile(path, content);
    return { path, bytes: Buffer.byteLength(content), displayName: `file-${files}` };
  };
  const upload = async (content: string | Buffer) => client.upload(await fileOf(content), call());
  const submit = async (lines: readonly string[], displayName = "job") => {
    const file = await upload(lines.map((line) => `${line}\n`).join(""));
    return client.submit({ model: remote.model, file, displayName }, call());
  };
  return {
    ...{ remote, client, call, fileOf, upload, submit, batches: remote.batches },
    /** The job's lines after both of its steps. */
    async linesOf(job: string): Promise<(BatchLine | null)[]> {
      await remote.batches.advance();
      await remote.batches.advance();
      const { output: file } = await client.status(job, call());
      const bytes = file === null ? null : await client.download(file, call());
      const lines: (BatchLine | null)[] = [];
      for await (const line of batchLines(bytes ?? nothing()))
        lines.push(readBatchLine(line, instruction, remote.model));
      return lines;
    },
    lines: (names: readonly string[], changes: Partial<HostedCall> = {}) =>
      Promise.all(
        names.map((name, at) => batchRequestLine(name, question({ image: picture(at), ...changes }))),
      ),
  };
}

async function* nothing(): AsyncGenerator<Buffer> {}

export const megabytes = (count: number) => randomBytes(count * 2 ** 20);
