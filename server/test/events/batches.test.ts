import { describe, expect, test } from "vitest";
import type { Config } from "../../src/platform/config.ts";
import { analysisClient, csvOf, formOf } from "../analysis/client.ts";
import { blank, bytes, gated } from "../analysis/origin.ts";
import { hurried, useOrigin } from "../analysis/world.ts";
import { describeWith } from "../needs.ts";
import { startRedis } from "../redis.ts";
import { listenApp, localToken } from "../world.ts";
import { addressOf, type Followed, follow, refusal } from "./follow.ts";

const secret = { JWT_SECRET_KEY: "the same for every process of this test" };

const as = async (config: Config, subject: string) => ({
  authorization: `Bearer ${await localToken(config, { subject })}`,
});

/** Addresses of pictures that are answered when the test says so. */
async function pictures(count: number) {
  const origin = await useOrigin();
  const { gate, open } = gated(bytes(await blank()));
  const urls = Array.from({ length: count }, (_, row) => origin.serve(`/${row}.png`, gate));
  return { csv: csvOf(...urls), open };
}

const dataOf = ({ data }: Awaited<ReturnType<Followed["next"]>>) => data.data;

describe.each([
  ["contract", "without a credential"],
  ["all", "by somebody else's"],
] as const)("with AUTH=%s", (AUTH, how) => {
  test(`a batch is followed ${how}, from how it is to its end, and a stream that is opened again begins with how it is`, async () => {
    const { baseUrl, config } = await listenApp({ ...hurried, ...secret, AUTH });
    const { csv, open } = await pictures(3);
    const ann = analysisClient(baseUrl, await as(config, "ann"));
    const headers = AUTH === "all" ? await as(config, "bob") : {};
    const { id } = await ann.create(csv);
    const topic = `batch/${id}`;
    const stream = await follow(baseUrl, { topics: [topic], headers });
    expect(await stream.next()).toMatchObject({
      event: "snapshot",
      data: { topic, data: { batch_id: id, processed_count: 0, total_urls: 3, is_active: true } },
    });
    open(1);
    const [progress] = (await stream.until("batch_progress")).slice(-1);
    expect(progress).toMatchObject({ data: { topic, data: { batch_id: id, total_urls: 3 } } });
    open();
    const frames = await stream.until("batch_completed");
    expect(frames.slice(-2).map(({ event }) => event)).toEqual(["batch_progress", "batch_completed"]);
    // What is told is what is answered, but for the figures that go on with the clock.
    const { processing_rate_per_minute: _, ...answered } = await ann.progress(id);
    for (const frame of frames.slice(-2)) expect(dataOf(frame)).toMatchObject(answered);
    stream.leave();

    const again = await follow(baseUrl, { topics: [topic], headers });
    const snapshot = await again.next();
    expect(snapshot.event).toBe("snapshot");
    expect(dataOf(snapshot)).toMatchObject(answered);
  });
});

test("what somebody does with a batch is told, until there is nothing to follow any more", async () => {
  const { baseUrl } = await listenApp({ ...hurried, ...secret });
  const { csv, open } = await pictures(12);
  const client = analysisClient(baseUrl);
  const { id } = await client.create(csv);
  const stream = await follow(baseUrl, { topics: [`batch/${id}`] });
  const control = async (verb: string) => {
    expect(await client.post(`/api/v1/batches/${id}/${verb}`)).toMatchObject({ status: 200 });
  };
  await control("pause");
  expect((await stream.until("batch_paused")).map(dataOf).at(-1)).toMatchObject({ status: "paused" });
  await control("resume");
  expect((await stream.until("batch_resumed")).map(dataOf).at(-1)).toMatchObject({ batch_id: id });
  await control("cancel");
  expect((await stream.until("batch_cancelled")).map(dataOf).at(-1)).toMatchObject({
    ...{ status: "cancelled", is_active: false },
  });
  open();
  await client.send("DELETE", `/api/v1/batches/${id}`);
  expect((await stream.until("batch_deleted")).map(dataOf).at(-1)).toEqual({ batch_id: id });
  expect(await refusal(addressOf(baseUrl, `batch/${id}`))).toMatchObject({
    ...{ status: 404, code: "topic_not_found" },
  });
});

describe("`mine`", () => {
  test("is all that is one's own, from its creation on, and nothing else", async () => {
    const { baseUrl, config } = await listenApp({ ...hurried, ...secret, AUTH: "all" });
    const [ann, bob] = [await as(config, "ann of mine"), await as(config, "bob of mine")];
    const { csv, open } = await pictures(1);
    const before = await analysisClient(baseUrl, ann).create(csv);
    const hers = await follow(baseUrl, { topics: ["mine"], headers: ann });
    const his = await follow(baseUrl, { topics: ["mine"], headers: bob });
    const under_way = [
      { topic: `batch/${before.id}`, data: expect.objectContaining({ batch_id: before.id }) },
    ];
    expect(await hers.next()).toMatchObject({
      event: "snapshot",
      data: { topic: "mine", data: { under_way } },
    });
    expect(await his.next()).toMatchObject({ data: { data: { under_way: [] } } });
    open();
    await hers.until("batch_completed");

    const { id } = await analysisClient(baseUrl, bob).create(csv);
    // What he saw of hers would have come before.
    expect(await his.next()).toMatchObject({ event: "batch_created", data: { topic: `batch/${id}` } });
    await his.until("batch_completed");
    await analysisClient(baseUrl, ann).create(csv, { batch_name: "the last" });
    const rest = await hers.until("batch_created");
    expect(rest.filter(({ data }) => data.topic === `batch/${id}`)).toEqual([]);
  });
});

test("topics that there are not, or that are written otherwise, are refused alike", async () => {
  const { baseUrl, config } = await listenApp({ ...hurried, ...secret, AUTH: "all" });
  const headers = await as(config, "ann");
  const { csv } = await pictures(1);
  const { id } = await analysisClient(baseUrl, headers).create(csv);
  const unknown = "00000000-0000-4000-8000-000000000000";
  for (const topic of [
    ...[`batch/${unknown}`, `batch/${id.toUpperCase()}`, `batch/${id}/`, `batch/../batch/${id}`],
    ...[`media/${id}`, `media/${unknown}`, "owner/ann", `owner/${id}`, "constructor/prototype", "batch/%00"],
  ]) {
    expect(await refusal(addressOf(baseUrl, topic), headers), topic).toMatchObject({
      ...{ status: 404, code: "topic_not_found" },
    });
  }
});

test("with AUTH=all a stream needs a credential or a ticket, which opens one, and never a token in its address", async () => {
  const { baseUrl, config, token } = await listenApp({ ...hurried, ...secret, AUTH: "all" });
  const address = addressOf(baseUrl, "mine");
  expect(await refusal(address)).toMatchObject({ status: 401, code: "authentication_required" });
  const inAddress = await refusal(`${address}&access_token=${token}`);
  expect(inAddress).toMatchObject({ status: 400, code: "credential_in_url" });
  expect(inAddress.body).not.toContain(token);
  const headers = await as(config, "eve");
  const answer = await fetch(`${baseUrl}/api/v1/events/tickets`, { method: "POST", headers });
  const { ticket } = (await answer.json()) as { ticket: string };
  const stream = await follow(baseUrl, { topics: ["mine"], ticket });
  expect(await stream.next()).toMatchObject({ event: "snapshot", data: { topic: "mine" } });
  expect(await refusal(`${address}&ticket=${ticket}`)).toMatchObject({ status: 401, code: "ticket_refused" });
  const { csv, open } = await pictures(1);
  open();
  // The stream is that of whoever asked for the ticket.
  await analysisClient(baseUrl, headers).create(csv);
  await stream.until("batch_completed");
});

test("streams are counted while they are open, and do not count as requests that took so long", async () => {
  const { baseUrl } = await listenApp({ ...hurried, ...secret });
  const metrics = async () => (await fetch(`${baseUrl}/metrics`)).text();
  const stream = await follow(baseUrl, { topics: ["mine"] });
  await stream.next();
  const gauges = (await metrics()).match(/^fovea_event_\w+ \d+$/gm);
  expect(gauges).toEqual(["fovea_event_subscribers 1", "fovea_event_connections 1"]);
  await refusal(addressOf(baseUrl, "batch/none"));
  stream.leave();
  await expect.poll(metrics).toMatch(/^fovea_event_connections 0$/m);
  const durations = (await metrics()).match(/^fovea_http_request_duration_seconds_count\{.*events.*$/gm);
  expect(durations).toEqual([
    'fovea_http_request_duration_seconds_count{method="GET",route="/api/v1/events",status="404"} 1',
  ]);
});

describeWith("redis-server", "live events of a service in several processes", ({ path }) => {
  test("what a worker does is told to those who follow another process", async () => {
    const redis = await startRedis(path);
    const shared = { ...hurried, ...secret, REDIS_URL: redis.url };
    const worker = await listenApp({ ...shared, ROLE: "worker" });
    const api = await listenApp({ ...shared, ROLE: "api" });
    const { csv, open } = await pictures(2);
    const client = analysisClient(api.baseUrl);
    const uploaded = await client.upload(formOf(csv));
    const { batch_id: id } = (uploaded.body as { data: { batch_id: string } }).data;
    const stream = await follow(api.baseUrl, { topics: [`batch/${id}`] });
    expect(await stream.next()).toMatchObject({ event: "snapshot" });
    open();
    const frames = await stream.until("batch_completed");
    expect(frames.map(dataOf).at(-1)).toMatchObject({ status: "completed", successful_count: 2 });
    // And what somebody has one process do, to those who follow the worker.
    const there = await follow(worker.baseUrl, { topics: [`batch/${id}`] });
    expect(await there.next()).toMatchObject({ event: "snapshot", data: { data: { status: "completed" } } });
    await client.send("DELETE", `/api/v1/batches/${id}`);
    await there.until("batch_deleted");
  });
});
