import { Refusal, type Rule } from "./pydantic.ts";

const groups = [8, 4, 4, 4, 12] as const;
const hyphenated = new RegExp(`^${groups.map((length) => `[0-9a-f]{${length}}`).join("-")}$`);
const simple = /^[0-9a-f]{32}$/;

/**
 * A UUID of any version in any of the forms that pydantic takes: with hyphens, as 32 digits, in braces, as
 * `urn:uuid:…`. Read as lower case with hyphens.
 */
export const uuid: Rule<string> = (input) => {
  if (typeof input !== "string")
    return new Refusal("uuid_type", "UUID input should be a string, bytes or UUID object");
  const { body, offset } = unwrapped(input);
  const digits = body.toLowerCase();
  if (hyphenated.test(digits)) return digits;
  if (offset === 0 && simple.test(digits)) return withHyphens(digits);
  return new Refusal("uuid_parsing", `Input should be a valid UUID, ${faultOf(input, body, offset)}`);
};

function unwrapped(text: string): { readonly body: string; readonly offset: number } {
  if (/^\{.*\}$/s.test(text)) return { body: text.slice(1, -1), offset: 1 };
  const urn = "urn:uuid:";
  return text.startsWith(urn)
    ? { body: text.slice(urn.length), offset: urn.length }
    : { body: text, offset: 0 };
}

const withHyphens = (digits: string) => digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** In the words of pydantic's parser; places and lengths are in bytes of UTF-8, places from 1. */
function faultOf(text: string, body: string, offset: number): string {
  const stranger = /[^0-9a-f-]/iu.exec(body);
  if (stranger) {
    const place = Buffer.byteLength(body.slice(0, stranger.index)) + offset + 1;
    return `invalid character: found \`${stranger[0]}\` at ${place}`;
  }
  const parts = body.split("-");
  if (parts.length === 1 && offset === 0)
    return `invalid length: expected length 32 for simple format, found ${text.length}`;
  if (parts.length !== groups.length) return `invalid group count: expected 5, found ${parts.length}`;
  const group = groups.findIndex((length, index) => parts[index]?.length !== length);
  return `invalid group length in group ${group}: expected ${groups[group]}, found ${parts[group]?.length}`;
}
