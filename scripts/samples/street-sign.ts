import { seededRandom } from "../../server/test/pictures.ts";
import { between, blur, box, lettering, linear, picture, sans } from "./parts.ts";

const width = 1200;
const height = 800;

/** Crowns of trees, far out of focus. */
function trees(): string {
  const random = seededRandom(31);
  const green = between([52, 92, 54], [150, 178, 92]);
  const crowns: string[] = [];
  for (let index = 0; index < 70; index += 1) {
    const x = random() * width;
    const y = 560 + random() * 260;
    crowns.push(
      `<circle cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" r="${(46 + random() * 70).toFixed(0)}" fill="${green(random() * (1.3 - y / 1000))}"/>`,
    );
  }
  return `<g filter="url(#far)">${crowns.join("")}</g>`;
}

const cloud = (x: number, y: number, scale: number) =>
  `<g transform="translate(${x} ${y}) scale(${scale})" fill="#fff" opacity="0.85" filter="url(#soft)">` +
  `<circle cx="0" cy="0" r="50"/><circle cx="60" cy="-26" r="62"/><circle cx="130" cy="-6" r="52"/><circle cx="184" cy="10" r="34"/><rect x="-40" y="0" width="240" height="46" rx="23"/></g>`;

/** The name of a street on a green plate, before the sky. */
export const streetSign = (): string =>
  picture(
    width,
    height,
    linear("sky", [
      [0, "#4f9fe0"],
      [0.7, "#bfe1f5"],
      [1, "#f3efdc"],
    ]) +
      linear("green", [
        [0, "#127a4d"],
        [1, "#0b5a39"],
      ]) +
      linear(
        "post",
        [
          [0, "#7d858b"],
          [0.35, "#e5eaed"],
          [0.6, "#a2aab0"],
          [1, "#5f666c"],
        ],
        [0, 0, 1, 0],
      ) +
      linear(
        "shine",
        [
          [0, "#fff", 0.28],
          [0.45, "#fff", 0.03],
          [1, "#fff", 0],
        ],
        [0, 0, 0.6, 1],
      ) +
      linear("hedge", [
        [0, "#4f7d48", 0],
        [0.3, "#4f7d48", 1],
      ]) +
      blur("far", 20) +
      blur("soft", 9) +
      blur("shade", 7),
    box(0, 0, width, height, "url(#sky)") +
      cloud(90, 150, 1.1) +
      cloud(820, 96, 0.9) +
      cloud(900, 500, 0.8) +
      // At the edges of the picture the blur of the trees thins out.
      box(0, 560, width, 240, "url(#hedge)") +
      trees() +
      box(574, 90, 52, 710, "url(#post)") +
      `<path d="M574 90q26 -30 52 0z" fill="#c8d0d5"/>` +
      `<g transform="rotate(-2.5 600 330)">` +
      box(136, 262, 940, 190, "#123", 'opacity="0.3" filter="url(#shade)" rx="16"') +
      box(126, 246, 948, 190, "url(#green)", 'rx="16"') +
      box(138, 258, 924, 166, "none", 'rx="10" stroke="#fff" stroke-width="6"') +
      lettering("JUNIPER LANE", {
        x: 600,
        y: 376,
        size: 102,
        family: sans,
        weight: "bold",
        fill: "#fff",
        spacing: 4,
      }) +
      box(126, 246, 948, 190, "url(#shine)", 'rx="16"') +
      [560, 640]
        .map(
          (x) =>
            `<circle cx="${x}" cy="276" r="7" fill="#cfd6d9"/><circle cx="${x}" cy="406" r="7" fill="#cfd6d9"/>`,
        )
        .join("") +
      "</g>",
  );
