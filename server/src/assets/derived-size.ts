/** Formats that other sizes are made in. */
export const derivedFormats = ["png", "jpeg", "webp"] as const;
export type DerivedFormat = (typeof derivedFormats)[number];

/** How somebody wants to have a picture: null is as it is, or as it follows from the rest. */
export interface DerivedSize {
  /** Pixels of a box that it is to fit into; it is never enlarged. */
  readonly width: number | null;
  readonly height: number | null;
  readonly format: DerivedFormat | null;
  /** 1 to 100, of formats that lose something. */
  readonly quality: number | null;
}

/** A parameter that cannot be followed. `problem` names it as Pydantic does, but for its `greater_than_equal`. */
export interface DerivedSizeError {
  readonly name: "width" | "height" | "format" | "quality";
  /** As it was sent. */
  readonly value: unknown;
  readonly problem:
    | { readonly type: "int_parsing" }
    | { readonly type: "greater_equal" | "less_equal"; readonly limit: number }
    | { readonly type: "enum"; readonly expected: readonly string[] };
}

/** Pixels of a side. */
const sideLimits = { least: 16, most: 4096 } as const;
const qualityLimits = { least: 1, most: 100 } as const;

/** In the order in which they are told. */
const formatNames: Readonly<Record<string, DerivedFormat>> = {
  png: "png",
  jpg: "jpeg",
  jpeg: "jpeg",
  webp: "webp",
};

/**
 * Reads `width`, `height`, `format` and `quality` of a query; others are not looked at.
 *
 * @returns null where none of them is there
 */
export function readDerivedSize(
  query: Readonly<Record<string, unknown>>,
): DerivedSize | { readonly errors: readonly DerivedSizeError[] } | null {
  const errors: DerivedSizeError[] = [];

  function whole(name: "width" | "height" | "quality", { least, most }: { least: number; most: number }) {
    const value = query[name];
    if (value === undefined) return null;
    const number = typeof value === "string" && /^[+-]?\d+$/.test(value.trim()) ? Number(value) : null;
    if (number === null) errors.push({ name, value, problem: { type: "int_parsing" } });
    else if (number < least) errors.push({ name, value, problem: { type: "greater_equal", limit: least } });
    else if (number > most) errors.push({ name, value, problem: { type: "less_equal", limit: most } });
    return number;
  }

  function format(): DerivedFormat | null {
    const value = query["format"];
    if (value === undefined) return null;
    const name = String(value).toLowerCase();
    const known = Object.hasOwn(formatNames, name) ? formatNames[name] : undefined;
    if (known !== undefined) return known;
    errors.push({ name: "format", value, problem: { type: "enum", expected: Object.keys(formatNames) } });
    return null;
  }

  const size: DerivedSize = {
    width: whole("width", sideLimits),
    height: whole("height", sideLimits),
    format: format(),
    quality: whole("quality", qualityLimits),
  };
  if (errors.length > 0) return { errors };
  return Object.values(size).every((value) => value === null) ? null : size;
}
