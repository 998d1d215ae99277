import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { describeWith } from "../../../test/needs.ts";
import { startRedis } from "../../../test/redis.ts";
import { openRedis } from "../../redis.ts";
import { createEvents } from "./events.ts";
import type { Interest, LiveEvent } from "./live-event.ts";

/** Events of one process, and what its subscribers got. */
function setup(redisUrl?: string) {
  const lines: string[] = [];
  const log = pino({}, { write: (line) => lines.push(JSON.parse(line).msg) });
  const redis = openRedis(redisUrl, pino({ level: "silent" }));
  const events = createEvents({ redis, log, now: () => new Date("2026-11-21T12:00:00Z") });
  onTestFinished(() => {
    events.close();
    redis?.disconnect();
  });
  const follow = (interest: Interest) => {
    const got: LiveEvent[] = [];
    let missed = 0;
    const leave = events.subscribe(
      interest,
      (event) => got.push(event),
      () => {
        missed += 1;
      },
    );
    return { got, names: () => got.map(({ name }) => name), missed: () => missed, leave };
  };
  return { events, follow, lines, redis };
}

const eventually = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

test("an event gets to those who follow its topic or its owner, once each, and to nobody else", () => {
  const { events, follow } = setup();
  const both = follow({ topics: ["batch/1", "owner/ann"], owner: "ann" });
  const hers = follow({ topics: ["owner/ann"], owner: "ann" });
  const another = follow({ topics: ["batch/2"], owner: "ann" });
  const stranger = follow({ topics: ["batch/1", "owner/ann"], owner: "bob" });
  const administrator = follow({ topics: ["batch/1"], owner: "root", seesAll: true });
  events.publish("batch/1", { name: "for_ann", data: { left: 1 } }, { owner: "ann" });
  events.publish("batch/1", { name: "for_all", data: null });
  expect(both.names()).toEqual(["for_ann", "for_all"]);
  expect(hers.names()).toEqual(["for_ann"]);
  expect(another.names()).toEqual([]);
  expect(stranger.names()).toEqual(["for_all"]);
  expect(administrator.names()).toEqual(["for_ann", "for_all"]);
  expect(both.got[0]).toMatchObject({ topic: "batch/1", data: { left: 1 }, at: "2026-11-21T12:00:00.000Z" });
  both.leave();
  events.publish("batch/1", { name: "later", data: null });
  expect(both.got.length).toBe(2);
});

test("a subscriber that fails, and data that is no JSON, cost the others and the publisher nothing", () => {
  const { events, follow, lines } = setup();
  const interest = { topics: ["batch/1"], owner: "ann" };
  events.subscribe(interest, () => {
    throw new Error("broken");
  });
  const { got } = follow(interest);
  events.publish("batch/1", { name: "circle", data: 1n });
  events.publish("batch/1", { name: "fine", data: { at: new Date(0) } });
  expect(got.map(({ data }) => data)).toEqual([{ at: "1970-01-01T00:00:00.000Z" }]);
  expect(lines).toEqual(["a live event has data that is no JSON", "a subscriber of live events failed"]);
});

describeWith("redis-server", "live events of several processes", ({ path }) => {
  const everything = { topics: ["batch/1"], owner: "ann", seesAll: true };

  test("each process gets every event once, its own too, and after an outage is told that it may have missed some", async () => {
    const server = await startRedis(path);
    const [one, other] = [setup(server.url), setup(server.url)];
    const [here, there] = [one.follow(everything), other.follow(everything)];
    // Told of once they listen, because what came before is lost to them.
    await eventually(() => here.missed() === 1 && there.missed() === 1);
    await eventually(() => one.redis?.status === "ready");

    one.events.publish("batch/1", { name: "first", data: { n: 1 } }, { owner: "ann" });
    await eventually(() => there.got.length === 1);
    other.events.publish("batch/1", { name: "second", data: null });
    await eventually(() => here.got.length === 2);
    // Had its own come back, it would have come before what was published after it.
    expect(here.names()).toEqual(["first", "second"]);
    expect(there.names()).toEqual(["first", "second"]);
    expect(there.got[0]).toEqual(here.got[0]);

    await server.kill();
    one.events.publish("batch/1", { name: "unheard", data: null });
    expect(here.names().at(-1)).toBe("unheard");
    await eventually(() => one.lines.length > 0);
    expect(one.lines).toEqual(["redis is out of reach; other processes miss live events"]);
    await startRedis(path, server.port);
    await eventually(() => there.missed() >= 2);
    await eventually(() => one.redis?.status === "ready" && other.redis?.status === "ready");
    one.events.publish("batch/1", { name: "heard", data: null });
    await eventually(() => there.names().includes("heard"));
    expect(there.names()).toEqual(["first", "second", "heard"]);
  });

  test("who could not publish for a moment tells the others of it", async () => {
    const server = await startRedis(path);
    const [one, other] = [setup(server.url), setup(server.url)];
    const there = other.follow(everything);
    await eventually(() => there.missed() === 1 && one.redis?.status === "ready");
    one.redis?.disconnect(true);
    one.events.publish("batch/1", { name: "unheard", data: null });
    await eventually(() => there.missed() === 2);
    expect(there.got).toEqual([]);
  });
});
