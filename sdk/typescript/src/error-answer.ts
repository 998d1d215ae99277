import { type ApiError, errorOf } from "./errors.ts";

/**
 * The error that an answer of 400 or more tells. The five APIs word errors each in its own way; what all have is a
 * sentence, and a code in a header.
 *
 * @param text the body, as it came
 */
export function readError(response: Response, text: string): ApiError {
  const body = parse(text);
  const fields = isRecord(body) ? body : {};
  const { status, headers } = response;
  return errorOf({
    status,
    code: headers.get("x-error-code") ?? codeOf(fields),
    message: sentenceOf(fields) ?? `The service answered ${status}${plain(headers, text)}.`,
    requestId: requestIdOf(headers) ?? stringOf(fields["correlation_id"]) ?? stringOf(fields["request_id"]),
    retryAfter: readRetryAfter(headers),
    headers,
    body,
  });
}

/** Names the request in the service's log. */
export const requestIdOf = (headers: Headers): string | null =>
  headers.get("x-correlation-id") ?? headers.get("x-request-id");

/** `Retry-After` in seconds, from now on; null where there is none that can be read. */
export function readRetryAfter(headers: Headers, now = Date.now()): number | null {
  const value = headers.get("retry-after")?.trim();
  if (!value) return null;
  if (/^\d+$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, (date - now) / 1000);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function codeOf(fields: Fields): string | null {
  const candidates = [fields["error_type"], fields["code"], fields["error"]];
  // `error` is a code in one of the dialects and a sentence in another.
  return candidates.map(stringOf).find((each) => each !== null && /^[a-z0-9_]+$/.test(each)) ?? null;
}

function sentenceOf(fields: Fields): string | null {
  const { detail } = fields;
  if (Array.isArray(detail)) {
    const sentences = detail.filter(isRecord).map((each) => {
      const place = Array.isArray(each["loc"]) ? each["loc"].join(".") : "";
      return place === "" ? String(each["msg"]) : `${place}: ${String(each["msg"])}`;
    });
    if (sentences.length > 0) return sentences.join("; ");
  }
  return stringOf(fields["message"]) ?? stringOf(detail) ?? stringOf(fields["error"]);
}

/** What a proxy in between has to say, without its markup. */
function plain(headers: Headers, text: string): string {
  if (!headers.get("content-type")?.startsWith("text/plain")) return "";
  const line = text.trim().split("\n", 1)[0]?.slice(0, 200) ?? "";
  return line === "" ? "" : `: ${line}`;
}

type Fields = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const stringOf = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value : null;
