import type { Colour } from "./colour.ts";
import type { Chip, Placed } from "./layout.ts";
import { type Attributes, rounded, tag } from "./svg.ts";

const roundEnds: Attributes = { fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" };

/** Lines of a glyph; `width` in units of the drawing. */
export function line(on: Placed, d: string, stroke: string, width: number, more: Attributes = {}): string {
  if (d === "") return "";
  return tag("path", {
    ...{ d, transform: on.transform, ...roundEnds, stroke, "stroke-width": width / on.scale },
    ...more,
  });
}

export function area(on: Placed, d: string, fill: string, more: Attributes = {}): string {
  return d === "" ? "" : tag("path", { d, transform: on.transform, fill, ...more });
}

/**
 * A solid figure: the body filled, what is outside of it as lines, and what is inside cut out in `cut`.
 *
 * @param inside the id of a clip of the body, as `bodyClip` defines it
 */
export function solid(
  on: Placed,
  {
    fill,
    cut,
    width,
    cutWidth,
    inside,
  }: {
    readonly fill: string;
    readonly cut: string;
    readonly width: number;
    readonly cutWidth: number;
    readonly inside: string;
  },
): string {
  const { body, strokes, cuts } = on.glyph;
  return [
    line(on, strokes, fill, width),
    area(on, body, fill),
    cuts === "" ? "" : tag("g", { "clip-path": `url(#${inside})` }, line(on, cuts, cut, cutWidth)),
  ].join("");
}

/** Of nothing where a glyph has no body: then nothing is drawn in it. */
export const bodyClip = (id: string, { glyph, transform }: Placed): string =>
  tag("clipPath", { id }, tag("path", { d: glyph.body || "M0 0", transform }));

/** Leaves out a ring around each companion. */
export const gapMask = (id: string, chips: readonly Chip[], gap: number): string =>
  tag(
    "mask",
    { id, maskUnits: "userSpaceOnUse", x: 0, y: 0, width: 1024, height: 1024 },
    tag("rect", { width: 1024, height: 1024, fill: "#ffffff" }),
    ...chips.map(({ middle, radius }) =>
      tag("circle", { cx: middle.x, cy: middle.y, r: radius + gap, fill: "#000000" }),
    ),
  );

/**
 * The glyph as it is drawn over the page, from where it is to `dx`, `dy` away: a long shadow, or the side of something
 * thick. Each edge sweeps a parallelogram, and all of them turn the same way, so that none takes from another.
 */
export function sweep(on: Placed, dx: number, dy: number, fill: string, width: number): string {
  const { glyph, middle, scale } = on;
  const x = (value: number) => rounded(middle.x + scale * (value - glyph.middle.x));
  const y = (value: number) => rounded(middle.y + scale * (value - glyph.middle.y));
  const edges = glyph.corners.flatMap((corners) =>
    corners.slice(1).map((to, index) => {
      const from = corners[index] ?? to;
      const turns = (to.x - from.x) * dy - (to.y - from.y) * dx;
      const [one, other] = turns > 0 ? [from, to] : [to, from];
      return `M${x(one.x)} ${y(one.y)}L${x(other.x)} ${y(other.y)}l${dx} ${dy}L${rounded(x(one.x) + dx)} ${rounded(y(one.y) + dy)}Z`;
    }),
  );
  return tag("path", {
    d: edges.join(""),
    ...{ fill, stroke: fill, "stroke-width": width, "stroke-linejoin": "round" },
  });
}

/** Straight from corner to corner, or in the direction of `x2`, `y2`; places are shares of what is painted. */
export const gradient = (
  id: string,
  stops: readonly (readonly [at: number, colour: Colour, opacity?: number])[],
  { x1 = 0, y1 = 0, x2 = 1, y2 = 1, units = "objectBoundingBox" } = {},
): string => tag("linearGradient", { id, x1, y1, x2, y2, gradientUnits: units }, ...stops.map(stop));

export const glow = (
  id: string,
  stops: readonly (readonly [at: number, colour: Colour, opacity?: number])[],
  { cx = 0.5, cy = 0.5, r = 0.5 } = {},
): string => tag("radialGradient", { id, cx, cy, r }, ...stops.map(stop));

const stop = ([offset, colour, opacity = 1]: readonly [number, Colour, number?]): string =>
  tag("stop", { offset, "stop-color": colour, "stop-opacity": opacity });

/**
 * What fades out at its edges, without a filter, which takes a renderer seconds: the same figure again and again, each
 * time a little smaller, thinly.
 *
 * @param draw with the outline so many units further out, or further in where it is negative
 * @param spread units on both sides of its outline
 */
export function soft(draw: (further: number) => string, spread: number, opacity: number): string {
  // As much shines through all layers as through one of the wanted opacity.
  const each = 1 - (1 - opacity) ** (1 / layers);
  const steps = Array.from({ length: layers }, (_, index) => spread * (1 - (2 * index) / (layers - 1)));
  return steps.map((further) => tag("g", { opacity: fine(each) }, draw(further))).join("");
}

/** Steps in a shadow that are not seen as steps. */
const layers = 7;
const fine = (value: number): string => value.toFixed(3);
