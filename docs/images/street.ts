import { seededRandom } from "../../server/test/pictures.ts";
import { strokeText } from "./stroke-font.ts";

/** Metres: x to the right, y up, z away from the camera. */
type Point = readonly [x: number, y: number, z: number];
type Colour = readonly [red: number, green: number, blue: number];

const width = 756;
const height = 1008;
const horizon = 590;
const focal = 760;
const eye = 1.65;
const haze: Colour = [244, 178, 138];
const facades: readonly Colour[] = [
  [168, 84, 66],
  [96, 108, 140],
  [196, 158, 110],
  [118, 74, 92],
  [84, 122, 118],
  [178, 112, 78],
];

const project = ([x, y, z]: Point) =>
  `${(width / 2 + (focal * x) / z).toFixed(1)},${(horizon - (focal * (y - eye)) / z).toFixed(1)}`;

const mix = (from: Colour, to: Colour, share: number) =>
  `rgb(${from.map((value, index) => Math.round(value + ((to[index] ?? 0) - value) * share)).join(",")})`;

/** Far things take the colour of the evening air. */
const seenFrom = (colour: Colour, z: number) => mix(colour, haze, 1 - Math.exp(-z / 55));

const quad = (points: readonly Point[], colour: string, opacity = 1) =>
  `<polygon points="${points.map(project).join(" ")}" fill="${colour}" opacity="${opacity}"/>`;

/** A rectangle on a wall along the street. */
const onWall = (x: number, z: readonly [number, number], y: readonly [number, number], colour: string) =>
  quad(
    [
      [x, y[0], z[0]],
      [x, y[1], z[0]],
      [x, y[1], z[1]],
      [x, y[0], z[1]],
    ],
    colour,
  );

function house(side: -1 | 1, z: number, depth: number, tall: number, colour: Colour, random: () => number) {
  const x = side * 6;
  const end = z + depth;
  const dim: Colour = side < 0 ? colour : [colour[0] * 0.62, colour[1] * 0.62, colour[2] * 0.7];
  const middle = z + depth / 2;
  const parts = [
    onWall(x, [z, end], [0, tall], seenFrom(dim, middle)),
    onWall(x, [z, end], [tall - 0.5, tall], seenFrom([dim[0] * 0.7, dim[1] * 0.7, dim[2] * 0.7], middle)),
    onWall(x, [z, end], [0, 0.7], seenFrom([dim[0] * 0.55, dim[1] * 0.55, dim[2] * 0.6], middle)),
  ];
  // The gable that looks towards us, where the house in front is lower.
  parts.unshift(
    quad(
      [
        [x, 0, z],
        [x, tall, z],
        [x + side * 8, tall, z],
        [x + side * 8, 0, z],
      ],
      seenFrom([dim[0] * 0.5, dim[1] * 0.5, dim[2] * 0.58], z),
    ),
  );
  const columns = Math.max(2, Math.round(depth / 2.4));
  const pitch = depth / columns;
  for (let floor = 4.2; floor + 2.6 < tall; floor += 3.2) {
    for (let column = 0; column < columns; column += 1) {
      const from = z + column * pitch + pitch * 0.26;
      const to = from + pitch * 0.48;
      const lit = random() < 0.42;
      const frame = seenFrom([236, 226, 210], from);
      const pane = lit ? mix([255, 206, 112], haze, random() * 0.3) : seenFrom([46, 58, 86], from);
      parts.push(onWall(x, [from - 0.1, to + 0.1], [floor - 0.1, floor + 1.8], frame));
      parts.push(onWall(x, [from, to], [floor, floor + 1.7], pane));
      parts.push(onWall(x, [(from + to) / 2 - 0.04, (from + to) / 2 + 0.04], [floor, floor + 1.7], frame));
    }
  }
  for (let column = 0; column < columns; column += 1) {
    const from = z + column * pitch + pitch * 0.14;
    parts.push(onWall(x, [from, from + pitch * 0.72], [0.7, 3], mix([255, 196, 110], haze, random() * 0.25)));
    parts.push(
      onWall(
        x,
        [from - 0.1, from + pitch * 0.72 + 0.1],
        [3, 3.4],
        seenFrom(facades[column % 6] ?? dim, from),
      ),
    );
  }
  return parts.join("");
}

function lamp(side: -1 | 1, z: number) {
  const x = side * 4.3;
  const [lampX = "0", lampY = "0"] = project([x - side * 0.9, 5, z]).split(",");
  const radius = (focal * 0.16) / z;
  const iron = seenFrom([34, 32, 44], z);
  return `<polyline points="${[
    [x, 0, z],
    [x, 5.2, z],
    [x - side * 0.9, 5.2, z],
  ]
    .map((point) => project(point as unknown as Point))
    .join(" ")}" fill="none" stroke="${iron}" stroke-width="${(focal * 0.11) / z}"/>
    <circle cx="${lampX}" cy="${lampY}" r="${radius * 7}" fill="url(#glow)"/>
    <circle cx="${lampX}" cy="${lampY}" r="${radius}" fill="#fff3d0"/>`;
}

function walker(x: number, z: number, colour: Colour) {
  const scale = focal / z;
  const [feetX = "0", feetY = "0"] = project([x, 0, z]).split(",");
  return `<g transform="translate(${feetX} ${feetY}) scale(${scale})" fill="${seenFrom(colour, z)}">
    <ellipse cx="0.5" cy="0.02" rx="0.9" ry="0.06" fill="#201c2c" opacity="0.35"/>
    <path d="M-.22 0L-.1 -.85L.16 -.85L.3 0L.17 0L.04 -.6L-.09 0Z"/>
    <path d="M-.24 -.75C-.3 -1.3 -.2 -1.48 0 -1.48S.3 -1.3 .26 -.75Z"/><circle cx="0" cy="-1.63" r=".125"/></g>`;
}

function cyclist(x: number, z: number) {
  const scale = focal / z;
  const [groundX = "0", groundY = "0"] = project([x, 0, z]).split(",");
  const dark = seenFrom([30, 28, 40], z);
  return `<g transform="translate(${groundX} ${groundY}) scale(${scale})" fill="none" stroke="${dark}" stroke-width=".05" stroke-linecap="round" stroke-linejoin="round">
    <ellipse cx=".2" cy="0" rx="1" ry=".06" fill="#201c2c" stroke="none" opacity=".35"/>
    <circle cx="-.5" cy="-.34" r=".33"/><circle cx=".5" cy="-.34" r=".33"/>
    <path d="M-.5 -.34L-.2 -.85L.34 -.85L.02 -.34ZM-.5 -.34H.02M.34 -.98L.5 -.34M-.24 -.95H-.1"/>
    <path d="M-.16 -.98C-.1 -1.5 .1 -1.56 .2 -1.5L.36 -1L.02 -.4" stroke="${seenFrom([176, 52, 56], z)}" stroke-width=".17"/>
    <circle cx=".2" cy="-1.72" r=".13" fill="${dark}" stroke="none"/></g>`;
}

/** An evening street, upright, 756×1008 units. */
export function streetScene(): string {
  const random = seededRandom(11);
  const houses: string[] = [];
  for (const side of [-1, 1] as const) {
    for (let z = 4.2, index = side < 0 ? 0 : 3; z < 130; index += 1) {
      const depth = 7 + random() * 5;
      const tall = 10 + random() * 8;
      houses.unshift(house(side, z, depth, tall, facades[index % facades.length] ?? haze, random));
      z += depth;
    }
  }
  // Both rows grow from far to near, so that near walls cover far ones.
  const lamps = [62, 48, 36, 26, 18, 11.5].map((z) => lamp(-1, z) + lamp(1, z + 3)).join("");
  const dashes = Array.from({ length: 26 }, (_, index) => {
    const z = 4 + index * 4.2;
    if (z > 6 && z < 11) return "";
    return quad(
      [
        [-0.1, 0, z],
        [0.1, 0, z],
        [0.1, 0, z + 2],
        [-0.1, 0, z + 2],
      ],
      seenFrom([222, 206, 190], z),
    );
  }).join("");
  const stripes = Array.from({ length: 8 }, (_, index) => {
    const x = -3.6 + index * 0.95;
    return quad(
      [
        [x, 0, 7.4],
        [x + 0.52, 0, 7.4],
        [x + 0.52, 0, 10],
        [x, 0, 10],
      ],
      "#d9cbc4",
      0.8,
    );
  }).join("");
  const clouds = Array.from({ length: 9 }, () => {
    const y = 60 + random() * 360;
    return `<ellipse cx="${random() * width}" cy="${y}" rx="${90 + random() * 150}" ry="${9 + random() * 16}" fill="url(#cloud)" opacity="${0.35 + random() * 0.4}"/>`;
  }).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
  <defs>
    <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#33457f"/><stop offset=".45" stop-color="#8a6f9f"/><stop offset=".75" stop-color="#e79a86"/><stop offset="1" stop-color="#ffd9a0"/></linearGradient>
    <linearGradient id="road" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#e0a58a"/><stop offset=".12" stop-color="#8a6c74"/><stop offset="1" stop-color="#33313f"/></linearGradient>
    <linearGradient id="path" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#eab497"/><stop offset=".2" stop-color="#a98884"/><stop offset="1" stop-color="#6b5c66"/></linearGradient>
    <radialGradient id="sun"><stop offset="0" stop-color="#fffbe6"/><stop offset=".16" stop-color="#fff0c0"/><stop offset=".22" stop-color="#ffe2a0" stop-opacity=".7"/><stop offset="1" stop-color="#ffc890" stop-opacity="0"/></radialGradient>
    <radialGradient id="glow"><stop offset="0" stop-color="#fff0c0" stop-opacity=".75"/><stop offset="1" stop-color="#ffd890" stop-opacity="0"/></radialGradient>
    <radialGradient id="cloud"><stop offset="0" stop-color="#ffd9c0" stop-opacity=".8"/><stop offset="1" stop-color="#ffd9c0" stop-opacity="0"/></radialGradient>
    <radialGradient id="vignette" cx=".5" cy=".52" r=".75"><stop offset=".55" stop-color="#140f24" stop-opacity="0"/><stop offset="1" stop-color="#140f24" stop-opacity=".5"/></radialGradient>
  </defs>
  <rect width="${width}" height="${horizon + 4}" fill="url(#sky)"/>${clouds}
  <circle cx="392" cy="556" r="230" fill="url(#sun)"/>
  <rect y="${horizon}" width="${width}" height="${height - horizon}" fill="url(#path)"/>
  <polygon points="${[
    [-4, 0, 2],
    [4, 0, 2],
    [4, 0, 400],
    [-4, 0, 400],
  ]
    .map((point) => project(point as unknown as Point))
    .join(" ")}" fill="url(#road)"/>
  <ellipse cx="388" cy="800" rx="70" ry="230" fill="url(#glow)" opacity=".55"/>
  ${dashes}${stripes}${houses.join("")}${lamps}
  ${walker(2.1, 15, [36, 44, 70])}${walker(-5, 13, [58, 40, 60])}${walker(-4.7, 22, [40, 40, 58])}${walker(5, 19, [80, 44, 48])}${cyclist(-1.6, 11.5)}
  <g transform="translate(560 452) skewY(-4)"><rect width="150" height="52" rx="5" fill="#fdf3e0"/><rect x="4" y="4" width="142" height="44" rx="3" fill="none" stroke="#8c3b34" stroke-width="2"/>${strokeText("BAKERY", { x: 22, y: 36, size: 21, colour: "#8c3b34", weight: 1.7 })}</g>
  <rect width="${width}" height="${height}" fill="url(#vignette)"/>
</svg>`;
}
