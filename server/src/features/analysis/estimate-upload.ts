import type { Readable } from "node:stream";
import { z } from "zod";
import { type FormPart, textOf } from "../../platform/http/form-parts.ts";
import { readForm as readParts } from "../../platform/http/read-form.ts";
import { maxUploadBytes } from "./create-batch.ts";
import { formRefusals, invalidField, toUploadError } from "./errors.ts";
import type { Load } from "./estimate.ts";
import { type BatchFields, readFields } from "./upload-fields.ts";
import { writeRows } from "./write-rows.ts";

interface AskedEstimate {
  readonly load: Load;
  readonly fields: Pick<BatchFields, "model" | "lane" | "instruction">;
}

type Known = Parameters<typeof readFields>[1];

const wholeNumber = (what: string, most: number) =>
  z.coerce
    .number({ error: what })
    .pipe(z.int({ error: what }).min(1, { error: what }).max(most, { error: what }));

const side = wholeNumber("expected pixels, from 1 to 100000", 100_000);

const sizeFields = z.object({ width: side.optional(), height: side.optional() });

const countRequest = z.object(
  {
    rows: wholeNumber("expected the number of rows, from 1 to 100000000", 100_000_000),
    model: z.string({ error: "expected the name of a model" }).nullish(),
    lane: z.string({ error: "expected online or batch" }).nullish(),
    instruction: z.string({ error: "expected text" }).nullish(),
    schema: z.unknown().optional(),
    width: side.nullish(),
    height: side.nullish(),
  },
  { error: "expected a JSON object" },
);

/** A form like that of a new batch, read to its end and not stored. */
export async function readForm(parts: AsyncIterable<FormPart>, known: Known): Promise<AskedEstimate> {
  const { texts, taken } = await readParts(parts, formRefusals, ({ bytes }) => count(bytes)).catch(
    (error: unknown) => {
      throw toUploadError(error, maxUploadBytes);
    },
  );
  const blank = [...texts].filter(([, text]) => text.trim() !== "");
  const { width, height } = parse(sizeFields, Object.fromEntries(blank));
  return { load: { ...taken, size: sizeOf(width, height) }, fields: readFields(texts, known) };
}

/** How many rows there would be: each has an address of its own. */
export function readCount(body: unknown, known: Known): AskedEstimate {
  const { rows, model, lane, instruction, schema, width, height } = parse(countRequest, body);
  const texts = new Map([
    ["model", model ?? ""],
    ["lane", lane ?? ""],
    ["instruction", instruction ?? ""],
    ["schema", schema == null ? "" : textOf(schema)],
  ]);
  return {
    load: { rows, invalid: 0, questions: rows, size: sizeOf(width, height) },
    fields: readFields(texts, known),
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  throw invalidField(issue?.path.join(".") || "body", issue?.message ?? "is not valid");
}

function sizeOf(width: number | null | undefined, height: number | null | undefined): Load["size"] {
  if (width == null && height == null) return null;
  if (width == null || height == null) throw invalidField(width == null ? "width" : "height", "is missing");
  return { width, height };
}

async function count(file: Readable): Promise<Omit<Load, "size">> {
  let rows = 0;
  const { rows: found } = await writeRows(file, maxUploadBytes, async () => ({
    async add(inputs) {
      rows += inputs.length;
    },
    async abandon() {},
    async finish() {
      throw new Error("what is only counted is never finished");
    },
  }));
  return { rows, invalid: found.invalid, questions: rows - found.invalid - found.duplicates };
}
