import type { FastifySchema } from "fastify";
import { z } from "zod";

type JsonSchema = Readonly<Record<string, unknown>>;

const object = z.looseObject({ properties: z.record(z.string(), z.looseObject({})) });
const alternatives = z.looseObject({ anyOf: z.array(z.looseObject({})) });
const withAnswer = z.looseObject({ 200: z.looseObject({}) });

const bytes = { type: "string", format: "binary" } as const;

/** An answer that is a picture instead of JSON. */
export interface PictureAnswer {
  readonly mediaType: string;
  /** By name; each a JSON schema with a description. */
  readonly headers: Readonly<Record<string, JsonSchema>>;
}

/**
 * Adds to a route's JSON request the two other forms in which an image may come, and to its JSON answer the picture
 * itself. All forms are validated as the one request they end as, so the route's own schema knows only that.
 *
 * @param answer absent where the answer is JSON in any case
 */
export const describeForms =
  (answer?: PictureAnswer) =>
  (schema: FastifySchema): FastifySchema => {
    const fields = flatFields(schema.body);
    return {
      ...schema,
      querystring: { type: "object", properties: fields },
      body: {
        content: {
          "application/json": { schema: schema.body },
          "multipart/form-data": {
            schema: { type: "object", properties: { image: bytes, ...fields }, required: ["image"] },
          },
          "image/*": { schema: bytes },
          "application/octet-stream": { schema: bytes },
        },
      },
      ...(answer ? { response: withPicture(schema.response, answer) } : {}),
    };
  };

/** Forms and queries have no nesting, and do not know null: the options stand beside the other fields. */
function flatFields(body: unknown): Record<string, JsonSchema> {
  const { image: _image, options, ...fields } = object.parse(body).properties;
  const flat = options === undefined ? {} : object.parse(withoutNull(options)).properties;
  const all = Object.entries({ ...fields, ...flat });
  return Object.fromEntries(all.map(([name, field]) => [name, withoutNull(field)]));
}

function withoutNull(schema: JsonSchema): JsonSchema {
  if (Array.isArray(schema["type"])) {
    const [type] = schema["type"].filter((each) => each !== "null");
    return { ...schema, type };
  }
  const nullable = alternatives.safeParse(schema);
  if (!nullable.success) return schema;
  const { anyOf, ...rest } = nullable.data;
  return { ...rest, ...anyOf.find(({ type }) => type !== "null") };
}

function withPicture(response: unknown, { mediaType, headers }: PictureAnswer): JsonSchema {
  const { 200: json, ...others } = withAnswer.parse(response);
  return {
    ...others,
    200: {
      description: `JSON, or with \`Accept: image/*\` the picture itself. The headers come with the picture.`,
      headers,
      content: { "application/json": { schema: json }, [mediaType]: { schema: bytes } },
    },
  };
}
