import { isDeepStrictEqual } from "node:util";
import type { Multipart } from "@fastify/multipart";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { malformedJson } from "../../platform/http/framework-errors.ts";
import { parseJson } from "../../platform/http/json-body.ts";
import { ReceivedImage } from "./data-url.ts";
import { conflictingFields, emptyImage, formWithoutFile, malformedForm, unsupportedForm } from "./errors.ts";
import { parseWithLongText } from "./long-text.ts";
import { maxBodyBytes } from "./schema.ts";

/** Fields of the request itself; every other field of a form or query is an option. */
const requestFields = new Set(["provider", "width", "height"]);
const formTypes = /^(application\/json|multipart\/form-data|image\/[\w.+*-]+|application\/octet-stream)$/;

/** A form or a query, in which a name that stands twice has a list: the schema refuses it. */
type Fields = Record<string, string | string[]>;

interface Described {
  readonly request: Record<string, unknown>;
  readonly options: Record<string, unknown>;
}

/** Puts the bytes of a stored picture in the place of its address. */
export type WithStoredImage = (body: unknown, reply: FastifyReply) => Promise<unknown>;

/**
 * Lets an image come as JSON with a data URL, as a multipart form or as raw bytes: all three end as the one request
 * that the schema describes, so no verb knows how its image travelled.
 */
export function acceptImageBodies(http: FastifyInstance, withStoredImage: WithStoredImage): void {
  http.removeContentTypeParser("application/json");
  http.addContentTypeParser(
    "application/json",
    { parseAs: "buffer", bodyLimit: maxBodyBytes },
    (_request, body, done) => {
      try {
        done(null, parseWithLongText(body as Buffer, parseJson));
      } catch (error) {
        done(malformedJson(422, error));
      }
    },
  );
  http.addContentTypeParser(
    /^(image\/[\w.+*-]+|application\/octet-stream)/,
    { parseAs: "buffer", bodyLimit: maxBodyBytes },
    (request, body, done) => {
      try {
        done(null, requestOf(body as Buffer, fromText(request.query as Fields)));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  http.addHook("preValidation", async (request, reply) => {
    if (request.isMultipart()) request.body = await readForm(request);
    else request.body = await withStoredImage(request.body, reply);
  });
}

/**
 * Refuses a request whose image comes in none of the three forms, or whose client did not say in which.
 *
 * @throws {AppError} `unsupported_media_type`
 */
export function refuseOtherForms({ mediaType }: FastifyRequest): void {
  if (mediaType === undefined || !formTypes.test(mediaType)) throw unsupportedForm(mediaType);
}

async function readForm(request: FastifyRequest): Promise<unknown> {
  const fields: Fields = {};
  let image: Buffer | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type === "file") {
        const bytes = await part.toBuffer();
        image ??= bytes;
      } else {
        fields[part.fieldname] = textOf(part);
      }
    }
  } catch (error) {
    // The plugin's own refusals have a status; what its parser throws at a form that is cut short has none.
    throw error instanceof Error && "statusCode" in error ? error : malformedForm(error);
  }
  if (!image) throw formWithoutFile();
  return requestOf(image, merged(fromText(request.query as Fields), fromText(fields)));
}

function requestOf(bytes: Buffer, { request, options }: Described): unknown {
  if (bytes.length === 0) throw emptyImage();
  return { image: new ReceivedImage(bytes), ...request, options };
}

/** A field that calls itself JSON arrives parsed; here every field is text first. */
const textOf = ({ value }: Exclude<Multipart, { type: "file" }>) =>
  typeof value === "string" ? value : JSON.stringify(value);

/**
 * Forms and queries know only text, and have no nesting: `quality=80` is the number, and what is not a field of the
 * request is one of its options. `options` may also be given whole, as JSON.
 */
function fromText(fields: Fields): Described {
  const request: Record<string, unknown> = {};
  const options: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(fields)) {
    if (name === "options") Object.assign(options, optionsFrom(text));
    else if (requestFields.has(name)) request[name] = plainValue(text);
    else options[name] = plainValue(text);
  }
  return { request, options };
}

/** What the query and the form say together; neither goes before the other. */
function merged(query: Described, form: Described): Described {
  return {
    request: union(query.request, form.request, ""),
    options: union(query.options, form.options, "options."),
  };
}

function union(query: Record<string, unknown>, form: Record<string, unknown>, prefix: string) {
  const twice = Object.keys(form).filter((name) => Object.hasOwn(query, name));
  const conflict = twice.find((name) => !isDeepStrictEqual(query[name], form[name]));
  if (conflict !== undefined) throw conflictingFields(prefix + conflict);
  return { ...query, ...form };
}

function optionsFrom(text: string | string[]): object {
  try {
    const value = parseJson(String(text));
    return value !== null && typeof value === "object" ? value : {};
  } catch (error) {
    throw malformedJson(422, error);
  }
}

function plainValue(text: string | string[]): string | string[] | number | boolean {
  if (typeof text !== "string") return text;
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
