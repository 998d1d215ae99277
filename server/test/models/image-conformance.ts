/**
 * What every adapter of a model that makes pictures does, whoever the provider is.
 *
 * For the author of the next adapter:
 *
 * - Write a simulator first, in `../simulators`: one that speaks the provider's real wire protocol over HTTP, refuses
 *   whatever the provider would refuse (an unknown field is an error), and implements `ImageSimulator`, or
 *   `RunningSimulator` where a start runs on by itself. It imports nothing of `src`, so that both sides cannot be wrong in
 *   the same way.
 * - `check` decides all that is sent, and `start` sends it: what is warned of and what is done cannot drift apart.
 * - What is known of models is data: what each takes, costs, and is called.
 * - Whatever came back is given back. A picture that cannot be read is counted, and the others are still there.
 * - Everything a provider says passes `plainReason` on its way into a reason.
 */
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { ProviderError, type ProviderFailure } from "../../src/models/hosted/provider.ts";
import type {
  ImageCall,
  ImageProvider,
  ImageProviderSettings,
  ImageRequest,
  JsonObject,
  Output,
  StartCall,
  Started,
  Status,
  Succeeded,
} from "../../src/models/images/contract.ts";
import {
  type ImageSimulator,
  type RunningSimulator,
  type SimulatedPictures,
  simulatedPiece,
} from "../simulators/image-simulator.ts";
import type { LimitForm } from "../simulators/vision-simulator.ts";
import { errorOf } from "./vision-conformance.ts";

interface Conforming {
  create(settings: ImageProviderSettings): ImageProvider;
  readonly needsKey: boolean;
  readonly takesSeed: boolean;
  /** Whether it may keep back some pictures of a call, and give the others. */
  readonly withholds: boolean;
  /** As its simulator calls its forms of refusal. */
  readonly refusals: readonly string[];
  /** What its 429 can say. */
  readonly limits: readonly LimitForm[];
}

export type ConformingImageProvider = Conforming &
  (
    | { readonly runs: "within the call"; simulator(): Promise<ImageSimulator> }
    | { readonly runs: "at the provider"; simulator(): Promise<RunningSimulator> }
  );

export const plainRequest: ImageRequest = {
  prompt: 'A lighthouse “über” the sea, 灯台, 🗼, "quoted",\n\\ and </script>',
  negativePrompt: null,
  width: null,
  height: null,
  aspectRatio: null,
  steps: null,
  guidance: null,
  seed: null,
  scheduler: null,
  count: 1,
  format: "png",
  quality: null,
  background: null,
  extra: {},
};

/** Everything that can be asked for at once, and much of it beyond what any model does. */
const greedyRequest: ImageRequest = {
  ...plainRequest,
  negativePrompt: "blurry",
  width: 2_041,
  height: 133,
  steps: 500,
  guidance: 20,
  seed: 2_147_483_647,
  scheduler: "PNDM",
  count: 4,
  format: "webp",
  quality: 1,
  background: "transparent",
  extra: { __unheard_of__: { deep: [1, null, "three"] }, constructor: true },
};

const long = 20_000;

export function describeImageProvider(name: string, conforming: ConformingImageProvider): void {
  async function setup({ deadlineMs = long } = {}) {
    const remote = await conforming.simulator();
    onTestFinished(() => remote.close());
    return { remote, ...client(conforming, remote, deadlineMs) };
  }

  const isRunning = conforming.runs === "at the provider";

  describe(name, () => {
    it("the prompt arrives letter by letter, with the key, for the model", async () => {
      const { remote, generate } = await setup();
      await generate();
      expect(remote.starts).toEqual([
        expect.objectContaining({
          key: remote.key,
          model: remote.model,
          prompt: plainRequest.prompt,
          count: 1,
        }),
      ]);
    });

    it("as many pictures come as were asked for, in order, byte by byte, however many starts it takes", async () => {
      const { remote, generateAll } = await setup();
      for (const count of [1, 3, 4]) {
        const before = remote.starts.length;
        const made = await generateAll({ count });
        const starts = remote.starts.slice(before);
        const expected = starts.flatMap((start) =>
          Array.from({ length: start?.count ?? 0 }, (_, at) => simulatedPiece(plainRequest.prompt, at).bytes),
        );
        expect(expected.length).toBe(count);
        const outputs = made.flatMap((status) => status.outputs);
        expect(await Promise.all(outputs.map(bytesOf))).toEqual(expected);
        expect(made.every((status) => status.dropped === 0 && status.unreadable === 0)).toBe(true);
      }
    });

    it("a seed is followed or warned of, and each start has its own", async () => {
      const { remote, provider, generateAll } = await setup();
      const { warnings } = provider.check(remote.model, { ...plainRequest, seed: 42, count: 4 });
      const ofSeed = warnings.filter(({ parameter }) => parameter === "seed");
      const made = await generateAll({ seed: 42, count: 4 });
      const seeds = remote.starts.map((start) => start?.seed);
      if (conforming.takesSeed) {
        expect(ofSeed).toEqual([]);
        expect(seeds).toEqual(seeds.map((_, at) => 42 + at));
        expect(made[0]?.outputs[0]?.seed).toBe(42);
      } else {
        expect(ofSeed).toMatchObject([{ code: "ignored" }]);
        expect(new Set(seeds)).toEqual(new Set([null]));
      }
    });

    it("what is asked for plainly is not warned of", async () => {
      const { remote, provider } = await setup();
      for (const format of ["png", "jpeg", "webp"] as const) {
        const { warnings } = provider.check(remote.model, { ...plainRequest, format, quality: 80 });
        expect(warnings).toEqual([]);
      }
    });

    it("what cannot be followed is said, in a sentence each, and what is sent is taken all the same", async () => {
      const { remote, provider, generateAll } = await setup();
      const { warnings } = provider.check(remote.model, greedyRequest);
      for (const { message } of warnings) expect(message).toMatch(sentence);
      expect(warnings).toContainEqual(
        expect.objectContaining({ code: "ignored", parameter: "extra.__unheard_of__" }),
      );
      expect(warnings).toContainEqual(
        expect.objectContaining({ code: "ignored", parameter: "extra.constructor" }),
      );
      const named = warnings.map(({ parameter }) => parameter);
      expect(new Set(named).size).toBe(named.length);
      await generateAll(greedyRequest);
      expect(remote.starts).not.toContain(null);
    });

    it("a check asks nothing, and says the same each time", async () => {
      const { remote, provider } = await setup();
      const check = () => provider.check(remote.model, greedyRequest);
      expect(check()).toEqual(check());
      expect(remote.starts).toEqual([]);
    });

    it("what was prepared before a restart is sent as it was", async () => {
      const { remote, provider, startWith } = await setup();
      const [prepared] = provider.check(remote.model, { ...plainRequest, seed: 7 }).starts;
      if (!prepared) throw new Error("nothing to start");
      await startWith(prepared);
      await startWith(JSON.parse(JSON.stringify(prepared)));
      expect(remote.starts[1]).toEqual(remote.starts[0]);
    });

    it("something that is no picture is counted, and the others are still there", async () => {
      const { remote, generateAll } = await setup();
      const good = simulatedPiece("good", 0);
      remote.answer(({ count }) =>
        count === 1
          ? { kind: "pictures", pieces: [good] }
          : { kind: "pictures", pieces: ["unreadable", ...Array.from({ length: count - 1 }, () => good)] },
      );
      const made = await generateAll({ count: 2 });
      expect(made.flatMap(({ outputs }) => outputs).length).toBe(remote.starts.length === 1 ? 1 : 2);
      expect(made[0]?.unreadable).toBe(remote.starts.length === 1 ? 1 : 0);
      for (const { outputs } of made)
        for (const output of outputs) expect(await bytesOf(output)).toEqual(good.bytes);
    });

    it.each([
      ["nothing but what is no picture", { kind: "pictures", pieces: ["unreadable"] }],
      ["nothing at all", { kind: "nothing" }],
    ] as const)("%s is an invalid output", async (_case, answer) => {
      const { failure } = await setup();
      expect(await failure(answer)).toMatchObject({
        kind: "invalid_output",
        reason: expect.stringMatching(sentence),
      });
    });

    if (conforming.withholds) {
      it("pictures that the provider keeps back are counted, and the others are given", async () => {
        const { remote, generateAll } = await setup();
        const good = simulatedPiece("good", 0);
        remote.answer({ kind: "pictures", pieces: ["withheld", good, "withheld"] });
        const [made] = await generateAll({ count: 3 });
        expect(made).toMatchObject({ dropped: 2, unreadable: 0 });
        expect(made?.outputs.length).toBe(1);
      });

      it("where all pictures are kept back it is a refusal", async () => {
        const { failure } = await setup();
        const refused = await failure({ kind: "pictures", pieces: ["withheld"] });
        expect(refused).toMatchObject({ kind: "refused", reason: expect.stringMatching(sentence) });
      });
    }

    it.each(conforming.refusals)("%s is a refusal", async (form) => {
      const { failure } = await setup();
      expect(await failure({ kind: "refusal", form })).toMatchObject({
        kind: "refused",
        reason: expect.stringMatching(sentence),
      });
    });

    it.each([
      [400, "rejected"],
      [404, "model_unknown"],
      [408, "unavailable"],
      [413, "rejected"],
      [500, "unavailable"],
      [503, "unavailable"],
    ] as const)("status %d is %s, in the provider's form and as a gateway's page", async (status, kind) => {
      for (const answer of [
        { kind: "error", status },
        { kind: "page", status },
      ] as const) {
        const { failure } = await setup();
        expect(await failure(answer), answer.kind).toMatchObject({
          kind,
          reason: expect.stringMatching(sentence),
        });
      }
    });

    it.each([401, 402, 403])(
      "status %d takes the key out in the provider's form, and as a gateway's page is an outage",
      async (status) => {
        const { failure } = await setup();
        const reason = expect.stringMatching(sentence);
        expect(await failure({ kind: "error", status })).toEqual({ kind: "key_unusable", reason });
        const another = await setup();
        expect(await another.failure({ kind: "page", status })).toEqual({
          kind: "unavailable",
          reason,
          sent: false,
        });
      },
    );

    it("a start may have begun wherever nobody says that it has not", async () => {
      const cases: [SimulatedPictures, boolean][] = [
        // Of what runs on by itself nobody knows whether it was begun before the error.
        [{ kind: "error", status: 500 }, isRunning],
        [{ kind: "error", status: 503 }, isRunning],
        [{ kind: "error", status: 408 }, true],
        [{ kind: "page", status: 502 }, true],
        [{ kind: "page", status: 200 }, true],
        [{ kind: "reset", when: "before_head" }, true],
        [{ kind: "reset", when: "after_head" }, true],
      ];
      for (const [answer, sent] of cases) {
        const { failure } = await setup();
        expect(await failure(answer), inspect(answer)).toMatchObject({ kind: "unavailable", sent });
      }
    });

    it.each(conforming.limits)(
      "a limit is told in the provider's own form: $scope, $retryAfterMs ms",
      async (limit) => {
        const { failure } = await setup();
        expect(await failure({ kind: "limited", ...limit })).toEqual({ kind: "rate_limited", ...limit });
      },
    );

    it("a page with status 429 is a limit that says nothing", async () => {
      const { failure } = await setup();
      const limit = { kind: "rate_limited", scope: "unknown", retryAfterMs: null };
      expect(await failure({ kind: "page", status: 429 })).toEqual(limit);
    });

    it("a redirect is not followed: the key stays with the address it was meant for", async () => {
      const { remote, failure } = await setup();
      const other = await setup();
      expect((await failure({ kind: "redirect", to: other.remote.url })).kind).toBe("unavailable");
      expect([remote.starts.length, other.remote.starts.length]).toEqual([1, 0]);
    });

    it("where nothing listens nothing was sent", async () => {
      const { remote, start } = await setup();
      await remote.close();
      const error = await errorOf(start());
      expect(error).toMatchObject({ failure: { kind: "unavailable", sent: false, unconnected: true } });
    });

    it.each([
      ["never answers", { kind: "hang" }],
      ["stops in the middle of its answer", { kind: "slow_body", ends: false }],
    ] as const)(
      "a provider that %s is given up at the deadline, and the connection closed",
      async (_case, answer) => {
        const { remote, failure } = await setup({ deadlineMs: 300 });
        expect(await failure(answer)).toMatchObject({ kind: "unavailable", sent: true });
        await remote.idle();
      },
    );

    it("a slow answer is read to its end", async () => {
      const { remote, generate } = await setup();
      remote.answer({ kind: "slow_body", ends: true });
      const { outputs } = await generate();
      expect(await Promise.all(outputs.map(bytesOf))).toEqual([simulatedPiece(plainRequest.prompt, 0).bytes]);
    });

    it("an answer without end is given up, and the connection closed", async () => {
      const { remote, failure } = await setup();
      expect(await failure({ kind: "endless_body" })).toMatchObject({
        kind: "unavailable",
        reason: expect.stringMatching(/longer than \d+ bytes/),
        sent: true,
      });
      await remote.idle();
    });

    it("an aborted start rejects with the signal's reason and closes the connection", async () => {
      for (const answer of [{ kind: "hang" }, { kind: "slow_body", ends: false }] as const) {
        const { remote, start } = await setup();
        const stop = new AbortController();
        const reason = new Error("the job was cancelled");
        remote.answer(answer);
        let sent = 0;
        const onSent = () => {
          sent += 1;
        };
        const started = errorOf(start({}, { signal: stop.signal, onSent }));
        await remote.arrived(1);
        expect(sent).toBe(1);
        stop.abort(reason);
        expect(await started).toBe(reason);
        await remote.idle();
        expect(remote.starts.length).toBe(1);
      }
    });

    it("a start that is aborted before it begins sends nothing", async () => {
      const { remote, start } = await setup();
      const reason = new Error("too late");
      let sent = 0;
      const onSent = () => {
        sent += 1;
      };
      expect(await errorOf(start({}, { signal: AbortSignal.abort(reason), onSent }))).toBe(reason);
      expect([sent, remote.starts.length]).toEqual([0, 0]);
    });

    if (conforming.needsKey) {
      it.each([null, "", "two words", "ключ"])("with the key %o nothing is sent", async (apiKey) => {
        const { remote, start } = await setup();
        expect(await errorOf(start({}, { apiKey }))).toMatchObject({ failure: { kind: "key_unusable" } });
        expect(remote.starts.length).toBe(0);
      });
    }

    it("no error holds the key or the prompt, wherever one looks in it", async () => {
      const said = (key: string) => `For ${key}: cannot take ${plainRequest.prompt}`;
      const { key } = (await setup()).remote;
      const answers: SimulatedPictures[] = [
        ...[400, 401, 403, 404, 408, 413, 500, 503].flatMap((status) => [
          { kind: "error" as const, status, message: said(key) },
          { kind: "error" as const, status, message: `The key ${key} is no good.` },
        ]),
        { kind: "page", status: 500 },
        { kind: "page", status: 200 },
        { kind: "reset", when: "after_head" },
      ];
      for (const answer of answers) {
        const { remote, start } = await setup();
        remote.answer(answer);
        const seen = inspect(await errorOf(start()), { depth: 20, showHidden: true });
        if (key !== "") expect(seen).not.toContain(key);
        expect(seen).not.toContain(plainRequest.prompt.slice(0, 30));
        expect(seen).not.toContain("<html");
      }
    });

    it("what a provider says of a failure is kept as one bounded line", async () => {
      const { failure } = await setup();
      const message = `The picture is too large.\n${"Choose a smaller one. ".repeat(500)}`;
      expect(await failure({ kind: "error", status: 400, message })).toMatchObject({
        reason: expect.stringMatching(/The picture is too large\. Choose a smaller one\. .{0,250}…$/),
      });
    });

    it("twenty starts at once get each their own pictures", async () => {
      const { remote, generate } = await setup();
      const prompts = Array.from({ length: 20 }, (_, at) => `picture ${at}`);
      remote.answer(async ({ prompt }) => {
        // Nobody is answered before all have asked.
        await remote.arrived(prompts.length);
        return { kind: "pictures", pieces: [simulatedPiece(prompt, 0)] };
      });
      const made = await Promise.all(prompts.map((prompt) => generate({ prompt })));
      const bytes = await Promise.all(made.flatMap(({ outputs }) => outputs).map(bytesOf));
      expect(bytes).toEqual(prompts.map((prompt) => simulatedPiece(prompt, 0).bytes));
    });
  });

  if (conforming.runs === "at the provider") describeRunning(name, conforming);
}

/** What an adapter does besides, whose starts run on at their provider. */
function describeRunning(
  name: string,
  conforming: Conforming & { simulator(): Promise<RunningSimulator> },
): void {
  async function setup({ deadlineMs = long } = {}) {
    const remote = await conforming.simulator();
    onTestFinished(() => remote.close());
    remote.hold();
    const world = client(conforming, remote, deadlineMs);
    const started = await world.start();
    if (started.as !== "running") throw new Error("It does not run.");
    const { provider, call } = world;
    const { operation } = started;
    const status = async (): Promise<Status> =>
      (await provider.status?.(operation, call())) ?? expect.fail("It has no status.");
    return { remote, ...world, operation, status };
  }

  describe(`${name}, while it runs`, () => {
    it("it waits, works, and has made its pictures, and goes on saying so", async () => {
      const { remote, status } = await setup();
      expect(await status()).toEqual({ as: "waiting" });
      remote.advance(0.25);
      expect(await status()).toMatchObject({ as: "running", progress: 0.25 });
      remote.advance(0.75);
      expect(await status()).toMatchObject({ as: "running", progress: 0.75 });
      remote.release();
      const done = await status();
      expect(done.as).toBe("succeeded");
      expect(await status()).toEqual(done);
      expect(remote.starts.length).toBe(1);
    });

    it("it is found again after a restart", async () => {
      const { remote, provider, call, operation } = await setup();
      remote.release();
      const stored: JsonObject = JSON.parse(JSON.stringify(operation));
      expect(await provider.status?.(stored, call())).toMatchObject({ as: "succeeded" });
    });

    it("an operation that is not one is an error and no request", async () => {
      const { provider, call } = await setup();
      for (const stored of [{}, { id: 7 }, { id: "../files/secret" }])
        await expect(provider.status?.(stored, call()), inspect(stored)).rejects.toThrow();
    });

    it("once cancelled it stops at the provider, and what is over is left as it is", async () => {
      const { remote, provider, call, operation, status } = await setup();
      remote.advance(0.5);
      await provider.cancel?.(operation, call());
      expect(remote.cancelled).toBe(1);
      expect(await status()).toMatchObject({ as: "cancelled" });
      await provider.cancel?.(operation, call());
      expect(await status()).toMatchObject({ as: "cancelled" });

      const another = await setup();
      another.remote.release();
      await another.provider.cancel?.(another.operation, another.call());
      expect(await another.status()).toMatchObject({ as: "succeeded" });
    });

    it.each([
      ["an error", { kind: "error", status: 500 }, "unavailable"],
      ["a gateway's page", { kind: "page", status: 502 }, "unavailable"],
      ["a page with status 200", { kind: "page", status: 200 }, "unavailable"],
      ["a gateway's 404", { kind: "page", status: 404 }, "unavailable"],
      ["a reset", { kind: "reset", when: "before_head" }, "unavailable"],
      ["a reset in the middle", { kind: "reset", when: "after_head" }, "unavailable"],
      ["an answer without end", { kind: "endless_body" }, "unavailable"],
      ["a rejected key", { kind: "error", status: 401 }, "key_unusable"],
      ["a limit", { kind: "page", status: 429 }, "rate_limited"],
    ] as const)(
      "%s on the way says nothing about what runs, and costs nothing",
      async (_case, fault, kind) => {
        const { remote, provider, call, operation, status } = await setup();
        remote.disturb(fault);
        const errors = [await errorOf(status())];
        if (provider.cancel) errors.push(await errorOf(provider.cancel(operation, call())));
        for (const error of errors)
          expect(error).toMatchObject({ failure: kind === "unavailable" ? { kind, sent: false } : { kind } });
        await remote.idle();
        remote.disturb(null);
        remote.release();
        expect(await status()).toMatchObject({ as: "succeeded" });
      },
    );

    it("a provider that never answers is given up at the deadline", async () => {
      const { remote, status } = await setup({ deadlineMs: 300 });
      remote.disturb({ kind: "hang" });
      expect(await errorOf(status())).toMatchObject({ failure: { kind: "unavailable", sent: false } });
      await remote.idle();
    });

    it("a start whose answer was lost is found, and one that never was is not", async () => {
      const { remote, provider, startCall, call } = await setup();
      const { find } = provider;
      if (!find) return;
      const lost = startCall({ prompt: "lost and found" });
      const since = new Date(Date.now() - 1_000);
      expect(await find({ ...lost, since })).toEqual([]);
      remote.answer({ kind: "reset", when: "after_head" });
      expect(await errorOf(provider.start(lost))).toMatchObject({ failure: { sent: true } });
      const [found, ...others] = await find({ ...lost, since });
      if (!found) throw new Error("It was not found.");
      expect(others).toEqual([]);
      remote.release();
      const status = await provider.status?.(found.operation, call());
      if (status?.as !== "succeeded") throw new Error("It did not succeed.");
      expect(await Promise.all(status.outputs.map(bytesOf))).toEqual([
        simulatedPiece("lost and found", 0).bytes,
      ]);
      expect(await find({ ...lost, startId: "of another start", callback: null, since })).toEqual([]);
    });
  });
}

function client(
  { create, needsKey }: Pick<Conforming, "create" | "needsKey">,
  remote: ImageSimulator,
  deadlineMs: number,
) {
  const provider = create({ baseUrl: remote.url, deadlineMs });
  let starts = 0;
  const call = (): ImageCall => ({
    apiKey: needsKey || remote.key !== "" ? remote.key : null,
    signal: new AbortController().signal,
  });
  const startCall = (request: Partial<ImageRequest> = {}, changes: Partial<StartCall> = {}): StartCall => {
    starts += 1;
    const [prepared] = provider.check(remote.model, { ...plainRequest, ...request }).starts;
    if (!prepared) throw new Error("nothing to start");
    const startId = `start-${starts}`;
    return { ...call(), model: remote.model, prepared, startId, callback: null, giveUpMs: null, ...changes };
  };
  const start = async (request?: Partial<ImageRequest>, changes?: Partial<StartCall>) =>
    provider.start(startCall(request, changes));
  const endOf = async (started: Started): Promise<Status> => {
    if (started.as === "finished") return started.status;
    return (await provider.status?.(started.operation, call())) ?? expect.fail("It has no status.");
  };
  const succeeded = async (started: Promise<Started>): Promise<Succeeded> => {
    const status = await endOf(await started);
    if (status.as !== "succeeded") expect.fail(inspect(status));
    return status;
  };
  const startWith = (prepared: StartCall["prepared"]) => start({}, { prepared, startId: "the same" });

  return {
    provider,
    call,
    startCall,
    start,
    startWith,
    /** One start, to its end. */
    generate: (request?: Partial<ImageRequest>) => succeeded(start(request)),
    /** All starts that a request takes, one after the other. */
    async generateAll(request: Partial<ImageRequest>): Promise<Succeeded[]> {
      const made: Succeeded[] = [];
      const { starts } = provider.check(remote.model, { ...plainRequest, ...request });
      for (const prepared of starts) made.push(await succeeded(start({}, { prepared })));
      return made;
    },
    /** How the one start that is made for `answer` fails, at once or in the end. */
    async failure(answer: SimulatedPictures): Promise<ProviderFailure> {
      remote.answer(answer);
      try {
        const status = await endOf(await start());
        if (status.as !== "failed") expect.fail(inspect(status));
        return status.failure;
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        return error.failure;
      } finally {
        expect(remote.starts.length).toBe(1);
      }
    },
  };
}

/** Begins with a capital letter, ends as a sentence, and is neither a page nor a dump. */
const sentence = /^[A-Z][^\n<{]{5,240}$/;

async function bytesOf(output: Output): Promise<Buffer> {
  if ("bytes" in output) return output.bytes;
  const response = await fetch(output.url);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}
