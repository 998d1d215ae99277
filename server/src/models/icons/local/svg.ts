/** What an attribute of ours is: a number, or a word, colour or path that this code made. */
export type Attributes = Readonly<Record<string, string | number>>;

/**
 * An element. There is no way to write text or a reference to another file: nothing of a caller gets into a drawing but
 * through tables of this code, so there is nothing to sanitise.
 */
export function tag(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : value}"`)
    .join("");
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join("")}</${name}>`;
}

/** Fine enough for a drawing of 1024 units, and short. */
export const rounded = (value: number): number => Math.round(value * 100) / 100;

const notice =
  "Icons of Lucide (https://lucide.dev), ISC License, Copyright (c) Lucide Icons and Contributors. " +
  "Parts from Feather, MIT License, Copyright (c) 2013-present Cole Bemis. Restyled.";

/** A file with 1024 × 1024 units. */
export const documentOf = (elements: readonly string[]): string =>
  tag(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width: 1024, height: 1024, viewBox: "0 0 1024 1024" },
    tag("metadata", {}, notice),
    ...elements,
  );
