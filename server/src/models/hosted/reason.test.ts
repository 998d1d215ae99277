import { expect, it } from "vitest";
import { attributed, plainReason } from "./reason.ts";

const secrets = {
  apiKey: "sk-proj-4f9a1c",
  instruction: "Look at the picture and report the facts\nthat the schema names.",
};
const reason = (said: string | null) => plainReason(said, "The provider refused.", secrets);

it("what a provider says is kept, on one line", () => {
  expect(reason("  The model is overloaded.\n\n Please try again later. ")).toBe(
    "The model is overloaded. Please try again later.",
  );
});

it("what no database takes and no terminal should get is left out", () => {
  expect(reason("Not\u0000 allowed\u001b[31m: \u0007key.")).toBe("Not allowed [31m: key.");
});

it.each([
  null,
  "",
  " \n",
  "<!DOCTYPE html><p>502",
  "<Error><Code>7</Code></Error>",
  "Oops <html><body>no</body>",
  '{"error":{"code":5}}',
  "You wrote: Look at the picture and report the facts that",
  "You wrote: and report the facts that the schema names.",
])("%j says nothing that can be shown", (said) => {
  expect(reason(said)).toBe("The provider refused.");
});

it("the key is cut out, and so is whatever looks like a key, a hash or a picture", () => {
  expect(reason(`Incorrect API key: ${secrets.apiKey}.`)).toBe("Incorrect API key: ….");
  expect(reason(`No such token "${"Zm9v".repeat(30)}" here.`)).toBe('No such token "…" here.');
});

it("an address in it stays readable", () => {
  const said = "Call https://ai.example/docs/a-page-with-a-long-name/about-limits-and-quotas for more.";
  expect(reason(said)).toBe(said);
});

it("a long text is cut, and not in the middle of a character", () => {
  const cut = reason(`${"a ".repeat(119)}👍👍👍 and so on`);
  expect(cut.length).toBeLessThanOrEqual(240);
  expect(cut.endsWith("…") && cut.isWellFormed()).toBe(true);
});

it.each([
  ["invalid x-api-key", "Anthropic says: invalid x-api-key"],
  [" überlastet", "Anthropic says: überlastet"],
  ["Overloaded", "Overloaded"],
  ["<html>no</html>", "<html>no</html>"],
  ['{"error":1}', '{"error":1}'],
  ["", ""],
])("%j becomes a sentence of whoever says it, where it is none by itself", (said, sentence) => {
  expect(attributed("Anthropic", said)).toBe(sentence);
});
