import { readOperations } from "./document.ts";
import { findSchema } from "./find-schema.ts";
import { type Part, partsOf } from "./operation-parts.ts";
import { comment, isRecordType, shapeOf, typeText, write } from "./type-text.ts";

const heading = "// Made of the service's /openapi.json by `npm run client-types`: change it there.";

/**
 * The types of every operation: `<Operation>Query`, `<Operation>Body` (JSON), `<Operation>Form` (fields beside the
 * file), and what it answers in JSON, `<Operation>Answer`, or `<Operation>Data` for what the analysis API wraps.
 *
 * @param openapi the document, parsed from JSON
 * @param named name of a type → where the document has it
 * @returns the text of a TypeScript file
 * @throws Error where the document has no such place, or what no type can be made of
 */
export function operationsFile(openapi: unknown, named: Readonly<Record<string, string>>): string {
  const parts = readOperations(openapi).flatMap(partsOf);
  const types = Object.entries(named).map(([name, place]) => namedPart(parts, name, place));
  const names = new Map(types.map(({ name, schema, input }) => [shapeOf(schema, input), name]));
  const declarations = [
    ...types.map((type) => declaration(type, names, type.name)),
    ...parts.map((part) => declaration(part, names)),
  ];
  return `${[heading, ...declarations].join("\n\n")}\n`;
}

function namedPart(parts: readonly Part[], name: string, place: string): Part {
  const [first, ...way] = place.split(".");
  const part = parts.find((each) => each.name === first);
  const schema = part && findSchema(part.schema, way);
  if (!part || !schema) throw new Error(`The document has no ${place}: see ${name} in named-shapes.ts.`);
  return {
    name,
    about: way.length === 0 ? part.about : (schema.description ?? ""),
    schema,
    input: part.input,
  };
}

/** @param own the name of a shape that is declared here, and is its name elsewhere */
function declaration(
  { name, about, schema, input }: Part,
  names: ReadonlyMap<string, string>,
  own?: string,
): string {
  const wording = { names, input, comments: true };
  const type = own === undefined ? typeText(schema, wording) : write(schema, wording);
  const declared =
    isRecordType(schema) && type.startsWith("{") ? `interface ${name} ${type}` : `type ${name} = ${type};`;
  return [...comment(about), `export ${declared}`].join("\n");
}
