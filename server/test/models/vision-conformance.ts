/**
 * What every adapter of a hosted model does, whoever the provider is.
 *
 * For the author of the next adapter:
 *
 * - Write a simulator first, in `../simulators`: one that speaks the provider's real wire protocol over HTTP, refuses
 *   whatever the provider would refuse (an unknown field is a 400), and implements `VisionSimulator`. `loopback.ts` has
 *   the server and all that goes wrong below HTTP, `scripted-server.ts` all but the protocol itself; `quota.ts` and
 *   `books.ts` hold limits and accounts. It imports nothing of `src`, so that both sides cannot be wrong in the same way.
 * - Describe the provider as a `Dialect`: the SDK's model writes the request, and the answer is read from its body. It is
 *   sent by `exchange`, which has the deadline, the size limit, no redirects and no second request; an error of the SDK's
 *   holds the picture and the instruction and goes nowhere.
 * - Pass the key and the address always: an SDK without a key takes one from the environment.
 * - `httpFailure` knows what a status means at every provider. Look before it for what is the provider's own: what its
 *   429 says, and errors of keys and billing that come as another status.
 * - Refusals, truncation and missing words are 200s. Read the finish reason before the text, and tell what it cost.
 * - Everything a provider says passes `plainReason` on its way into a reason.
 */
import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Instruction, VisionFormat } from "../../src/models/contract.ts";
import {
  type HostedCall,
  type HostedProvider,
  type HostedProviderSettings,
  ProviderError,
  type ProviderFailure,
} from "../../src/models/hosted/provider.ts";
import type { Json, SimulatedAnswer, VisionSimulator } from "../simulators/vision-simulator.ts";

export interface ConformingProvider {
  create(settings: HostedProviderSettings): HostedProvider;
  simulator(): Promise<VisionSimulator>;
  /** The suite's schema in the words that the provider takes; absent where it takes all of them. */
  readonly schemaAsSent?: Json;
}

const schema = {
  type: "object",
  properties: {
    sign: { type: ["string", "null"], description: "What the sign says." },
    is_open: { type: "boolean" },
    people: { type: "integer", minimum: 0 },
    colours: { type: "array", items: { type: "string" } },
  },
  required: ["sign", "is_open", "people", "colours"],
  additionalProperties: false,
} as const satisfies Instruction["schema"];

export const instruction: Instruction = {
  version: "conformance-1",
  text: "Say what the sign over the door says, in the script it is written in: “Ünïcode”, 看板, 🪧.",
  schema,
};

export const output = { sign: "Bäckerei 面包 🥐", is_open: true, people: 2, colours: ["red", "blue"] };
const json = JSON.stringify(output);
const usage = { inputTokens: 1_111, outputTokens: 77 };

/** Bytes that no text encoding would survive; nobody here decodes them. */
export const picture = (seed = 0) =>
  Buffer.from(Array.from({ length: 3_001 }, (_, at) => (at * 7 + seed) & 255));

const long = 20_000;

export function describeVisionProvider(
  name: string,
  { create, simulator, schemaAsSent = schema }: ConformingProvider,
): void {
  async function setup({ deadlineMs = long } = {}) {
    const remote = await simulator();
    onTestFinished(() => remote.close());
    const provider = create({ baseUrl: remote.url, deadlineMs });
    const call = (changes: Partial<HostedCall> = {}): HostedCall => ({
      model: remote.model,
      apiKey: remote.key,
      image: picture(),
      format: "jpeg",
      width: 640,
      height: 480,
      instruction,
      maxOutputTokens: 900,
      signal: new AbortController().signal,
      ...changes,
    });
    const ask = (changes: Partial<HostedCall> = {}) => provider.ask(call(changes));
    return {
      remote,
      ask,
      /** How the one request that is made for `answer` fails. */
      async failure(answer: SimulatedAnswer): Promise<ProviderFailure> {
        remote.answer(answer);
        const error = await errorOf(ask());
        if (!(error instanceof ProviderError)) throw error;
        expect(remote.calls.length).toBe(1);
        return error.failure;
      },
    };
  }

  describe(name, () => {
    it("the question arrives as it was asked: instruction, schema, limit of tokens, and the picture's bytes", async () => {
      const { remote, ask } = await setup();
      remote.answer({ kind: "output", output });
      for (const mediaType of remote.mediaTypes) {
        // The media types of formats are named after them.
        const format = mediaType.slice("image/".length) as VisionFormat;
        await ask({ format, image: picture(remote.calls.length) });
        expect(remote.calls.at(-1)).toMatchObject({
          key: remote.key,
          model: remote.model,
          schema: schemaAsSent,
          maxOutputTokens: 900,
          image: { mediaType, sha256: sha256(picture(remote.calls.length - 1)) },
        });
        expect(remote.calls.at(-1)?.instruction).toContain(instruction.text);
      }
      expect(remote.calls.length).toBe(remote.mediaTypes.length);
    });

    it("the answer comes back exactly, with its model, its tokens and its id", async () => {
      const { remote, ask } = await setup();
      remote.answer({ kind: "output", output, usage });
      const answer = await ask();
      expect(answer).toEqual({
        output,
        model: remote.model,
        usage,
        responseId: expect.any(String),
        repaired: false,
      });
    });

    it("nulls, empty texts and empty lists stay what they are", async () => {
      const { remote, ask } = await setup();
      const sparse = { sign: null, is_open: false, people: 0, colours: [] };
      remote.answer({ kind: "output", output: sparse });
      expect((await ask()).output).toEqual(sparse);
      remote.answer({ kind: "output", output: { ...sparse, sign: "" } });
      expect((await ask()).output).toEqual({ ...sparse, sign: "" });
    });

    it("text in any script arrives whole, with quotes, line ends and escapes", async () => {
      const { remote, ask } = await setup();
      const sign = '"quoted"\n\t\\ مخبز 面包店 👩‍👩‍👧 e\u0301 \u2028 </script> ```';
      remote.answer({ kind: "output", output: { ...output, sign } });
      expect((await ask()).output).toEqual({ ...output, sign });
    });

    it("the model is the one the provider names, also where it is another than was asked", async () => {
      const { remote, ask } = await setup();
      remote.answer({ kind: "output", output, model: `${remote.model}-rerouted` });
      expect((await ask()).model).toBe(`${remote.model}-rerouted`);
    });

    it("where the provider counts no tokens the answer has no usage", async () => {
      const { remote, ask } = await setup();
      remote.answer({ kind: "output", output, usage: null });
      expect(await ask()).toMatchObject({ output, usage: null });
    });

    it.each([
      ["a code fence around it", `\`\`\`json\n${json}\n\`\`\``],
      ["words after it", `${json}\n\nI hope this helps!`],
      ["words before it", `Here is the JSON:\n${json}`],
      ["no last brace", json.slice(0, -1)],
    ])("JSON with %s is repaired, and the answer says so", async (_case, text) => {
      const { remote, ask } = await setup();
      remote.answer({ kind: "text", text, usage });
      expect(await ask()).toMatchObject({ output, usage, repaired: true });
    });

    it.each([
      ["prose", "I see a bakery with an open door."],
      ["half of the JSON", json.slice(0, 20)],
      ["two objects", `${json}\n${json}`],
      ["a list", `[${json}]`],
      ["a member of the wrong type", JSON.stringify({ ...output, is_open: "yes" })],
      ["a member that is missing", JSON.stringify({ ...output, sign: undefined })],
      ["a member that nobody asked for", JSON.stringify({ ...output, mood: "calm" })],
      ["null where the schema has none", JSON.stringify({ ...output, people: null })],
    ])("%s is an invalid output, with what it cost", async (_case, text) => {
      const { failure } = await setup();
      expect(await failure({ kind: "text", text, usage })).toEqual({
        kind: "invalid_output",
        reason: expect.stringMatching(sentence),
        usage,
      });
    });

    it("an answer that was cut off at its limit of tokens is invalid, even where it ends as JSON", async () => {
      for (const text of [json.slice(0, 25), json]) {
        const { failure } = await setup();
        const failed = await failure({ kind: "truncated", text, usage });
        expect(failed).toMatchObject({ kind: "invalid_output", usage });
      }
    });

    it("an answer without words is an invalid output", async () => {
      const { failure } = await setup();
      expect((await failure({ kind: "empty" })).kind).toBe("invalid_output");
    });

    it("every form of refusal is a refusal, with what it cost", async () => {
      const { refusals } = (await setup()).remote;
      expect(refusals.length).toBeGreaterThan(0);
      for (const form of refusals) {
        const { failure } = await setup();
        const failed = await failure({ kind: "refusal", form, usage });
        expect(failed, form).toEqual({ kind: "refused", reason: expect.stringMatching(sentence), usage });
      }
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

    it("a failure that the provider itself reports is not billed; one that hides what happened may be", async () => {
      const cases: [SimulatedAnswer, boolean][] = [
        [{ kind: "error", status: 500 }, false],
        [{ kind: "error", status: 503 }, false],
        [{ kind: "error", status: 408 }, true],
        [{ kind: "page", status: 502 }, true],
        [{ kind: "reset", when: "before_head" }, true],
        [{ kind: "reset", when: "after_head" }, true],
      ];
      for (const [answer, sent] of cases) {
        const { failure } = await setup();
        expect(await failure(answer), inspect(answer)).toMatchObject({ kind: "unavailable", sent });
      }
    });

    it("a limit is told in the provider's own form: which one, and for how long", async () => {
      const { limits } = (await setup()).remote;
      expect(limits.length).toBeGreaterThan(0);
      for (const limit of limits) {
        const { failure } = await setup();
        expect(await failure({ kind: "limited", ...limit })).toEqual({ kind: "rate_limited", ...limit });
      }
    });

    it("a page with status 429 is a limit that says nothing", async () => {
      const { failure } = await setup();
      expect(await failure({ kind: "page", status: 429 })).toEqual({
        kind: "rate_limited",
        scope: "unknown",
        retryAfterMs: null,
      });
    });

    it("a page with status 200 is no answer", async () => {
      const { failure } = await setup();
      expect(await failure({ kind: "page", status: 200 })).toMatchObject({ kind: "unavailable", sent: true });
    });

    it("a redirect is not followed: the key stays with the address it was meant for", async () => {
      const { remote, failure } = await setup();
      const other = await simulator();
      onTestFinished(() => other.close());
      expect((await failure({ kind: "redirect", to: other.url })).kind).toBe("unavailable");
      expect([remote.calls.length, other.calls.length]).toEqual([1, 0]);
    });

    it("where nothing listens nothing was sent", async () => {
      const { remote, ask } = await setup();
      await remote.close();
      const error = await errorOf(ask());
      expect(error).toMatchObject({ failure: { kind: "unavailable", sent: false, unconnected: true } });
    });

    it.each([
      ["never answers", { kind: "hang" }],
      ["stops in the middle of its answer", { kind: "slow_body", ends: false }],
    ] as const)(
      "a provider that %s is given up at the deadline, and the connection closed",
      async (_case, answer) => {
        const { remote, ask } = await setup({ deadlineMs: 300 });
        remote.answer(answer);
        const error = await errorOf(ask());
        expect(error).toMatchObject({ failure: { kind: "unavailable", sent: true } });
        await remote.idle();
      },
    );

    it("a slow answer is read to its end", async () => {
      const { remote, ask } = await setup();
      remote.answer({ kind: "slow_body", ends: true });
      const sha = sha256(picture());
      const asksForHash: Instruction = {
        version: "hash-1",
        text: "Which picture is it?",
        schema: {
          type: "object",
          properties: { image: { type: "string" } },
          required: ["image"],
          additionalProperties: false,
        },
      };
      expect((await ask({ instruction: asksForHash })).output).toEqual({ image: sha });
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

    it("an aborted call rejects with the signal's reason and closes the connection", async () => {
      for (const answer of [{ kind: "hang" }, { kind: "slow_body", ends: false }] as const) {
        const { remote, ask } = await setup();
        const stop = new AbortController();
        const reason = new Error("the batch was cancelled");
        remote.answer(answer);
        let sent = 0;
        const onSent = () => {
          sent += 1;
        };
        const asked = errorOf(ask({ signal: stop.signal, onSent }));
        await remote.arrived(1);
        expect(sent).toBe(1);
        stop.abort(reason);
        expect(await asked).toBe(reason);
        await remote.idle();
        expect(remote.calls.length).toBe(1);
      }
    });

    it("a call that is aborted before it begins sends nothing", async () => {
      const { remote, ask } = await setup();
      const reason = new Error("too late");
      let sent = 0;
      const onSent = () => {
        sent += 1;
      };
      expect(await errorOf(ask({ signal: AbortSignal.abort(reason), onSent }))).toBe(reason);
      const stop = new AbortController();
      const late = errorOf(ask({ signal: stop.signal, onSent }));
      stop.abort(reason);
      expect(await late).toBe(reason);
      expect([sent, remote.calls.length]).toEqual([0, 0]);
    });

    it("no error holds the key, the instruction or the picture, wherever one looks in it", async () => {
      const message = (key: string) =>
        `For ${key}: ${instruction.text} Cannot take ${picture().toString("base64")}`;
      const { key } = (await setup()).remote;
      const answers: SimulatedAnswer[] = [
        ...[400, 401, 403, 404, 408, 413, 500, 503].flatMap((status) => [
          { kind: "error" as const, status, message: message(key) },
          { kind: "error" as const, status, message: `The key ${key} is no good.` },
          { kind: "error" as const, status, message: `Cannot take ${picture().toString("base64")}.` },
        ]),
        { kind: "page", status: 500 },
        { kind: "page", status: 200 },
        { kind: "text", text: message(key) },
        { kind: "reset", when: "after_head" },
      ];
      for (const answer of answers) {
        const { remote, ask } = await setup();
        remote.answer(answer);
        const seen = inspect(await errorOf(ask()), { depth: 20, showHidden: true });
        expect(seen).not.toContain(key);
        expect(seen).not.toContain(instruction.text.slice(0, 30));
        expect(seen).not.toContain(picture().toString("base64").slice(100, 160));
        expect(seen).not.toContain("<html");
      }
    });

    it("what a provider says of a failure is kept as one bounded line", async () => {
      const { failure } = await setup();
      const said = `The picture is too small.\n${"Choose a larger one. ".repeat(500)}`;
      const failed = await failure({ kind: "error", status: 400, message: said });
      expect(failed).toMatchObject({
        reason: expect.stringMatching(/^The picture is too small\. Choose a larger one\. .{0,250}…$/),
      });
    });

    it("a schema that answers cannot be checked against is rejected before anything is sent", async () => {
      const { remote, ask } = await setup();
      const odd: Instruction = { ...instruction, schema: { ...schema, required: ["sign", "unheard_of"] } };
      expect(await errorOf(ask({ instruction: odd }))).toMatchObject({ failure: { kind: "rejected" } });
      expect(remote.calls.length).toBe(0);
    });

    it("fifty questions at once get each its own answer", async () => {
      const { remote, ask } = await setup();
      const questions = Array.from({ length: 50 }, (_, at) => at);
      remote.answer(async (call) => {
        // Nobody is answered before all have asked.
        await remote.arrived(questions.length);
        return { kind: "output", output: { ...output, sign: call.image.sha256 } };
      });
      const answers = await Promise.all(questions.map((seed) => ask({ image: picture(seed) })));
      expect(answers.map((answer) => answer.output["sign"])).toEqual(
        questions.map((seed) => sha256(picture(seed))),
      );
      expect(remote.calls.length).toBe(50);
    });
  });
}

/** Begins with a capital letter, ends as a sentence, and is neither a page nor a dump. */
const sentence = /^[A-Z][^\n<{]{5,240}$/;

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

export const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect.fail("the call succeeded"),
    (error: unknown) => error,
  );
