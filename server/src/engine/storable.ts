import type { ResultRow } from "./flush.ts";
import type { Outcome } from "./kind.ts";

/** Results are read a page of hundreds at a time; one must not be a page's worth of memory by itself. */
const maxOutputBytes = 1024 * 1024;
/** Codes are indexed, and an index has no place for more than some thousand bytes. */
const maxCodeLength = 100;
/** A message is for people; a provider may have answered with a whole page. */
const maxMessageLength = 2_000;

/** One digest that cannot be decoded would fail the flush of its neighbours. */
const digest = /^[0-9a-f]{64}$/;

type FinalOutcome = Extract<Outcome, { status: "done" | "failed" }>;

/**
 * A final outcome as the columns that store it. What a database cannot hold (a NUL character, half a character, a value
 * that is not JSON, far too many bytes) becomes the failure `result_refused`, so that one bad answer does not stop its
 * neighbours.
 */
export function storable(outcome: FinalOutcome): Omit<ResultRow, "position" | "tookMs"> {
  if (outcome.status === "failed") {
    const found = outcome.output === undefined ? nothing : asJson(outcome.output);
    if (!found.ok) return refused(found.reason);
    return failure(storableCode(outcome.code), storableMessage(outcome.message), found.text);
  }
  const { source = null, amount = 0 } = outcome;
  if (source !== null && !digest.test(source))
    return refused("The source of the result is not a SHA-256 in hex.");
  const output = asJson(outcome.output);
  if (!output.ok) return refused(output.reason);
  return { succeeded: true, code: null, message: null, output: output.text, source, amount };
}

const failure = (code: string, message: string, output: string | null = null) =>
  ({ succeeded: false, code, message, output, source: null, amount: 0 }) as const;
const refused = (reason: string) => failure("result_refused", reason);

export const storableCode = (code: string): string => storableText(code, maxCodeLength);
export const storableMessage = (message: string): string => storableText(message, maxMessageLength);

/** Text as PostgreSQL can hold it: NUL and halves of surrogate pairs are replaced, what is too long is cut. */
const storableText = (text: string, maxLength: number): string =>
  text.slice(0, maxLength).replaceAll("\u0000", "\uFFFD").toWellFormed();

type Serialized =
  | { readonly ok: true; readonly text: string | null }
  | { readonly ok: false; readonly reason: string };

const nothing: Serialized = { ok: true, text: null };

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
