/**
 * `key=value,key2=value2` with percent-encoded values, as OpenTelemetry writes headers and attributes of a resource in
 * one variable.
 *
 * @throws {TypeError} where it is something else; the message says nothing of the values, which may be secrets
 */
export function parseKeyValues(text: string): Readonly<Record<string, string>> {
  const pairs = text
    .split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
  return Object.fromEntries(pairs.map(parsePair));
}

function parsePair(pair: string): readonly [string, string] {
  const equals = pair.indexOf("=");
  const key = pair.slice(0, Math.max(0, equals)).trim();
  if (key === "") throw new TypeError("a pair has no key");
  return [key, decodeURIComponent(pair.slice(equals + 1).trim())];
}
