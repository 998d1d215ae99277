import { describe, expect, it, onTestFinished } from "vitest";
import { createGemini } from "../../src/models/hosted/gemini.ts";
import { batchLines, batchRequestLine, readBatchLine } from "../../src/models/hosted/gemini-batch-lines.ts";
import { toGeminiSchema } from "../../src/models/hosted/gemini-schema.ts";
import type { HostedCall } from "../../src/models/hosted/provider.ts";
import { geminiRefusals } from "../simulators/gemini-forms.ts";
import { startLoopback } from "../simulators/loopback.ts";
import type { SimulatedAnswer } from "../simulators/vision-simulator.ts";
import { batchWorld, keyA, question } from "./gemini-batches-world.ts";
import { errorOf, instruction, output, picture } from "./vision-conformance.ts";

describe("a request of a job", () => {
  const changes: Partial<HostedCall>[] = [
    {},
    ...["gemini-3.5-flash-lite", "gemini-3.1-pro-preview", "gemini-2.5-flash-lite", "gemma-4-31b-it"].map(
      (model) => ({ model }),
    ),
    { format: "png" },
    { format: "webp", image: picture(5) },
    { maxOutputTokens: 77 },
    { instruction: { ...instruction, text: 'Two\nlines,  \u2028 and "quotes" 看板' } },
  ];

  it.each(changes)(
    "is what is sent for the same question by itself, but for the form of its schema: %j",
    async (change) => {
      const bodies: string[] = [];
      const recorder = await startLoopback((_request, body, response) => {
        bodies.push(body.toString("utf8"));
        response.writeHead(500).end();
      });
      onTestFinished(() => recorder.close());
      const gemini = createGemini({ baseUrl: `${recorder.origin}/v1beta`, deadlineMs: 20_000 });
      const asked = question(change);
      await errorOf(gemini.ask({ ...asked, apiKey: keyA, signal: new AbortController().signal }));
      const line = await batchRequestLine('the "key"', asked);
      const { generationConfig, ...request } = JSON.parse(bodies[0] ?? "");
      const { responseJsonSchema, ...config } = generationConfig;
      const responseSchema = toGeminiSchema(responseJsonSchema);
      expect(JSON.parse(line)).toEqual({
        key: 'the "key"',
        request: { ...request, generationConfig: { ...config, responseSchema } },
      });
      expect(bodies[0]?.length).toBeGreaterThan(4_000);
      expect(line).not.toContain("\n");
    },
  );

  it("is the same question to who reads it", async () => {
    const { remote, lines, submit, linesOf, batches } = await batchWorld();
    const gemini = createGemini({ baseUrl: remote.url, deadlineMs: 20_000 });
    await gemini.ask({ ...question(), apiKey: keyA, signal: new AbortController().signal });
    await linesOf(await submit(await lines(["a"])));
    const schema = toGeminiSchema(instruction.schema);
    expect(batches.calls).toEqual(remote.calls.map((call) => ({ ...call, schema })));
    expect(batches.calls.length).toBe(1);
  });

  it("that cannot be asked makes no line", async () => {
    const odd = { ...instruction, schema: { ...instruction.schema, required: ["unheard_of"] } };
    expect(await errorOf(batchRequestLine("a", question({ instruction: odd })))).toMatchObject({
      failure: { kind: "rejected" },
    });
    expect(await errorOf(batchRequestLine("a", question({ model: "../v1/files" })))).toMatchObject({
      failure: { kind: "model_unknown" },
    });
  });
});

const json = JSON.stringify(output);
const usage = { inputTokens: 1_111, outputTokens: 77 };
const answers: SimulatedAnswer[] = [
  { kind: "output", output, usage },
  { kind: "output", output, usage: null },
  { kind: "output", output, model: "gemini-3.5-flash-lite" },
  { kind: "output", output, model: `gemini\u0000-${"x".repeat(500)}` },
  { kind: "output", output, model: "\u0000" },
  { kind: "output", output, usage: { inputTokens: 2 ** 52, outputTokens: 1 } },
  { kind: "truncated", text: json, usage: { inputTokens: 1, outputTokens: 2 ** 52 } },
  { kind: "text", text: `\`\`\`json\n${json}\n\`\`\``, usage },
  { kind: "text", text: json.slice(0, -1), usage },
  { kind: "text", text: "I see a bakery.", usage },
  { kind: "text", text: JSON.stringify({ ...output, is_open: "yes" }), usage },
  { kind: "truncated", text: json, usage },
  { kind: "truncated", text: json.slice(0, 20), usage },
  { kind: "empty" },
  ...geminiRefusals.map((form) => ({ kind: "refusal", form, usage }) as const),
  { kind: "error", status: 400, message: "The picture is too small." },
  { kind: "error", status: 400, message: `Cannot take ${instruction.text}` },
  { kind: "error", status: 403 },
  { kind: "error", status: 500 },
  { kind: "error", status: 503 },
  { kind: "limited", scope: "minute", retryAfterMs: 7_500 },
];

describe("an answer of a job", () => {
  it.each(answers)("is read as the same answer by itself: %j", async (answer) => {
    const { remote, lines, submit, linesOf } = await batchWorld();
    remote.answer(answer);
    const gemini = createGemini({ baseUrl: remote.url, deadlineMs: 20_000 });
    const asked = await gemini
      .ask({ ...question(), apiKey: keyA, signal: new AbortController().signal })
      .then(
        (said) => ({ answer: { ...said, responseId: expect.any(String) } }),
        ({ failure }) => ({ failure }),
      );
    expect(await linesOf(await submit(await lines(["a"])))).toEqual([{ key: "a", ...asked }]);
  });

  it("belongs to its request where others failed, are missing, or came to pieces", async () => {
    const { remote, lines, submit, linesOf, client, call, batches } = await batchWorld();
    const job = await submit(await lines(["a", "b", "c", "d", "e"]));
    batches.spoil("b", { error: { code: 1, message: "The operation was cancelled." } });
    batches.spoil("c", "missing");
    batches.spoil("d", "cut");
    const answered = expect.objectContaining({ output });
    expect(await linesOf(job)).toEqual([
      { key: "a", answer: answered },
      {
        key: "b",
        failure: { kind: "unavailable", reason: "The operation was cancelled.", sent: false },
      },
      null,
      { key: "e", answer: answered },
    ]);
    expect(await client.status(job, call())).toMatchObject({ requests: 5, succeeded: 4, failed: 1 });
    // What Google did and lost on its way to us is paid for.
    expect(remote.books.billed()[keyA]?.requests).toBe(4);
  });

  it.each([
    [1, "unavailable"],
    [3, "rejected"],
    [4, "unavailable"],
    [5, "model_unknown"],
    [7, "key_unusable"],
    [8, "rate_limited"],
    [9, "rejected"],
    [11, "rejected"],
    [13, "unavailable"],
    [14, "unavailable"],
    [16, "key_unusable"],
    [77, "unavailable"],
    [400, "rejected"],
    [429, "rate_limited"],
    [499, "unavailable"],
    [503, "unavailable"],
  ])("that is an error with code %d is %s, and was not paid", (code, kind) => {
    const line = JSON.stringify({ key: "a", error: { code, message: "It did not work." } });
    const read = readBatchLine(line, instruction, "gemini-3.8-flash");
    expect(read).toMatchObject({ key: "a", failure: { kind } });
    expect(read).not.toMatchObject({ failure: { sent: true } });
  });

  it("that is neither an answer nor an error may have been paid", () => {
    for (const line of ['{"key":"a"}', '{"key":"a","response":null}', '{"key":"a","error":"no"}']) {
      expect(readBatchLine(line, instruction, "gemini-3.8-flash")).toMatchObject({
        key: "a",
        failure: { kind: "unavailable", sent: true },
      });
    }
  });

  it("that nobody can read belongs to nobody", () => {
    for (const line of ["", "{", "null", "[]", '{"response":{}}', '{"key":7,"response":{}}', "<html>"])
      expect(readBatchLine(line, instruction, "gemini-3.8-flash"), line).toBeNull();
  });

  it("whose schema cannot be checked is rejected", () => {
    const odd = { ...instruction, schema: { ...instruction.schema, required: ["unheard_of"] } };
    expect(readBatchLine('{"key":"a","response":{}}', odd, "gemini-3.8-flash")).toMatchObject({
      failure: { kind: "rejected" },
    });
  });

  it("of the model that was asked, where Google names none, and without a trace of thoughts", () => {
    const response = {
      candidates: [
        {
          content: {
            parts: [{ text: "Hm.", thought: true }, { text: json }, { thoughtSignature: "El4KXAERTTIP" }],
          },
          finishReason: "STOP",
        },
      ],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 20, thoughtsTokenCount: 5 },
    };
    const line = JSON.stringify({ response, key: "00.png" });
    expect(readBatchLine(line, instruction, "gemini-3.8-flash")).toEqual({
      key: "00.png",
      answer: {
        ...{ output, model: "gemini-3.8-flash", responseId: null, repaired: false },
        usage: { inputTokens: 10, outputTokens: 25 },
      },
    });
  });
});

describe("lines", () => {
  const linesOf = async (text: string, size: number) => {
    const bytes = Buffer.from(text);
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    const lines: string[] = [];
    for await (const line of batchLines(pieces())) lines.push(line);
    return lines;
  };

  it("are the same however their bytes come, and end at line ends alone", async () => {
    const lines = ['{"a":"面包 🥐"}', '{"b":"\u2028\u2029\u0085"}', "c"];
    for (const size of [1, 2, 3, 7, 1_000]) {
      expect(await linesOf(`${lines[0]}\r\n\n${lines[1]}\n  \n${lines[2]}`, size)).toEqual(lines);
      expect(await linesOf(`${lines.join("\n")}\n`, size)).toEqual(lines);
    }
    expect(await linesOf("", 1)).toEqual([]);
  });

  it("beyond all measure are not kept whole, and the next one is read", async () => {
    const [long, next] = await linesOf(`${"x".repeat(9 * 2 ** 20)}\n{"key":"a"}\n`, 2 ** 20);
    expect([long?.length, next]).toEqual([8 * 2 ** 20, '{"key":"a"}']);
  });
});
