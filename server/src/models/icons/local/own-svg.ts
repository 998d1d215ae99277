const elements = new Set([
  ...["svg", "metadata", "defs", "g", "path", "rect", "circle", "ellipse", "clipPath", "mask"],
  ...["linearGradient", "radialGradient", "stop"],
]);

const attributes = new Set([
  ...["xmlns", "width", "height", "viewBox", "id", "d", "transform", "opacity", "fill", "stroke"],
  ...["stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset"],
  ...["x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "clip-path", "mask", "maskUnits"],
  ...["gradientUnits", "offset", "stop-color", "stop-opacity"],
]);

/** Characters of a drawing: some are 40 000, none is near to this. */
const longest = 500_000;

const namespace = "http://www.w3.org/2000/svg";
/** One after the other: our notice, an element's beginning, or its end. There is no text but in the notice. */
const piece =
  /<metadata>[^<>&\p{Cc}]*<\/metadata>|<(?<name>[A-Za-z]+)(?<written>(?: [A-Za-z][A-Za-z\d-]*="[^"<>&\\]*")*)\/?>|<\/[A-Za-z]+>/uy;
const attribute = / (?<key>[A-Za-z\d-]+)="(?<value>[^"]*)"/g;

/**
 * Whether it is made of nothing but the elements and attributes that drawings here are made of, written as they are
 * here: no entity, no comment, no style, no script, no text to be set, no picture, and no reference but to a part of itself.
 */
export function isOwnSvg(svg: string): boolean {
  if (svg.length > longest || !svg.startsWith(`<svg xmlns="${namespace}" `)) return false;
  let at = 0;
  while (at < svg.length) {
    piece.lastIndex = at;
    const found = piece.exec(svg);
    if (found === null || !isKnown(found.groups?.["name"], found.groups?.["written"])) return false;
    at = piece.lastIndex;
  }
  return true;
}

function isKnown(name: string | undefined, written = ""): boolean {
  // An end, which begins nothing, or the notice.
  if (name === undefined) return true;
  if (!elements.has(name)) return false;
  for (const { groups: { key = "", value = "" } = {} } of written.matchAll(attribute)) {
    if (!attributes.has(key)) return false;
    if (key === "xmlns" && value !== namespace) return false;
    if (/[()]/.test(value) && !isHarmless(key, value)) return false;
  }
  return true;
}

/** What has brackets: a part of the drawing itself, or a place. */
const isHarmless = (key: string, value: string): boolean =>
  key === "transform"
    ? /^(?:(?:translate|scale|rotate)\([-\d. e]*\) ?)+$/.test(value)
    : /^url\(#[\w-]+\)$/.test(value);
