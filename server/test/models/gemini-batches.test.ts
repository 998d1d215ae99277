import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { createGeminiBatches } from "../../src/models/hosted/gemini-batches.ts";
import { startLoopback } from "../simulators/loopback.ts";
import { batchWorld, keyA, keyB, otherKey } from "./gemini-batches-world.ts";
import { errorOf, output } from "./vision-conformance.ts";

it("a job goes from its file to its answers, and costs half", async () => {
  const { remote, client, call, lines, submit, linesOf, batches } = await batchWorld();
  remote.answer((asked) => ({ kind: "output", output: { ...output, sign: asked.image.sha256 } }));
  const job = await submit(await lines(["a", "b", "c"]));
  const none = { output: null, reason: null, succeeded: 0, failed: 0 };
  expect(await client.status(job, call())).toEqual({ ...none, state: "waiting", requests: 3 });
  await batches.advance();
  expect(await client.status(job, call())).toEqual({ ...none, state: "running", requests: 3 });

  const read = await linesOf(job);
  expect(await client.status(job, call())).toEqual({
    ...{ state: "succeeded", reason: null, requests: 3, succeeded: 3, failed: 0 },
    output: expect.stringMatching(/^files\//),
  });
  const images = batches.calls.map(({ image }) => image.sha256);
  expect(new Set(images).size).toBe(3);
  expect(read).toEqual(
    ["a", "b", "c"].map((key, at) => ({
      key,
      answer: {
        output: { ...output, sign: images[at] },
        model: remote.model,
        usage: { inputTokens: 1_320, outputTokens: 150 },
        responseId: expect.any(String),
        repaired: false,
      },
    })),
  );
  expect(remote.books.billed()).toEqual({
    [keyA]: { requests: 3, inputTokens: 3 * 1_320, outputTokens: 3 * 150 },
  });
  const charged = batches.charged({ inputPerMillion: 0.3, outputPerMillion: 2.5 });
  expect(charged).toBeCloseTo((3 * (1_320 * 0.3 + 150 * 2.5)) / 2e6, 12);
});

describe("a submission", () => {
  it.each([
    ["is lost with the connection", { kind: "reset", when: "before_head" }],
    ["is a gateway's page", { kind: "page", status: 502 }],
    ["is some other page", { kind: "page", status: 200 }],
    ["is an error of Google's", { kind: "error", status: 503 }],
    ["never comes", { kind: "hang" }],
  ] as const)("whose answer %s may have been taken, and is found by its name", async (_case, fault) => {
    const { remote, client, call, upload, batches } = await batchWorld({
      deadlineMs: fault.kind === "hang" ? 1_000 : 20_000,
    });
    const file = await upload("{}\n");
    const earliest = new Date();
    const submit = () => client.submit({ model: remote.model, file, displayName: "mine" }, call());
    batches.disturb("submit", { fault });
    expect(await errorOf(submit())).toMatchObject({ failure: { kind: "unavailable", sent: true } });
    expect(await client.find("mine", earliest, call())).toBeNull();
    batches.disturb("submit", { fault, done: true });
    expect(await errorOf(submit())).toMatchObject({ failure: { kind: "unavailable", sent: true } });
    expect(await client.find("mine", earliest, call())).toBe(batches.jobs[0]?.name);
    expect(batches.jobs.length).toBe(1);
  });

  it("that reached nobody was not taken", async () => {
    const { remote, client, call } = await batchWorld();
    await remote.close();
    const submitted = client.submit({ model: remote.model, file: "files/a", displayName: "job" }, call());
    expect(await errorOf(submitted)).toMatchObject({ failure: { kind: "unavailable", sent: false } });
  });

  it("is refused while too many tokens wait at Google, for the model and the project", async () => {
    const { remote, client, call, lines, submit, upload, batches } = await batchWorld({
      batch: { enqueuedTokens: 3 * 1_320 },
    });
    await submit(await lines(["a", "b"]));
    const two = await lines(["c", "d"]);
    const limited = { failure: { kind: "rate_limited", scope: "unknown", retryAfterMs: null } };
    expect(await errorOf(submit(two))).toMatchObject(limited);
    const file = await upload(two.join("\n"));
    const other = { model: "gemini-3.5-flash-lite", file, displayName: "other" };
    await client.submit(other, call());
    await batches.advance();
    expect(await errorOf(submit(two))).toMatchObject(limited);
    await batches.advance();
    await submit(two);
    expect(batches.jobs.map((job) => job.model)).toEqual([remote.model, other.model, remote.model]);
  });

  it("of a model that Google does not know is said so, and a name that is no name goes nowhere", async () => {
    const { remote, client, call, upload, batches } = await batchWorld();
    const file = await upload("{}");
    for (const model of ["gemini-9", "../files", "a/b/c", "x:y?z=", ""]) {
      const submitted = client.submit({ model, file, displayName: "job" }, call());
      expect(await errorOf(submitted), model).toMatchObject({ failure: { kind: "model_unknown" } });
    }
    expect(batches.operations.filter((operation) => operation === "submit").length).toBe(1);
    expect(remote.calls).toEqual([]);
  });

  it("of a file that is gone, or another project's, says nothing against the key", async () => {
    const { remote, client, call, upload } = await batchWorld();
    const file = await upload("{}");
    for (const [name, key] of [
      ["files/none", keyA],
      [file, otherKey],
    ] as const) {
      const submitted = client.submit({ model: remote.model, file: name, displayName: "job" }, call(key));
      expect(await errorOf(submitted)).toMatchObject({ failure: { kind: "rejected" } });
    }
  });

  it("is found by another key of its project, and by no other project's", async () => {
    const { client, call, submit } = await batchWorld();
    const job = await submit(["{}"], "mine");
    const earliest = new Date();
    expect(await client.find("mine", earliest, call(keyB))).toBe(job);
    expect(await client.find("mine", earliest, call(otherKey))).toBeNull();
    expect((await client.status(job, call(keyB))).state).toBe("waiting");
    expect((await client.status(job, call(otherKey))).state).toBe("missing");
  });
});

describe("the search for a job", () => {
  async function setup() {
    let at = Date.parse("2026-11-21T10:00:00Z");
    const world = await batchWorld({ batch: { pageSize: 2, date: () => new Date(at) } });
    for (const name of ["first", "second", "third", "fourth", "fifth", "sixth"]) {
      at += 3_600_000;
      await world.submit(["{}"], name);
    }
    const find = (name: string, since: string) => world.client.find(name, new Date(since), world.call());
    const pages = () => world.batches.operations.filter((operation) => operation === "list").length;
    return { ...world, find, pages };
  }

  it("goes through all pages as far as they are young enough", async () => {
    const { find, pages, batches } = await setup();
    expect(await find("first", "2026-11-21T11:00:00Z")).toBe(batches.jobs[0]?.name);
    expect(pages()).toBe(3);
  });

  it("does not go on behind a page of old ones", async () => {
    const { find, pages } = await setup();
    expect(await find("first", "2026-11-21T15:30:00Z")).toBeNull();
    expect(pages()).toBe(2);
  });

  it("takes into account that clocks differ by minutes", async () => {
    const { find, batches } = await setup();
    expect(await find("fourth", "2026-11-21T16:09:00Z")).toBe(batches.jobs[3]?.name);
    expect(await find("fourth", "2026-11-21T16:11:00Z")).toBeNull();
  });

  it("ends also where the list does not", async () => {
    const endless = await startLoopback((_request, _body, response) => {
      response.end('{"nextPageToken":"again"}');
    });
    onTestFinished(() => endless.close());
    const client = createGeminiBatches({ baseUrl: `${endless.origin}/v1beta`, deadlineMs: 20_000 });
    const call = { apiKey: keyA, signal: new AbortController().signal };
    expect(await errorOf(client.find("mine", new Date(), call))).toMatchObject({
      failure: { kind: "unavailable", sent: false },
    });
  });
});

describe("the end of a job", () => {
  it.each([
    ["FAILED", "failed", "Internal error."],
    ["EXPIRED", "expired", "The batch has expired."],
  ] as const)("that %s is told with Google's reason", async (ending, state, reason) => {
    const { remote, client, call, lines, submit, linesOf, batches } = await batchWorld();
    const job = await submit(await lines(["a"]));
    batches.endNext(ending);
    expect(await linesOf(job)).toEqual([]);
    expect(await client.status(job, call())).toMatchObject({ state, reason, output: null, requests: 1 });
    expect(remote.books.billed()).toEqual({});
  });

  it("comes with its cancellation; one that is over stays as it is", async () => {
    const { client, call, submit, lines, batches } = await batchWorld();
    const [cancelled, over] = [await submit(await lines(["a"])), await submit(await lines(["b"]))];
    await client.cancel(cancelled, call());
    expect(await client.status(cancelled, call())).toMatchObject({
      state: "cancelled",
      reason: "The operation was cancelled.",
    });
    await batches.advance();
    await batches.advance();
    await client.cancel(over, call());
    await client.cancel(cancelled, call());
    expect((await client.status(over, call())).state).toBe("succeeded");
    expect((await client.status(cancelled, call())).state).toBe("cancelled");
  });

  it("leaves jobs and files that are not there any more at peace", async () => {
    const { client, call, submit, upload, batches } = await batchWorld();
    const [job, file] = [await submit(["{}"]), await upload("{}")];
    batches.forget(job);
    expect((await client.status(job, call())).state).toBe("missing");
    await client.cancel(job, call());
    await client.deleteFile(file, call());
    expect(batches.file(file)).toBeNull();
    await client.deleteFile(file, call());
    expect(await client.download(file, call())).toBeNull();
  });
});

it("a gateway's 404 says nothing about a job or a file", async () => {
  const { client, call, batches, submit } = await batchWorld();
  const job = await submit(["{}"]);
  const since = new Date();
  const requests = {
    status: () => client.status(job, call()),
    list: () => client.find("job", since, call()),
    cancel: () => client.cancel(job, call()),
    delete: () => client.deleteFile("files/a", call()),
    download: () => client.download("files/a", call()),
  };
  for (const operation of Object.keys(requests) as (keyof typeof requests)[]) {
    batches.disturb(operation, { fault: { kind: "page", status: 404 } });
    expect(await errorOf(requests[operation]()), operation).toMatchObject({
      failure: { kind: "unavailable", sent: false },
    });
  }
});

it("what costs nothing is never called paid, whatever becomes of it", async () => {
  const { client, call, batches } = await batchWorld();
  for (const fault of [
    { kind: "reset", when: "before_head" },
    { kind: "page", status: 502 },
    { kind: "error", status: 503 },
    { kind: "page", status: 200 },
  ] as const) {
    batches.disturb("status", { fault });
    expect(await errorOf(client.status("batches/a", call()))).toMatchObject({
      failure: { kind: "unavailable", sent: false },
    });
  }
});

it("a revoked key and a key of nobody's cannot be used for anything; what is no key is not sent", async () => {
  const { remote, client, call, fileOf, batches } = await batchWorld();
  remote.revoke(keyA);
  const file = await fileOf("{}");
  const since = new Date();
  const job = { model: remote.model, file: "files/a", displayName: "job" };
  for (const key of [null, "two words", "line\nend", keyA, "AIzaOfNobody"]) {
    if (key === keyA) expect(batches.operations).toEqual([]);
    for (const asked of [
      () => client.upload(file, call(key)),
      () => client.submit(job, call(key)),
      () => client.find("job", since, call(key)),
      () => client.status("batches/a", call(key)),
      () => client.download("files/a", call(key)),
      () => client.cancel("batches/a", call(key)),
      () => client.deleteFile("files/a", call(key)),
    ]) {
      const error = await errorOf(asked());
      expect(error, String(asked)).toMatchObject({ failure: { kind: "key_unusable" } });
      if (key) expect(inspect(error, { depth: 20 })).not.toContain(key);
    }
  }
});

it("no reason holds the key", async () => {
  const { client, call, batches, upload, remote } = await batchWorld();
  const file = await upload("{}");
  const fault = { kind: "error", status: 400, message: `The key ${keyA} is no good here.` } as const;
  batches.disturb("submit", { fault });
  batches.disturb("status", { fault });
  batches.disturb("download", { fault });
  for (const asked of [
    client.submit({ model: remote.model, file, displayName: "job" }, call()),
    client.status("batches/a", call()),
    client.download(file, call()),
  ]) {
    const error = await errorOf(asked);
    expect(error).toMatchObject({ failure: { reason: "The key … is no good here." } });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(keyA);
  }
});

it("a request that is aborted rejects with the signal's reason", async () => {
  const { remote, client, call, batches, upload } = await batchWorld();
  const file = await upload("{}");
  const reason = new Error("the service stops");
  batches.disturb("submit", { fault: { kind: "hang" } });
  const stop = new AbortController();
  const job = { model: remote.model, file, displayName: "job" };
  const asked = errorOf(client.submit(job, call(keyA, stop.signal)));
  stop.abort(reason);
  expect(await asked).toBe(reason);
  await remote.idle();
});
