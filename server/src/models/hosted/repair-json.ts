/** JSON that was found in a model's text, and whether the text had to be changed for it. */
export interface FoundJson {
  readonly value: unknown;
  readonly repaired: boolean;
}

/**
 * Reads the JSON object that a model wrote, with the mistakes that leave no doubt about what it meant: a code fence,
 * words before or after the only object, a last brace that is missing. Whatever could be read in two ways is not
 * repaired.
 *
 * @returns null where there is no such object
 */
export function readJsonObject(text: string): FoundJson | null {
  const json = parse(text);
  if (json) return isObject(json.value) ? { value: json.value, repaired: false } : null;
  const start = text.indexOf("{");
  // What begins as a list was not meant to be one object.
  if (start < 0 || /[[\]]/.test(text.slice(0, start))) return null;
  const end = endOfObject(text, start);
  const repaired = end === null ? closed(text.slice(start)) : only(text, start, end);
  const found = repaired === null ? null : parse(repaired);
  return found && { value: found.value, repaired: true };
}

/** Two objects in one text leave open which of them is meant. */
const only = (text: string, start: number, end: number): string | null =>
  text.includes("{", end) ? null : text.slice(start, end);

/**
 * One closing brace may have been forgotten. What needs more than that to be JSON, or ends in a number (of which digits
 * may be missing), may as well be an answer that was cut off.
 */
function closed(text: string): string | null {
  // Not with a regular expression: models now and then write line ends up to their limit, and that would be quadratic.
  const trimmed = text.trimEnd();
  const object = trimmed.endsWith("```") ? trimmed.slice(0, -3).trimEnd() : trimmed;
  return /[\d{]$/.test(object) ? null : `${object}}`;
}

/** Behind the brace that closes the object which begins at `start`; null where none does. */
function endOfObject(text: string, start: number): number | null {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{") depth += 1;
    else if (character === "}") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}

function parse(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);
