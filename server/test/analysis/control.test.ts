import { describe, expect, test } from "vitest";
import * as wire from "../../src/features/analysis/schema.ts";
import { accepted, csvOf, patient, refused } from "./client.ts";
import { blank, bytes, gated } from "./origin.ts";
import { shareService } from "./world.ts";

const service = shareService({ CHUNK_SIZE: "1", MAX_CONCURRENT_BATCHES: "3" });

/** Nothing is ever sent there: the port is refused. */
const receiver = "http://127.0.0.1:22/hook";

type State = "pending" | "processing" | "paused" | "completed" | "cancelled" | "deleted";

let gates = 0;
/** A picture that its origin keeps back until it is told to answer. */
async function keptPicture() {
  const { origin } = service();
  const { gate, open } = gated(bytes(await blank()));
  gates += 1;
  const path = `/kept-${gates}.png`;
  return { url: origin.serve(path, gate), path, open };
}

const control = async (id: string, verb: string, body?: object) =>
  service().client.post(`/api/v1/batches/${id}/${verb}`, body);

/** A batch of two rows in a state; work that is kept back ends with `finish`. */
async function batchIn(state: State): Promise<{ id: string; finish: () => void }> {
  const { client, picture } = service();
  const { url, open } = await keptPicture();
  const working = state === "processing" || state === "paused";
  const { id } = await client.create(csvOf(working ? url : picture, "no address"), {
    auto_start: String(state !== "pending" && state !== "cancelled" && state !== "deleted"),
  });
  if (working) await client.reached(id, { status: "processing", processed_count: 1 });
  if (state === "completed") await client.reached(id, { status: "completed" });
  if (state === "paused") await control(id, "pause");
  if (state === "cancelled") await control(id, "cancel");
  if (state === "deleted") await control(id, "soft-delete", {});
  return {
    id,
    finish: () => open(),
  };
}

test("start, pause, resume and cancel each say what they did, and work keeps to it", async () => {
  const { client, origin } = service();
  const first = await keptPicture();
  const second = await keptPicture();
  const { id } = await client.create(csvOf(first.url, second.url), { auto_start: "false" });
  const done = async (verb: string) => {
    const { data, message } = accepted(wire.controlResponse, await control(id, verb));
    return { ...data, message };
  };
  const begun = await done("start");
  expect(begun).toEqual({
    batch_id: id,
    started: true,
    status: "queued",
    message: "Batch processing started",
  });
  await expect.poll(() => origin.requests(first.path).length, patient).toBe(1);
  expect(await done("pause")).toMatchObject({
    paused: true,
    started: true,
    status: "paused",
    message: "Batch processing paused",
  });
  // What was under way ends, and is kept.
  first.open();
  second.open();
  const paused = await client.reached(id, { status: "paused", is_active: false });
  expect(paused.estimated_completion).toBeNull();
  expect(await done("resume")).toMatchObject({ resumed: true, started: true, status: "queued" });
  await client.reached(id, { status: "completed", successful_count: 2 });
  expect([first, second].map(({ path }) => origin.requests(path).length)).toEqual([1, 1]);
});

test("a cancelled batch keeps what it has, ends what is under way, and begins no more", async () => {
  const { client, origin } = service();
  const kept = await keptPicture();
  const { id } = await client.create(csvOf("no address", kept.url));
  await client.reached(id, { processed_count: 1, status: "processing" });
  await expect.poll(() => origin.requests(kept.path).length, patient).toBe(1);
  const { data } = accepted(wire.controlResponse, await control(id, "cancel"));
  expect(data).toEqual({ batch_id: id, cancelled: true, started: true, status: "cancelled" });
  kept.open();
  const ended = await client.reached(id, { status: "cancelled", processed_count: 2 });
  expect(ended).toMatchObject({ is_active: false, estimated_completion: null });
  expect((await client.results(id)).results).toMatchObject([{ success: false }, { success: true }]);
  expect((await client.details(id)).batch_info.completed_at).not.toBeNull();
});

test("a batch that was cancelled before it began was never started", async () => {
  const { id } = await batchIn("pending");
  expect(accepted(wire.controlResponse, await control(id, "cancel")).data).toMatchObject({ started: false });
});

describe("what a state does not allow is refused, and changes nothing", () => {
  const legal: Readonly<Record<string, readonly State[]>> = {
    start: ["pending"],
    pause: ["processing"],
    resume: ["paused"],
    cancel: ["pending", "processing", "paused"],
    "force-start": ["pending", "processing", "paused", "cancelled"],
    delete: ["pending", "paused", "completed", "cancelled", "deleted"],
  };
  const operate = (id: string, operation: string) =>
    operation === "delete"
      ? service().client.send("DELETE", `/api/v1/batches/${id}`)
      : control(id, operation);
  const states: readonly State[] = ["pending", "processing", "paused", "completed", "cancelled", "deleted"];

  test.each(Object.keys(legal).flatMap((operation) => states.map((state) => [operation, state] as const)))(
    "%s of a batch that is %s",
    async (operation, state) => {
      const { client } = service();
      const { id, finish } = await batchIn(state);
      const before = state === "processing" ? null : await client.details(id);
      const answer = await operate(id, operation);
      if (legal[operation]?.includes(state)) expect(answer.status).toBe(200);
      else {
        const code = state === "deleted" ? "batch_deleted" : "batch_state";
        const verb = state === "deleted" ? `(${operation})` : operation;
        expect(refused(answer, 400, code)).toContain(verb);
        if (before) expect(await client.details(id)).toEqual(before);
        else expect((await client.progress(id)).status).toBe("processing");
      }
      finish();
      await client.send("DELETE", `/api/v1/batches/${id}?force=true`);
    },
  );
});

describe("force-start", () => {
  test("goes on with what a cancelled batch had left, and keeps the rest", async () => {
    const { client, origin } = service();
    const kept = await keptPicture();
    const { id } = await client.create(csvOf("no address", kept.url), { auto_start: "false" });
    await control(id, "cancel");
    const { data } = accepted(wire.controlResponse, await control(id, "force-start", {}));
    expect(data).toEqual({
      batch_id: id,
      started: true,
      status: "queued",
      original_status: "cancelled",
      new_status: "queued",
      chunks_reset: 2,
    });
    kept.open();
    await client.reached(id, { status: "completed", successful_count: 1, failed_count: 1 });
    expect(origin.requests(kept.path)).toHaveLength(1);
  });

  test("of a completed batch has to be meant, and a clone is offered", async () => {
    const { client } = service();
    const { id } = await batchIn("completed");
    const refusal = refused(await control(id, "force-start", { skip_validation: false }), 400, "batch_state");
    expect(refusal).toMatch(/[Cc]lone.*skip_validation=true/);
    const { data } = accepted(
      wire.controlResponse,
      await control(id, "force-start", { skip_validation: true }),
    );
    expect(data).toMatchObject({ original_status: "completed", chunks_reset: 0 });
    await client.reached(id, { status: "completed", processed_count: 2 });
  });

  test("does not do a row twice that is just being done", async () => {
    const { client, origin } = service();
    const kept = await keptPicture();
    const { id } = await client.create(csvOf(kept.url));
    await expect.poll(() => origin.requests(kept.path).length, patient).toBe(1);
    accepted(wire.controlResponse, await control(id, "force-start"));
    kept.open();
    await client.reached(id, { status: "completed", successful_count: 1 });
    expect(origin.requests(kept.path)).toHaveLength(1);
  });
});

test("as many batches run as may; the next is created and waits, and is started once there is room", async () => {
  const { client, picture } = service();
  const running = await Promise.all([batchIn("processing"), batchIn("processing"), batchIn("processing")]);
  const created = await client.create(csvOf(picture));
  const full = "Maximum concurrent batches (3) reached";
  expect(created).toMatchObject({ status: "PENDING", auto_started: false, auto_start_error: full });
  expect(refused(await control(created.id, "start"), 400, "too_many_batches")).toBe(full);
  expect(refused(await control(created.id, "force-start"), 400, "too_many_batches")).toBe(full);
  accepted(wire.controlResponse, await control(created.id, "force-start", { skip_validation: true }));
  await client.reached(created.id, { status: "completed" });
  const next = await client.create(csvOf(picture));
  for (const { id, finish } of running) {
    finish();
    await client.reached(id, { status: "completed" });
  }
  accepted(wire.controlResponse, await control(next.id, "start"));
  await client.reached(next.id, { status: "completed" });
});

describe("a body", () => {
  const json = { "content-type": "application/json" };
  test.each<[string, string | undefined, Readonly<Record<string, string>>]>([
    ["that is not there", undefined, {}],
    ["that is not there though JSON is announced", undefined, json],
    ["of no bytes", "", json],
    ["that is an empty object", "{}", json],
    ["that is null", "null", json],
    ["with what is not known", '{"reason":"lunch"}', { "content-type": "application/json; charset=utf-8" }],
  ])("%s says nothing", async (_what, body, headers) => {
    const { client } = service();
    const { id } = await batchIn("pending");
    for (const [verb, status] of [
      ["cancel", "cancelled"],
      ["force-start", "queued"],
      ["soft-delete", "cancelled"],
    ] as const) {
      const answer = await client.post(`/api/v1/batches/${id}/${verb}`, body, headers);
      expect(answer).toMatchObject({ status: 200, body: { success: true, data: { batch_id: id, status } } });
    }
    const init = { headers, ...(body === undefined ? {} : { body }) };
    expect((await client.send("DELETE", `/api/v1/batches/${id}`, init)).body).toMatchObject({
      data: { batch_id: id, deleted: true },
    });
  });

  test.each<[string, object, RegExp]>([
    ["force-start", { skip_validation: "maybe" }, /skip_validation: expected true or false/],
    ["clone", {}, /new_name: is required/],
    ["clone", { new_name: "  " }, /new_name: is required/],
    ["clone", { new_name: 7 }, /new_name: is required/],
    ["clone", { new_name: "x".repeat(256) }, /new_name/],
    ["clone", { new_name: "a\u0000" }, /new_name: holds a NUL/],
    ["clone", { new_name: "a", copy_results: "yes" }, /copy_results: expected true or false/],
    ["soft-delete", { retention_days: -1 }, /retention_days: expected a whole number from 0 to 3650/],
    ["soft-delete", { retention_days: 3651 }, /retention_days/],
    ["soft-delete", { retention_days: 1.5 }, /retention_days/],
    ["soft-delete", { retention_days: "30" }, /retention_days/],
    ["soft-delete", [], /object/],
  ])("of %s that reads %j is refused", async (verb, body, text) => {
    const { id } = await batchIn("pending");
    expect(refused(await control(id, verb, body), 400, "validation_error")).toMatch(text);
    expect((await service().client.progress(id)).status).toBe("pending");
  });

  test("that is no JSON is refused", async () => {
    const { id } = await batchIn("pending");
    const answer = await service().client.post(`/api/v1/batches/${id}/force-start`, "{", json);
    refused(answer, 400, "validation_error");
  });
});

describe("a clone", () => {
  test("has the rows, the settings and none of the results, and waits", async () => {
    const { client, picture } = service();
    const csv = `note;link\na;${picture}\nb;no address\n`;
    const source = await client.analyze(csv, { model: "local", webhook_url: `${receiver}?key=1` });
    const answer = await control(source.id, "clone", { new_name: " Again " });
    const { data } = accepted(wire.cloneResponse, answer, 201);
    expect(data).toEqual({
      batch_id: expect.not.stringContaining(source.id),
      original_batch_id: source.id,
      new_batch_id: data.batch_id,
      new_batch_name: "Again",
      chunks_created: 2,
      results_copied: 0,
      status: "pending",
    });
    expect(await client.details(data.batch_id)).toMatchObject({
      batch_info: {
        batch_name: "Again",
        total_urls: 2,
        columns: ["note", "link"],
        model: "local",
        webhook_url: `${receiver}?…`,
        original_filename: "urls.csv",
        started_at: null,
      },
      progress: { processed_count: 0 },
    });
    accepted(wire.controlResponse, await control(data.batch_id, "start"));
    await client.reached(data.batch_id, { status: "completed", successful_count: 1, failed_count: 1 });
    const { results } = await client.results(data.batch_id);
    expect(results.map(({ cells }) => cells)).toEqual(source.results.map(({ cells }) => cells));
  });

  test("tells another receiver or none, where that is asked for", async () => {
    const { client, picture } = service();
    const waits = { auto_start: "false", webhook_url: receiver };
    const { id } = await client.create(csvOf(picture), waits);
    const cloned = async (webhook_url: string | null) => {
      const answer = await control(id, "clone", { new_name: "Again", webhook_url });
      const { data } = accepted(wire.cloneResponse, answer, 201);
      return (await client.details(data.batch_id)).batch_info.webhook_url;
    };
    expect(await cloned(null)).toBeNull();
    expect(await cloned("https://b.example/hook")).toBe("https://b.example/hook");
    const answer = await control(id, "clone", { new_name: "Again", webhook_url: "b.example" });
    expect(refused(answer, 400, "validation_error")).toMatch(/^webhook_url: expected an http:/);
  });

  test("with the results of a completed batch is complete", async () => {
    const { client } = service();
    const { id } = await batchIn("completed");
    const body = { new_name: "Copy", copy_results: true };
    const { data } = accepted(wire.cloneResponse, await control(id, "clone", body), 201);
    expect(data).toMatchObject({ results_copied: 2, status: "completed" });
    const [of, copied] = [await client.results(id), await client.results(data.batch_id)];
    const withoutIds = ({ results }: typeof of) =>
      results.map((result) => ({ ...result, result_id: "", batch_id: "", chunk_id: "" }));
    expect(withoutIds(copied)).toEqual(withoutIds(of));
    const ids = [of, copied].flatMap(({ results }) => results.map((result) => result.result_id));
    expect(new Set(ids).size).toBe(4);
  });

  test("with the results of half a batch does the other half", async () => {
    const { client, origin } = service();
    const { url, path, open } = await keptPicture();
    const { id } = await client.create(csvOf("no address", url));
    await client.reached(id, { processed_count: 1, status: "processing" });
    const body = { new_name: "Half", copy_results: true };
    const { data } = accepted(wire.cloneResponse, await control(id, "clone", body), 201);
    expect(data).toMatchObject({ results_copied: 1, status: "pending" });
    expect(await client.progress(data.batch_id)).toMatchObject({
      processed_count: 1,
      progress_percentage: 50,
    });
    open();
    accepted(wire.controlResponse, await control(data.batch_id, "start"));
    await client.reached(data.batch_id, { status: "completed", processed_count: 2 });
    await client.reached(id, { status: "completed", processed_count: 2 });
    // Both asked for the picture, and it was fetched for both.
    expect(origin.requests(path)).toHaveLength(1);
  });
});

describe("deleting", () => {
  test("soft keeps a batch readable, and says until when", async () => {
    const { client } = service();
    const { id, finish } = await batchIn("processing");
    const { data } = accepted(wire.softDeleteResponse, await control(id, "soft-delete"));
    expect(data).toEqual({
      batch_id: id,
      retention_days: 30,
      deletion_date: expect.any(String),
      purge_after: data.deletion_date,
      status: "cancelled",
    });
    const days = (Date.parse(data.purge_after ?? "") - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(30, 2);
    finish();
    expect((await client.results(id)).results[0]).toMatchObject({ url: expect.any(String) });
    expect(await client.progress(id)).toMatchObject({ status: "cancelled", is_active: false });
  });

  test("for good leaves nothing, however it is looked for", async () => {
    const { client } = service();
    const { id } = await batchIn("completed");
    const answer = await client.send("DELETE", `/api/v1/batches/${id}`);
    expect(accepted(wire.deleteResponse, answer).data).toEqual({ batch_id: id, deleted: true });
    for (const path of ["", "/progress", "/results", "/chunks"]) {
      refused(await client.get(`/api/v1/batches/${id}${path}`), 404, "batch_not_found");
    }
    const { batches } = await client.list("?include_soft_deleted=true");
    expect(batches.map(({ batch_id }) => batch_id)).not.toContain(id);
    refused(await client.send("DELETE", `/api/v1/batches/${id}`), 404, "batch_not_found");
  });

  test("a batch at work has to be meant", async () => {
    const { client } = service();
    const { id, finish } = await batchIn("processing");
    for (const query of ["", "?force=false", "?force=maybe"]) {
      const answer = await client.send("DELETE", `/api/v1/batches/${id}${query}`);
      expect(refused(answer, 400, "batch_state")).toMatch(/force=true/);
    }
    accepted(wire.deleteResponse, await client.send("DELETE", `/api/v1/batches/${id}?force=true`));
    refused(await client.get(`/api/v1/batches/${id}`), 404, "batch_not_found");
    finish();
  });
});
