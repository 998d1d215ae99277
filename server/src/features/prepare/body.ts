import type { Multipart } from "@fastify/multipart";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { malformedJson } from "../../platform/http/framework-errors.ts";
import { parseJson } from "../../platform/http/json-body.ts";
import { ReceivedImage } from "./data-url.ts";
import { formWithoutFile, malformedForm } from "./errors.ts";
import { parseWithLongText } from "./long-text.ts";
import { maxBodyBytes } from "./schema.ts";

/** Fields of the request itself; every other field of a form or query is an option. */
const requestFields = new Set(["provider", "width", "height"]);

/**
 * Lets an image come as JSON with a data URL, as a multipart form or as raw bytes: all three end as the one request
 * that the schema describes, so no verb knows how its image travelled.
 */
export function acceptImageBodies(http: FastifyInstance): void {
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
    /^(image\/[\w.+-]+|application\/octet-stream)/,
    { parseAs: "buffer", bodyLimit: maxBodyBytes },
    (request, body, done) => {
      done(null, {
        image: new ReceivedImage(body as Buffer),
        ...fromText(request.query as Record<string, string>),
      });
    },
  );
  http.addHook("preValidation", async (request) => {
    if (request.isMultipart()) request.body = await readForm(request);
  });
}

async function readForm(request: FastifyRequest): Promise<unknown> {
  const fields: Record<string, string> = {};
  let image: ReceivedImage | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type === "file") {
        const bytes = await part.toBuffer();
        image ??= new ReceivedImage(bytes);
      } else {
        fields[part.fieldname] = textOf(part);
      }
    }
  } catch (error) {
    // The plugin's own refusals have a status; what its parser throws at a form that is cut short has none.
    throw error instanceof Error && "statusCode" in error ? error : malformedForm(error);
  }
  if (!image) throw formWithoutFile();
  return { image, ...fromText(fields) };
}

/** A field that calls itself JSON arrives parsed; here every field is text first. */
const textOf = ({ value }: Exclude<Multipart, { type: "file" }>) =>
  typeof value === "string" ? value : JSON.stringify(value);

/**
 * Forms and queries know only text, and have no nesting: `quality=80` is the number, and what is not a field of the
 * request is one of its options. `options` may also be given whole, as JSON.
 */
function fromText(fields: Readonly<Record<string, string>>): Record<string, unknown> {
  const request: Record<string, unknown> = {};
  const options: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(fields)) {
    if (name === "options") Object.assign(options, optionsFrom(text));
    else if (requestFields.has(name)) request[name] = plainValue(text);
    else options[name] = plainValue(text);
  }
  return { ...request, options };
}

function optionsFrom(text: string): object {
  try {
    const value = parseJson(text);
    return value !== null && typeof value === "object" ? value : {};
  } catch (error) {
    throw malformedJson(422, error);
  }
}

function plainValue(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
