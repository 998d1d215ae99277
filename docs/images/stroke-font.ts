/**
 * Letters as strokes, so that the pictures come out the same on machines without fonts. Cap height 10, baseline at
 * y = 10, descenders to 13; each glyph is its advance width and an SVG path.
 */
const glyphs: Readonly<Record<string, readonly [width: number, path: string]>> = {
  " ": [3.6, ""],
  a: [6, "M5.4 6.75A2.5 3.25 0 1 1 .4 6.75A2.5 3.25 0 1 1 5.4 6.75M5.4 3.5V10"],
  b: [6, "M.4 0V10M5.4 6.75A2.5 3.25 0 1 1 .4 6.75A2.5 3.25 0 1 1 5.4 6.75"],
  c: [5.2, "M5 4.7A2.6 3.25 0 1 0 5 8.8"],
  d: [6, "M5.4 6.75A2.5 3.25 0 1 1 .4 6.75A2.5 3.25 0 1 1 5.4 6.75M5.4 0V10"],
  e: [6, "M.5 6.6H5.4A2.5 3.2 0 1 0 4.8 9"],
  f: [3.7, "M3.7 .2C2.1 -.3 1.4 .7 1.4 2V10M0 3.6H3.3"],
  g: [6, "M5.4 6.75A2.5 3.25 0 1 1 .4 6.75A2.5 3.25 0 1 1 5.4 6.75M5.4 3.5V10.5C5.4 13.6 1.8 13.6 .8 12.2"],
  h: [5.6, "M.4 0V10M.4 6.2C.4 2.6 5 2.6 5 6.2V10"],
  i: [1.2, "M.5 3.5V10M.5 .9V1"],
  k: [5, "M.4 0V10M4.6 3.5L.5 7.3M2 6L5 10"],
  l: [1.2, "M.5 0V10"],
  m: [9, "M.4 3.5V10M.4 6C.4 2.7 4.4 2.7 4.4 6V10M4.4 6C4.4 2.7 8.4 2.7 8.4 6V10"],
  n: [5.6, "M.4 3.5V10M.4 6.2C.4 2.6 5 2.6 5 6.2V10"],
  o: [6, "M5.4 6.75A2.5 3.25 0 1 1 .4 6.75A2.5 3.25 0 1 1 5.4 6.75"],
  p: [6, "M.4 3.5V13M5.4 6.75A2.5 3.25 0 1 1 .4 6.75A2.5 3.25 0 1 1 5.4 6.75"],
  q: [6, "M5.4 3.5V13M5.4 6.75A2.5 3.25 0 1 1 .4 6.75A2.5 3.25 0 1 1 5.4 6.75"],
  r: [3.8, "M.4 3.5V10M.4 6.4C.4 4.4 1.8 3.3 3.7 3.6"],
  s: [5, "M4.5 4.7C3.7 3 .6 3.2 .6 5.2C.6 7.3 4.7 6.1 4.7 8.2C4.7 10.4 1.2 10.5 .3 8.8"],
  t: [3.7, "M1.4 1V8.2C1.4 9.8 2.3 10.2 3.6 9.9M0 3.5H3.4"],
  u: [5.6, "M.4 3.5V7.3C.4 10.9 5 10.9 5 7.3M5 3.5V10"],
  v: [5.4, "M.2 3.5L2.7 10L5.2 3.5"],
  w: [8, "M.2 3.5L2.1 10L4 4.2L5.9 10L7.8 3.5"],
  x: [5.2, "M.3 3.5L4.9 10M4.9 3.5L.3 10"],
  y: [5.4, "M.2 3.5L2.8 9.6M5.4 3.5L2.6 10.8C2 12.5 1.2 13 .2 12.8"],
  z: [5.2, "M.4 3.5H4.8L.3 10H4.9"],
  "0": [6, "M5.6 5A2.6 5 0 1 1 .4 5A2.6 5 0 1 1 5.6 5"],
  "1": [4.4, "M.6 2.2L3.2 0V10"],
  "2": [6, "M.5 2.9C.5 -1 5.5 -1 5.5 2.8C5.5 5.2 1.6 7.4 .4 10H5.7"],
  "3": [
    6,
    "M.6 1.8C1.4 -.7 5.3 -.5 5.3 2.2C5.3 4.2 3.6 4.8 2.2 4.8C3.8 4.8 5.6 5.4 5.6 7.3C5.6 10.7 1 10.9 .3 8",
  ],
  "4": [6, "M4.3 10V0L.2 7.2H5.9"],
  "5": [6, "M5.2 0H1.2L.8 4.7C1.8 3.5 5.6 3.2 5.6 6.7C5.6 10.8 1.2 10.9 .3 8.2"],
  "6": [6, "M4.6 0C2.2 1.4 .4 4 .4 6.9A2.55 3.1 0 1 0 5.5 6.9A2.55 3.1 0 1 0 .4 6.9"],
  "7": [6, "M.4 0H5.6L2 10"],
  "8": [
    6,
    "M5.1 2.4A2.1 2.4 0 1 1 .9 2.4A2.1 2.4 0 1 1 5.1 2.4M5.6 7.4A2.6 2.6 0 1 1 .4 7.4A2.6 2.6 0 1 1 5.6 7.4",
  ],
  "9": [6, "M1.4 10C3.8 8.6 5.6 6 5.6 3.1A2.55 3.1 0 1 0 .5 3.1A2.55 3.1 0 1 0 5.6 3.1"],
  A: [7.4, "M.2 10L3.7 0L7.2 10M1.5 6.6H5.9"],
  B: [6.4, "M.5 0V10M.5 0H3.2C6.3 0 6.3 4.8 3.2 4.8H.5M3.2 4.8C6.9 4.8 6.9 10 3.2 10H.5"],
  C: [7, "M6.8 2C4.8 -1.2 .4 -.2 .4 5C.4 10.2 4.8 11.2 6.8 8"],
  E: [5.6, "M5.4 0H.5V10H5.4M.5 4.8H4.6"],
  F: [5.4, "M5.3 0H.5V10M.5 4.8H4.5"],
  G: [7.4, "M6.9 2C4.8 -1.2 .4 -.2 .4 5C.4 10.2 4.8 11 7 8.4V5.4H4.3"],
  I: [1.2, "M.5 0V10"],
  K: [6.2, "M.5 0V10M5.8 0L.5 6M2.4 4L6.1 10"],
  M: [8.4, "M.5 10V0L4.2 6.6L7.9 0V10"],
  N: [7, "M.5 10V0L6.5 10V0"],
  O: [8, "M7.6 5A3.6 5 0 1 1 .4 5A3.6 5 0 1 1 7.6 5"],
  P: [6.2, "M.5 10V0H3C6.8 0 6.8 5.5 3 5.5H.5"],
  R: [6.4, "M.5 10V0H3C6.8 0 6.8 5.2 3 5.2H.5M3 5.2L6.2 10"],
  S: [6, "M5.3 1.7C4.1 -.9 .6 -.2 .6 2.4C.6 5.6 5.6 4.3 5.6 7.5C5.6 10.8 1.3 10.8 .3 8"],
  T: [6.6, "M.2 0H6.4M3.3 0V10"],
  W: [10, "M.2 0L2.7 10L5 1.4L7.3 10L9.8 0"],
  X: [6.6, "M.3 0L6.3 10M6.3 0L.3 10"],
  Y: [6.6, "M.2 0L3.3 5L6.4 0M3.3 5V10"],
  "×": [5.4, "M.6 3.6L4.8 7.8M4.8 3.6L.6 7.8"],
  "°": [3.4, "M3 1.4A1.3 1.4 0 1 1 .4 1.4A1.3 1.4 0 1 1 3 1.4"],
  ".": [1.2, "M.5 9.9V10"],
  ",": [1.4, "M.9 9.7L.3 11.4"],
  ":": [1.2, "M.5 4.2V4.3M.5 9.8V9.9"],
  "-": [4.4, "M.4 6.4H4"],
  "/": [4.6, "M4.3 -.6L.3 11"],
};

const gap = 2.1;

/** Width in pixels of a text whose capitals are `size` pixels high. */
export const textWidth = (text: string, size: number) =>
  ([...text].reduce((sum, character) => sum + glyph(character)[0] + gap, -gap) * size) / 10;

/**
 * One line of text as SVG.
 *
 * @param x left end in pixels
 * @param y baseline in pixels
 * @param weight width of the strokes, where capitals are 10 high
 */
export function strokeText(
  text: string,
  at: { x: number; y: number; size: number; colour: string; weight?: number },
): string {
  const { x, y, size, colour, weight = 1.1 } = at;
  let advance = 0;
  const paths = [...text].map((character) => {
    const [width, path] = glyph(character);
    const placed = `<path transform="translate(${advance.toFixed(2)} 0)" d="${path}"/>`;
    advance += width + gap;
    return path === "" ? "" : placed;
  });
  return `<g transform="translate(${x} ${y - size}) scale(${size / 10})" fill="none" stroke="${colour}" stroke-width="${weight}" stroke-linecap="round" stroke-linejoin="round">${paths.join("")}</g>`;
}

function glyph(character: string): readonly [width: number, path: string] {
  const found = glyphs[character];
  if (!found) throw new Error(`There is no glyph for ${JSON.stringify(character)}; draw one.`);
  return found;
}
