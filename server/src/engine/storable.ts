import type { ResultRow } from "./flush.ts";
import type { Outcome } from "./kind.ts";

/** Results are read a page of hundreds at a time; one must not be a page's worth of memory by itself. */
const maxOutputBytes = 1024 * 1024;
/** Codes are indexed, and an index has no place for more than some thousand bytes. */
const maxCodeLength = 100;
/** A message is for people; a provider may have answered with a whole page. */
const maxMessageLength = 2_000;

type FinalOutcome = Extract<Outcome, { status: "done" | "failed" }>;

/**
 * A final outcome as the columns that store it. What a database cannot hold (a NUL character, half a character, a value
 * that is not JSON, far too many bytes) becomes the failure `result_refused`, so that one bad answer does not stop its
 * neighbours.
 */
export function storable(
  outcome: FinalOutcome,
): Pick<ResultRow, "succeeded" | "code" | "message" | "output"> {
  if (outcome.status === "failed") {
    const { code, message } = outcome;
    return { succeeded: false, code: storableCode(code), message: storableMessage(message), output: null };
  }
  const output = asJson(outcome.output);
  return output.ok
    ? { succeeded: true, code: null, message: null, output: output.text }
    : { succeeded: false, code: "result_refused", message: output.reason, output: null };
}

export const storableCode = (code: string): string => storableText(code, maxCodeLength);
export const storableMessage = (message: string): string => storableText(message, maxMessageLength);

/** Text as PostgreSQL can hold it: NUL and halves of surrogate pairs are replaced, what is too long is cut. */
const storableText = (text: string, maxLength: number): string =>
  text.slice(0, maxLength).replaceAll("\u0000", "\uFFFD").toWellFormed();

type Serialized =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/** In text that JSON.stringify made: an escape, itself not escaped, of NUL or of half a surrogate pair. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

function asJson(value: unknown): Serialized {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A cycle, a BigInt.
  }
  if (text === undefined) return { ok: false, reason: "The result is not a value that JSON can hold." };
  if (text.includes("\\u") && unstorable.test(text)) {
    return { ok: false, reason: "The result holds a NUL character or half of a character." };
  }
  if (Buffer.byteLength(text) > maxOutputBytes) {
    return { ok: false, reason: `The result is larger than ${maxOutputBytes} bytes.` };
  }
  return { ok: true, text };
}
