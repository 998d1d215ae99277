const space = /[ \t\n\r]*/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const stringContent = /(?:[ !#-[\]-\uffff]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/**
 * Where broken JSON is broken, in characters: what V8 says of it is text for people, and often has no position. By the
 * rules of Python's parser, whose positions FastAPI prints: of a string without an end it is the beginning.
 */
export function jsonErrorOffset(text: string): number {
  return [...text.slice(0, brokenAt(text))].length;
}

/** In UTF-16 units; behind the first value where that is whole. */
function brokenAt(text: string): number {
  const open: ("{" | "[")[] = [];
  let expected: "value" | "name" | "next" = "value";
  let isFirst = false;
  let at = 0;
  for (;;) {
    at = behind(space, text, at);
    const character = text.charAt(at);
    const inside = open.at(-1);
    const closes = inside !== undefined && character === (inside === "{" ? "}" : "]");
    if (closes && (isFirst || expected === "next")) {
      open.pop();
      expected = "next";
      isFirst = false;
      at += 1;
      continue;
    }
    isFirst = false;
    if (expected === "next") {
      if (inside === undefined || character !== ",") return at;
      expected = inside === "{" ? "name" : "value";
      at += 1;
    } else if (expected === "name") {
      if (character !== '"') return at;
      const name = stringAt(text, at);
      if ("fault" in name) return name.fault;
      at = behind(space, text, name.end);
      if (text.charAt(at) !== ":") return at;
      expected = "value";
      at += 1;
    } else if (character === "{" || character === "[") {
      open.push(character);
      expected = character === "{" ? "name" : "value";
      isFirst = true;
      at += 1;
    } else if (character === '"') {
      const value = stringAt(text, at);
      if ("fault" in value) return value.fault;
      expected = "next";
      at = value.end;
    } else {
      const end = behind(scalar, text, at);
      if (end === at) return at;
      expected = "next";
      at = end;
    }
  }
}

function stringAt(text: string, start: number): { readonly end: number } | { readonly fault: number } {
  const at = behind(stringContent, text, start + 1);
  if (text.charAt(at) === '"') return { end: at + 1 };
  const isOver = at === text.length || (text.charAt(at) === "\\" && at + 1 === text.length);
  if (isOver) return { fault: start };
  return { fault: text.startsWith("\\u", at) ? at + 1 : at };
}

/** The end of what a sticky pattern matches at a place; the place itself where it does not. */
function behind(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
