const entities = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

const decode = (text: string) =>
  text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities.get(name) ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/**
 * What stands between the tags of each element of this name. Enough for the answers of S3 and STS, whose elements never
 * nest in ones of their own name and which have no comments or CDATA.
 */
export function elements(xml: string, name: string): string[] {
  const found: string[] = [];
  for (const [, content = ""] of xml.matchAll(new RegExp(`<${name}(?:\\s[^<>]*)?>(.*?)</${name}>`, "gs"))) {
    found.push(content);
  }
  return found;
}

/** @returns null where there is no such element */
export function elementText(xml: string, name: string): string | null {
  const [content] = elements(xml, name);
  return content === undefined ? null : decode(content);
}

export const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
