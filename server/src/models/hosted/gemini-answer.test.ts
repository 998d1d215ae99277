import { expect, it } from "vitest";
import { readGeminiAnswer } from "./gemini-answer.ts";

it("the answer is all parts that are no thoughts", () => {
  const parts = [{ text: "Hm, {a sign}.", thought: true }, { text: '{"sign":' }, { text: '"Open"}' }];
  const body = JSON.stringify({ candidates: [{ content: { role: "model", parts }, finishReason: "STOP" }] });
  expect(readGeminiAnswer({ status: 200, headers: new Headers(), body })).toEqual({
    text: '{"sign":"Open"}',
    model: null,
    usage: null,
    responseId: null,
  });
});
