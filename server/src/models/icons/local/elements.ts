import type { Outline } from "./outline.ts";
import { outlinesOf } from "./path.ts";

/** The outlines of elements of the set: paths, circles, ellipses and rectangles that have no transform. */
export const outlinesIn = (body: string): readonly Outline[] =>
  Array.from(body.matchAll(/<(path|circle|ellipse|rect)\b([^>]*)>/g), ([, element = "", written = ""]) =>
    outlinesOf(dataOf(element, attributesIn(written))),
  ).flat();

const attributesIn = (written: string) =>
  new Map(Array.from(written.matchAll(/([\w-]+)="([^"]*)"/g), ([, key = "", value = ""]) => [key, value]));

/** As the `d` of a path. */
function dataOf(element: string, attributes: ReadonlyMap<string, string>): string {
  if (element === "path") return attributes.get("d") ?? "";
  const number = (name: string) => Number(attributes.get(name) ?? 0);
  if (element === "rect") {
    // One radius stands for both.
    const rx = number(attributes.has("rx") ? "rx" : "ry");
    const ry = number(attributes.has("ry") ? "ry" : "rx");
    const [wide, high] = [number("width") - 2 * rx, number("height") - 2 * ry];
    const corner = (dx: number, dy: number) => `a${rx} ${ry} 0 0 1 ${dx} ${dy}`;
    return (
      `M${number("x") + rx} ${number("y")}h${wide}${corner(rx, ry)}v${high}${corner(-rx, ry)}` +
      `h${-wide}${corner(-rx, -ry)}v${-high}${corner(rx, -ry)}z`
    );
  }
  const [rx, ry] = element === "circle" ? [number("r"), number("r")] : [number("rx"), number("ry")];
  const half = (dx: number) => `a${rx} ${ry} 0 0 1 ${dx} 0`;
  return `M${number("cx") - rx} ${number("cy")}${half(2 * rx)}${half(-2 * rx)}z`;
}
