import { describe, expect, it } from "vitest";
import { operationSchema, statusOf } from "../../src/models/hosted/gemini-batch-status.ts";
import { batchWorld } from "./gemini-batches-world.ts";

const read = (operation: object) =>
  statusOf(operationSchema.parse({ name: "batches/a", ...operation }), null);

it.each([
  ["BATCH_STATE_UNSPECIFIED", "waiting"],
  ["BATCH_STATE_PENDING", "waiting"],
  ["JOB_STATE_QUEUED", "waiting"],
  ["BATCH_STATE_RUNNING", "running"],
  ["BATCH_STATE_CANCELLING", "running"],
  ["BATCH_STATE_SUCCEEDED", "succeeded"],
  ["JOB_STATE_SUCCEEDED", "succeeded"],
  ["JOB_STATE_PARTIALLY_SUCCEEDED", "succeeded"],
  ["BATCH_STATE_FAILED", "failed"],
  ["BATCH_STATE_CANCELLED", "cancelled"],
  ["JOB_STATE_EXPIRED", "expired"],
])("%s is %s", (word, state) => {
  expect(read({ metadata: { state: word } })).toMatchObject({ state, reason: null });
});

it("a state that nobody knows is not the end of a job, and is named", () => {
  expect(read({ metadata: { state: "BATCH_STATE_HIBERNATING" } })).toMatchObject({
    state: "running",
    reason: "Gemini calls its state BATCH_STATE_HIBERNATING.",
  });
  expect(read({})).toMatchObject({ state: "running", reason: "Gemini names no state of it." });
});

it("without a state, the operation says how it ended", () => {
  expect(read({ done: true, response: { responsesFile: "files/out" } })).toMatchObject({
    state: "succeeded",
    output: "files/out",
  });
  const error = { message: "Something\nwent wrong." };
  expect(read({ done: true, error: { ...error, code: 13 } })).toMatchObject({
    state: "failed",
    reason: "Something went wrong.",
  });
  expect(read({ done: true, error: { ...error, code: 1 } }).state).toBe("cancelled");
});

it("the file of answers is found in either of its places, and only under a name of a file", () => {
  const metadata = { state: "BATCH_STATE_SUCCEEDED", output: { responsesFile: "files/batch-a" } };
  expect(read({ metadata }).output).toBe("files/batch-a");
  expect(read({ metadata, response: { responsesFile: "../v1/models" } }).output).toBe("files/batch-a");
  expect(read({ metadata: { state: "BATCH_STATE_SUCCEEDED" } }).output).toBeNull();
});

it("counts come as texts, those that are zero do not come, and no counts are no zeros", () => {
  const state = "BATCH_STATE_RUNNING";
  expect(
    read({ metadata: { state, batchStats: { requestCount: "9", successfulRequestCount: "4" } } }),
  ).toMatchObject({ requests: 9, succeeded: 4, failed: 0 });
  expect(read({ metadata: { state } })).toMatchObject({ requests: null, succeeded: null, failed: null });
});

describe("the simulator", () => {
  it("answers a malformed request with an error on its line, and fails a file that it cannot read", async () => {
    const { lines, submit, linesOf, client, call, batches } = await batchWorld();
    const [good = ""] = await lines(["good"]);
    const odd = '{"key":"odd","request":{"contents":[],"temperature":1}}';
    expect(await linesOf(await submit([odd, good]))).toEqual([
      { key: "odd", failure: expect.objectContaining({ kind: "rejected" }) },
      { key: "good", answer: expect.anything() },
    ]);
    for (const content of [[good, "{"], [good, good], ['{"request":{}}']]) {
      const job = await submit(content);
      expect(await linesOf(job)).toEqual([]);
      expect((await client.status(job, call())).state).toBe("failed");
    }
    expect(batches.calls.length).toBe(1);
  });

  it("takes the parts of an upload in their order, in its measure, and no more than was announced", async () => {
    const { remote } = await batchWorld();
    const url = `${new URL(remote.url).origin}/upload/v1beta/files`;
    const key = { "x-goog-api-key": remote.key };
    const started = await fetch(url, {
      method: "POST",
      headers: {
        ...key,
        "x-goog-upload-protocol": "resumable",
        "x-goog-upload-command": "start",
        "x-goog-upload-header-content-length": "262145",
        "x-goog-upload-header-content-type": "application/jsonl",
      },
      body: '{"file":{"displayName":"a"}}',
    });
    const { search } = new URL(started.headers.get("x-goog-upload-url") ?? "");
    const send = async (command: string, offset: number, bytes: number) => {
      const headers = { ...key, "x-goog-upload-command": command, "x-goog-upload-offset": String(offset) };
      const answer = await fetch(url + search, { method: "POST", headers, body: Buffer.alloc(bytes) });
      return [answer.status, answer.headers.get("x-goog-upload-status")];
    };
    expect(await send("upload", 1, 262_144)).toEqual([400, null]);
    expect(await send("upload", 0, 1_000)).toEqual([400, null]);
    expect(await send("upload", 0, 262_144)).toEqual([200, "active"]);
    expect(await send("query", 0, 0)).toEqual([200, "active"]);
    expect(await send("upload, finalize", 262_144, 1)).toEqual([200, "final"]);
    expect(await send("upload", 262_145, 0)).toEqual([400, null]);
  });
});
