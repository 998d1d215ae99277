import { ApiTimeoutError, Fovea, NotFoundError, OverloadedError } from "@fovea/client";
import { describe, expect, test } from "vitest";
import { createApi } from "../src/api.ts";
import { type WaitOptions, waitForEnd } from "../src/follow.ts";
import { Events } from "../src/resources/events.ts";
import { type FoveaOptions, readSettings } from "../src/settings.ts";
import { createTransport } from "../src/transport.ts";
import { type ScriptedAnswer, type ScriptedService, scriptedService } from "./scripted-service.ts";

const id = "550e8400-e29b-41d4-a716-446655440000";
const topic = `media/${id}`;

interface Job {
  readonly status: string;
}

/** What a stream says before it ends, or is silent. */
const events = (...all: readonly (readonly [event: string, status?: string])[]) =>
  all
    .map(([event, status]) => {
      const data = status === undefined ? { id } : { id, status };
      return `event: ${event}\ndata: ${JSON.stringify({ topic, at: "2026-01-01T00:00:00Z", data })}\n\n`;
    })
    .join("");

type Answer = Exclude<ScriptedAnswer, { kind: string }>;
const stream =
  (text: string, then: "ends" | "is silent" | "breaks" = "ends"): Answer =>
  (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    if (then === "ends") response.end(text);
    else if (then === "is silent") response.write(text === "" ? ":\n" : text);
    else response.write(text, () => response.socket?.resetAndDestroy());
  };
const silent: Answer = (response) =>
  void response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
const state = (status: string): Answer => ({ body: { id, status } });
const busy: Answer = { status: 503 };

/** A service that answers streams and questions each in their order, the last one of each for good. */
async function serviceOf(streams: readonly Answer[], questions: readonly Answer[]) {
  const at = { streams: 0, questions: 0 };
  return await scriptedService(async (response, request) => {
    const isStream = request.url.startsWith("/api/v1/events");
    const [list, kind] = isStream ? ([streams, "streams"] as const) : ([questions, "questions"] as const);
    const answer = list[Math.min(at[kind]++, list.length - 1)] ?? {};
    if (typeof answer === "function") await answer(response, request);
    else {
      const { status = 200, headers = {}, body = {} } = answer;
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(body));
    }
  });
}

/** As it is, in a hundredth of the time, but for silence: a machine that stalls is no silent service. */
const hurried = {
  events: { firstWord: 10_000, longestSilence: 10_000, pause: 5 },
  waiting: {
    firstInterval: 5,
    longestInterval: 20,
    firstPolling: 15,
    longestPolling: 60,
    longestOutage: 300_000,
  },
};

interface Others {
  readonly times?: Partial<typeof hurried.waiting>;
  readonly silence?: Partial<typeof hurried.events>;
  readonly client?: FoveaOptions;
}

function waiting(
  { url }: Pick<ScriptedService, "url">,
  options: WaitOptions<Job> = {},
  { times = {}, silence = {}, client = {} }: Others = {},
) {
  const send = createTransport(readSettings({ baseUrl: url, maxRetries: 0, ...client }));
  const api = createApi(send);
  const told: string[] = [];
  const onProgress: WaitOptions<Job>["onProgress"] = (job, how) => {
    told.push(`${job.status} ${how.live ? "told" : "asked"}`);
    options.onProgress?.(job, how);
  };
  const end = waitForEnd<Job>(
    new Events(send, { ...hurried.events, ...silence }),
    {
      topic,
      // As jobs.ts has it.
      stateOf: (data) => ("status" in data ? (data as unknown as Job) : undefined),
      ask: async (signal) => ({
        state: await api.json<Job>({ method: "GET", path: `/api/v1/jobs/status/${id}` }, { signal }),
        interval: 0,
      }),
      isOver: ({ status }) => status === "completed",
    },
    { ...options, onProgress },
    { ...hurried.waiting, ...times },
  );
  return { end, told };
}

const streamsOf = ({ seen }: ScriptedService) =>
  seen.filter(({ url }) => url.startsWith("/api/v1/events")).length;

describe("waiting", () => {
  test("goes by what is told, and asks once more at the end", async () => {
    const service = await serviceOf(
      [
        stream(
          events(["snapshot", "queued"], ["job_progress", "processing"], ["job_completed", "completed"]),
          "is silent",
        ),
      ],
      [state("completed")],
    );
    const { end, told } = waiting(service);
    expect(await end).toEqual({ id, status: "completed" });
    expect(told).toEqual(["queued told", "processing told", "completed told"]);
    expect(service.seen.map(({ url }) => url)).toEqual([
      `/api/v1/events?topic=media%2F${id}`,
      `/api/v1/jobs/status/${id}`,
    ]);
    await service.idle();
  });

  test.each<[what: string, Answer]>([
    ["has no word", silent],
    ["has comments only", stream("", "is silent")],
    ["breaks", stream(events(["snapshot", "queued"]), "breaks")],
    ["ends", stream(events(["snapshot", "queued"]))],
    ["ends because the credential does", stream(events(["snapshot", "queued"], ["expired"]), "is silent")],
    ["ends because its reader is slow", stream(events(["behind"]), "is silent")],
    ["is a page of a proxy", { body: "<html>" }],
    ["is refused", { status: 429 }],
    ["is not there", { status: 404 }],
  ])("asks where the stream %s", async (_, answer) => {
    const service = await serviceOf([answer], [state("processing"), state("completed")]);
    const { end, told } = waiting(service, {}, { silence: { firstWord: 100 } });
    expect(await end).toMatchObject({ status: "completed" });
    expect(told.slice(-2)).toEqual(["processing asked", "completed asked"]);
    await service.idle();
  });

  test("tries the stream again after a while of asking", async () => {
    const completed = stream(events(["snapshot", "completed"]), "is silent");
    const service = await serviceOf([{ status: 502 }, { status: 502 }, completed], [state("processing")]);
    const controller = new AbortController();
    const { end, told } = waiting(service, {
      signal: controller.signal,
      onProgress: (_, { live }) => live && controller.abort("was told"),
    });
    await expect(end).rejects.toBe("was told");
    expect(streamsOf(service)).toBe(3);
    expect(told.filter((each) => each === "processing asked").length).toBeGreaterThanOrEqual(2);
  });

  test("goes on where an end was told, and somebody had it go on since", async () => {
    const told = stream(events(["job_completed", "completed"]));
    const service = await serviceOf([told], [state("processing"), state("processing"), state("completed")]);
    expect(await waiting(service).end).toMatchObject({ status: "completed" });
    expect(streamsOf(service)).toBe(3);
  });

  test("ends with an error where it is deleted meanwhile, though no more is told of it", async () => {
    const deleted = stream(events(["snapshot", "queued"], ["batch_deleted"]), "is silent");
    const service = await serviceOf([deleted], [{ status: 404, body: { detail: "It is gone." } }]);
    await expect(waiting(service).end).rejects.toThrow(NotFoundError);
    await service.idle();
  });

  test("goes on through a restart of the service, and through a proxy's errors", async () => {
    const service = await serviceOf(
      [stream(events(["snapshot", "processing"]), "breaks"), busy],
      [
        busy,
        { status: 502 },
        (response) => void response.socket?.resetAndDestroy(),
        { status: 429 },
        state("completed"),
      ],
    );
    expect(await waiting(service).end).toMatchObject({ status: "completed" });
  });

  test("is told of an outage that does not end, which begins with the first question in vain", async () => {
    const service = await serviceOf([busy], [state("processing"), busy]);
    const { end } = waiting(service, {}, { times: { longestOutage: 60 } });
    await expect(end).rejects.toThrow(OverloadedError);
    // Of a service that was never there at once.
    const other = await serviceOf([busy], [busy]);
    await expect(waiting(other).end).rejects.toThrow(OverloadedError);
    expect(other.seen).toHaveLength(2);
  });

  test("comes with a new token where the old one has ended", async () => {
    const known =
      (answer: Answer): Answer =>
      (response, request) => {
        if (request.headers.authorization !== "Bearer 2") return void response.writeHead(401).end();
        if (typeof answer === "function") return answer(response, request);
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
      };
    const over = stream(events(["snapshot", "completed"]), "is silent");
    const service = await serviceOf([known(over)], [known(state("completed"))]);
    let newest = 1;
    const token = ({ refresh }: { refresh: boolean }) => String(refresh ? ++newest : newest);
    const { end, told } = waiting(service, {}, { client: { token } });
    await end;
    expect(told).toEqual(["completed told"]);
  });

  test("asks after a pause where the service names none", async () => {
    const service = await serviceOf([], [state("queued")]);
    const { end } = waiting(service, { polling: true, timeout: 100 }, { times: { firstInterval: 10_000 } });
    await expect(end).rejects.toThrow(ApiTimeoutError);
    expect(service.seen).toHaveLength(1);
  });

  test("can be by questions alone", async () => {
    const service = await serviceOf([], [state("queued"), state("completed")]);
    expect(await waiting(service, { polling: true }).end).toMatchObject({ status: "completed" });
    expect(streamsOf(service)).toBe(0);
  });

  test.each([true, false])("ends with its time, and says how to come back (polling: %s)", async (polling) => {
    const service = await serviceOf([stream(events(["snapshot", "queued"]), "is silent")], [state("queued")]);
    const error = await waiting(service, { timeout: 60, polling }).end.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiTimeoutError);
    expect(String(error)).toContain(`${topic} has not ended within 0.06 s. It goes on: wait for it again`);
    await service.idle();
  });

  test.each([true, false])("ends with its signal, and leaves nothing open (polling: %s)", async (polling) => {
    const service = await serviceOf([stream(events(["snapshot", "queued"]), "is silent")], [state("queued")]);
    const controller = new AbortController();
    const reason = new Error("enough");
    const options = { signal: controller.signal, timeout: 60_000, polling };
    const { end } = waiting(service, { ...options, onProgress: () => controller.abort(reason) });
    await expect(end).rejects.toBe(reason);
    await service.idle();
  });

  test("ends with what its listener throws", async () => {
    const service = await serviceOf([stream(events(["snapshot", "queued"]), "is silent")], []);
    const failure = new Error("of the listener");
    const { end } = waiting(service, {
      onProgress: (_, { live }) => {
        // By asking it would go on, as if nothing had been.
        if (live) throw failure;
      },
    });
    await expect(end).rejects.toBe(failure);
    await service.idle();
  });
});

describe("a stream of events", () => {
  const streaming = ({ url }: ScriptedService, silence: Others["silence"] = {}) =>
    new Events(createTransport(readSettings({ baseUrl: url, maxRetries: 0 })), {
      ...hurried.events,
      ...silence,
    });

  test("is made again when it ends, breaks, or has no word, and while the service is away", async () => {
    const queued = events(["snapshot", "queued"]);
    const service = await serviceOf(
      [
        stream(queued),
        stream(queued, "breaks"),
        stream(queued, "is silent"),
        busy,
        { status: 429 },
        (response) => void response.socket?.resetAndDestroy(),
        stream(events(["snapshot", "queued"], ["expired"]), "is silent"),
        stream(events(["snapshot", "completed"]), "is silent"),
      ],
      [],
    );
    const seen: unknown[] = [];
    for await (const { data } of streaming(service, { longestSilence: 100 }).stream(topic)) {
      seen.push(data["status"]);
      if (data["status"] === "completed") break;
    }
    expect(seen).toEqual(["queued", "queued", "queued", "queued", "completed"]);
    expect(service.seen).toHaveLength(8);
    await service.idle();
  });

  test.each<[what: string, Answer, name: string]>([
    ["is refused", { status: 404 }, "NotFoundError"],
    ["cannot be had at first", busy, "OverloadedError"],
    ["has no word at first", silent, "ApiTimeoutError"],
    ["is none", { body: {} }, "ApiConnectionError"],
  ])("says so where it %s", async (_, answer, name) => {
    const service = await serviceOf([answer], []);
    await expect(streaming(service, { firstWord: 100 }).stream(topic).next()).rejects.toMatchObject({ name });
    expect(service.seen).toHaveLength(1);
    await service.idle();
  });

  test("is refused later on where the credential is", async () => {
    const service = await serviceOf([stream(events(["snapshot", "queued"])), { status: 401 }], []);
    const seen: string[] = [];
    const reading = async () => {
      for await (const { event } of streaming(service).stream(topic)) seen.push(event);
    };
    await expect(reading()).rejects.toMatchObject({ name: "AuthenticationError" });
    expect(seen).toEqual(["snapshot"]);
  });

  test("ends with its signal, in the middle and in the pause between two", async () => {
    for (const answer of [
      stream(events(["snapshot", "queued"]), "is silent"),
      stream(events(["snapshot", "queued"])),
    ]) {
      const service = await serviceOf([answer], []);
      const controller = new AbortController();
      const reading = async () => {
        for await (const _ of streaming(service).stream([topic], { signal: controller.signal })) {
          setImmediate(() => controller.abort("enough"));
        }
      };
      await expect(reading()).rejects.toBe("enough");
      await service.idle();
    }
  });

  test("asks for all its topics at a time", async () => {
    const service = await serviceOf([stream(events(["snapshot", "queued"]))], []);
    const all = new Fovea({ baseUrl: service.url }).events.stream(["mine", topic]);
    await all.next();
    await all.return();
    expect(service.seen[0]?.url).toBe(`/api/v1/events?topic=mine&topic=media%2F${id}`);
    expect(service.seen[0]?.headers.accept).toBe("text/event-stream");
  });
});
