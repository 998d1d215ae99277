import type { FastifyInstance } from "fastify";
import { AppError } from "../../platform/errors.ts";
import { parseJson } from "../../platform/http/json-body.ts";
import { validationFailed } from "./pydantic.ts";
import { jsonErrorOffset } from "./validate-json-offset.ts";
import { isDeeperThan } from "./validate-storable.ts";

/** Bytes. A prompt has a thousand characters; the rest is for metadata. */
const maxBodyBytes = 1024 * 1024;

/** Beyond some thousands of levels nothing can print or store a value again, and Python's parser gives up itself. */
const maxLevels = 200;

/**
 * Lets a body of any type through to the routes of a scope, as FastAPI does: JSON parsed, nothing as null, and anything
 * else as its text, for which the reader of the request finds the words.
 *
 * A body without a type is not read as JSON: that is what a page of any origin can have a browser send unasked.
 */
export function acceptAnyBody(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "string", bodyLimit: maxBodyBytes }, (request, body, done) => {
    const text = String(body);
    if (text.trim() === "") return done(null, null);
    if (!jsonTypes.test(request.headers["content-type"] ?? "")) return done(null, text);
    try {
      done(null, readJson(text));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

const jsonTypes = /^\s*application\/(?:[^\s;/]+\+)?json\s*(?:;|$)/i;

function readJson(text: string): unknown {
  const value = parsed(text);
  if (isDeeperThan(maxLevels, value)) throw tooDeep();
  return value;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    const loc = ["body", jsonErrorOffset(text.replace(/^\ufeff/, ""))];
    throw validationFailed([{ type: "json_invalid", loc, msg: "JSON decode error", input: {} }]);
  }
}

const tooDeep = () =>
  new AppError({
    code: "validation_error",
    status: 400,
    message: `There was an error parsing the body: it has more than ${maxLevels} levels of lists and objects.`,
  });
