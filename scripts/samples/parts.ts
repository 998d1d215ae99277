import { seededRandom } from "../../server/test/pictures.ts";

// Fonts that Debian installs with its desktop, under free licences: fonts-dejavu and fonts-liberation.
export const sans = "DejaVu Sans";
export const narrow = "Liberation Sans Narrow";
export const serif = "DejaVu Serif";
export const roman = "Liberation Serif";
export const mono = "Liberation Mono";

export interface Lettering {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly family: string;
  readonly fill: string;
  readonly weight?: "normal" | "bold";
  readonly style?: "normal" | "italic";
  readonly anchor?: "start" | "middle" | "end";
  /** Between letters, in pixels. */
  readonly spacing?: number;
  /** Further attributes, such as a filter or a stroke. */
  readonly more?: string;
}

export function lettering(text: string, options: Lettering): string {
  const { x, y, size, family, fill, weight = "normal", style = "normal" } = options;
  const { anchor = "middle", spacing = 0, more = "" } = options;
  return (
    `<text x="${x}" y="${y}" font-family="${family}" font-size="${size}" font-weight="${weight}" ` +
    `font-style="${style}" text-anchor="${anchor}" letter-spacing="${spacing}" fill="${fill}" ${more}>` +
    `${text.replaceAll("&", "&amp;")}</text>`
  );
}

export const picture = (width: number, height: number, definitions: string, body: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
  `viewBox="0 0 ${width} ${height}"><defs>${definitions}</defs>${body}</svg>`;

type Stop = readonly [offset: number, colour: string, opacity?: number];

const stops = (all: readonly Stop[]) =>
  all
    .map(
      ([offset, colour, opacity = 1]) =>
        `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity}"/>`,
    )
    .join("");

/** From top to bottom, or as `direction` says: x1 y1 x2 y2 in parts of the painted box. */
export function linear(id: string, all: readonly Stop[], direction = [0, 0, 0, 1]): string {
  const [x1, y1, x2, y2] = direction;
  return `<linearGradient id="${id}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}">${stops(all)}</linearGradient>`;
}

export const radial = (id: string, all: readonly Stop[], [cx, cy, r] = [0.5, 0.5, 0.5]) =>
  `<radialGradient id="${id}" cx="${cx}" cy="${cy}" r="${r}">${stops(all)}</radialGradient>`;

export const blur = (id: string, deviation: number) =>
  `<filter id="${id}" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="${deviation}"/></filter>`;

/** A surface that is not of one colour: noise that darkens, stretched along x or y by its frequencies. */
export const grain = (id: string, frequency: string, strength: number, seed = 3) =>
  `<filter id="${id}" x="0" y="0" width="100%" height="100%">` +
  `<feTurbulence type="fractalNoise" baseFrequency="${frequency}" numOctaves="3" seed="${seed}"/>` +
  `<feColorMatrix values="0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  ${strength} 0 0 0 ${-strength * 0.38}"/></filter>`;

export const box = (x: number, y: number, width: number, height: number, fill: string, more = "") =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" ${more}/>`;

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A wall of bricks in running bond, each of its own shade. `colour` takes a number from 0 to 1. */
export function bricks(area: Area, colour: (shade: number) => string, mortar: string, seed: number): string {
  const random = seededRandom(seed);
  const [width, height, gap] = [62, 24, 3];
  const parts = [box(area.x, area.y, area.width, area.height, mortar)];
  for (let row = 0; row * height < area.height; row += 1) {
    for (let x = area.x - (row % 2) * (width / 2); x < area.x + area.width; x += width) {
      const left = Math.max(x, area.x);
      const right = Math.min(x + width - gap, area.x + area.width);
      if (right <= left) continue;
      const y = area.y + row * height;
      parts.push(
        box(left, y, right - left, Math.min(height - gap, area.y + area.height - y), colour(random())),
      );
    }
  }
  return parts.join("");
}

/** A colour between two, as CSS writes it. */
export const between = (from: readonly number[], to: readonly number[]) => (share: number) =>
  `rgb(${from.map((value, index) => Math.round(value + ((to[index] ?? 0) - value) * share)).join(",")})`;

/** Paving in perspective, from `top` to the lower edge. */
export function pavement(width: number, height: number, top: number, fill: string, lines: string): string {
  const parts = [box(0, top, width, height - top, fill)];
  for (let x = -width; x <= width * 2; x += width / 6) {
    const far = width / 2 + (x - width / 2) * 0.72;
    parts.push(`<path d="M${far} ${top}L${x} ${height}" stroke="${lines}" stroke-width="2" opacity="0.5"/>`);
  }
  for (const part of [0.2, 0.52]) {
    const y = top + (height - top) * part;
    parts.push(`<path d="M0 ${y}H${width}" stroke="${lines}" stroke-width="2" opacity="0.5"/>`);
  }
  return parts.join("");
}
