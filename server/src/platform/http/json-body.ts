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
  http.removeContentTypeParser("application/json");
  http.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    try {
      done(null, parseJson(String(body)));
    } catch (error) {
      done(malformedJson(validationStatus(request), error));
    }
  });
}

/**
 * Parses JSON text; nothing is `{}`.
 *
 * @throws {SyntaxError} for broken JSON, and for a `__proto__` field: it would poison objects that are merged later,
 * and no client sends it in good faith.
 */
export function parseJson(text: string): unknown {
  if (text.trim() === "") return {};
  const value: unknown = JSON.parse(text);
  if (text.includes('"__proto__"') && hasPrototypeField(value))
    throw new SyntaxError("__proto__ is not a field");
  return value;
}

function hasPrototypeField(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasPrototypeField);
}
