import type { FastifyInstance, FastifyRequest } from "fastify";
import { malformedJson } from "./framework-errors.ts";

/**
 * `Content-Type: application/json` without a body is what many clients send with a bodiless POST or DELETE. Fastify
 * answers 400; here it is the same as `{}`.
 */
export function acceptEmptyJson(
  http: FastifyInstance,
  validationStatus: (request: FastifyRequest) => 400 | 422,
): void {
  // Fastify's own parser of text/plain would hand text to routes that describe an object.
  http.removeContentTypeParser(["application/json", "text/plain"]);
  http.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    try {
      done(null, parseJson(String(body)));
    } catch (error) {
      done(malformedJson(validationStatus(request), error));
    }
  });
}

/**
 * Parses JSON text; nothing is `{}`. A byte order mark, which some Windows clients send, does not count.
 *
 * @throws {SyntaxError} for broken JSON, and for a `__proto__` field: it would poison objects that are merged later,
 * and no client sends it in good faith.
 */
export function parseJson(text: string): unknown {
  if (text.trim() === "") return {};
  const value: unknown = JSON.parse(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  // The name may be spelled with escapes, so these are as suspicious as the name.
  const suspicious = text.includes("__proto__") || text.includes("\\u");
  if (suspicious && hasPrototypeField(value)) throw new SyntaxError("__proto__ is not a field");
  return value;
}

const byteOrderMark = "\ufeff";

function hasPrototypeField(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasPrototypeField);
}
