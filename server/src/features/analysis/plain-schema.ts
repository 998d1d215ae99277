import { inPlainKeywords } from "./plain-keywords.ts";
import { isNode, type Place, placed, type SchemaNode } from "./schema-place.ts";
import { isLocal, resolveReference } from "./schema-reference.ts";

/** The drafts that mean the same by every keyword that can be asked for. */
const knownDrafts = /^https?:\/\/json-schema\.org\/(?:draft\/2020-12|draft-07)\/schema#?$/;

/** What is said beside a schema and bounds no answer, and definitions, which are taken where they are referred to. */
const saidBeside = new Set([
  ...["$defs", "definitions", "$comment", "default", "example", "examples"],
  ...["deprecated", "readOnly", "writeOnly", "discriminator"],
]);

/** What cannot be brought into the plain form. */
class NotPlain extends Error {
  override readonly name = "NotPlain";
}

/**
 * A schema as people paste it, which is how libraries write it (zod's `z.toJSONSchema`, pydantic's `model_json_schema`),
 * → the same one as a tree, in the keywords that can be asked for as far as it can be said in them. What is left of other
 * keywords is for the check of schemas to refuse.
 *
 * @param maxBytes of everything that is written out where it is referred to: a few references to each other may stand for
 *   more than there is memory
 */
export function plainSchema(
  written: unknown,
  maxBytes: number,
): { readonly schema: unknown } | { readonly problem: string } {
  if (!isNode(written)) return { schema: written };
  const { $schema: draft, $id: _, ...root } = written;
  if (draft !== undefined && !knownDrafts.test(String(draft))) {
    const problem = `expected draft 2020-12 or draft-07 of JSON Schema, and not ${shown(draft)}; without it, 2020-12 is meant`;
    return { problem: placed(["$schema"], problem) };
  }
  try {
    return { schema: createWriter(written, maxBytes)(root, [], ["#"]) };
  } catch (error) {
    if (error instanceof NotPlain) return { problem: error.message };
    throw error;
  }
}

function createWriter(root: SchemaNode, maxBytes: number) {
  let bytes = 0;

  const targetOf = (reference: unknown, place: Place, within: readonly unknown[]): unknown => {
    if (typeof reference !== "string") throw notPlain(place, "expected text such as #/$defs/Name");
    if (!isLocal(reference)) {
      const advice = "write it under $defs and refer to it as #/$defs/Name";
      throw notPlain(place, `${shown(reference)} is not in this schema; ${advice}`);
    }
    if (within.includes(reference)) {
      const advice = "an answer has to end somewhere, so write out as many levels as you need";
      throw notPlain(place, `${shown(reference)} holds itself; ${advice}`);
    }
    const target = resolveReference(root, reference);
    if (target === undefined) throw notPlain(place, `${shown(reference)} is not in this schema`);
    bytes += Buffer.byteLength(JSON.stringify(target));
    if (bytes > maxBytes) throw notPlain(place, `with all references written out, at most ${maxBytes} bytes`);
    return target;
  };

  /** @param within the references that led here */
  const write = (node: unknown, place: Place, within: readonly unknown[]): unknown => {
    if (!isNode(node)) return node;
    const { $ref: reference, allOf, ...beside } = node;
    if (reference !== undefined) {
      const target = targetOf(reference, [...place, "$ref"], within);
      const said = allOf === undefined ? beside : { allOf, ...beside };
      return write(described(target, said, [...place, "$ref"]), place, [...within, reference]);
    }
    // Older versions of pydantic put a reference there whose title or description is another one.
    if (Array.isArray(allOf) && allOf.length === 1)
      return write(described(allOf[0], beside, [...place, "allOf"]), place, within);
    const members = Object.entries(node).flatMap(([keyword, value]) =>
      saidBeside.has(keyword) ? [] : [[keyword, writeMember(keyword, value, [...place, keyword], within)]],
    );
    return inPlainKeywords(Object.fromEntries(members));
  };

  const writeMember = (
    keyword: string,
    value: unknown,
    place: Place,
    within: readonly unknown[],
  ): unknown => {
    const each = (name: string | number, node: unknown) => write(node, [...place, String(name)], within);
    switch (keyword) {
      case "items":
      case "additionalProperties":
        return write(value, place, within);
      case "anyOf":
      case "oneOf":
        return Array.isArray(value) ? value.map((node, index) => each(index, node)) : value;
      case "properties":
        return isNode(value)
          ? Object.fromEntries(Object.entries(value).map(([name, node]) => [name, each(name, node)]))
          : value;
      default:
        return value;
    }
  };
  return write;
}

/** A schema with the words that stand beside a reference to it. */
function described(target: unknown, beside: SchemaNode, place: Place): unknown {
  const { title, description, ...more } = beside;
  const bounds = Object.keys(more).filter((keyword) => !saidBeside.has(keyword));
  if (bounds.length > 0) {
    const advice = "only a title and a description may; write the rest where it is defined";
    throw notPlain(place, `${bounds.map(shown).join(", ").slice(0, 100)} beside it: ${advice}`);
  }
  if (!isNode(target)) return target;
  return {
    ...target,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
  };
}

const notPlain = (place: Place, problem: string) => new NotPlain(placed(place, problem));

const shown = (value: unknown) => String(JSON.stringify(value)).slice(0, 100);
