import type { ResultRow } from "./flush.ts";
import type { Outcome } from "./kind.ts";

/** Results are read a page of hundreds at a time; one must not be a page's worth of memory by itself. */
const maxOutputBytes = 1024 * 1024;

/**
 * A final outcome as the columns that store it. What a database cannot hold (a NUL character, half a character, a value
 * that is not JSON, far too many bytes) becomes the failure `result_refused`, so that one bad answer does not stop its
 * neighbours.
 */
export function storable(
  outcome: Exclude<Outcome, { status: "later" }>,
): Pick<ResultRow, "succeeded" | "code" | "message" | "output"> {
  if (outcome.status === "failed") {
    const { code, message } = outcome;
    return { succeeded: false, code: storableText(code), message: storableText(message), output: null };
  }
  const output = asJson(outcome.output);
  return output.ok
    ? { succeeded: true, code: null, message: null, output: output.text }
    : { succeeded: false, code: "result_refused", message: output.reason, output: null };
}

/** Text as PostgreSQL can hold it: NUL and halves of surrogate pairs are replaced. */
export const storableText = (text: string): string => text.replaceAll("\u0000", "\uFFFD").toWellFormed();

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
