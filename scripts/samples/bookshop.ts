import { seededRandom } from "../../server/test/pictures.ts";
import { between, blur, box, grain, lettering, linear, picture, radial, roman, serif } from "./parts.ts";

const width = 900;
const height = 1000;
const shield = "M190 330h520q26 0 26 26v330q0 130 -286 190q-286 -60 -286 -190v-330q0 -26 26 -26z";

/** Ivy that climbs the right edge of the wall. */
function ivy(): string {
  const random = seededRandom(21);
  const green = between([38, 78, 44], [104, 148, 74]);
  const leaves: string[] = [];
  for (let index = 0; index < 260; index += 1) {
    const y = random() * height;
    const reach = 34 + 60 * (0.5 + 0.5 * Math.sin(y / 90)) + (y / height) * 30;
    const x = width - random() * random() * reach * 1.6;
    const size = 13 + random() * 15;
    leaves.push(
      `<path transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${Math.round(random() * 360)}) scale(${(size / 20).toFixed(2)})" ` +
        `d="M0 -20q10 6 16 4q-2 10 4 16q-10 2 -12 10q-6 4 -8 10q-2 -6 -8 -10q-2 -8 -12 -10q6 -6 4 -16q6 2 16 -4z" fill="${green(random())}"/>`,
    );
  }
  return leaves.join("");
}

const openBook =
  `<g fill="#f7ecd0" stroke="#c9a24a" stroke-width="4" stroke-linejoin="round">` +
  `<path d="M450 724c-34 -24 -92 -26 -132 -12v92c40 -14 98 -12 132 12z"/><path d="M450 724c34 -24 92 -26 132 -12v92c-40 -14 -98 -12 -132 12z"/></g>` +
  `<g stroke="#b9a77c" stroke-width="3" fill="none"><path d="M338 736q48 -10 92 10M338 760q48 -10 92 10M470 746q44 -20 92 -10M470 770q44 -20 92 -10"/></g>`;

/** A bookshop's sign that hangs from an iron bracket. */
export const bookshop = (): string =>
  picture(
    width,
    height,
    linear(
      "plaster",
      [
        [0, "#f0e4cb"],
        [1, "#dcc8a4"],
      ],
      [0, 0, 1, 1],
    ) +
      linear("navy", [
        [0, "#28406b"],
        [1, "#15243f"],
      ]) +
      linear(
        "rim",
        [
          [0, "#f6dd91"],
          [0.5, "#c99a3f"],
          [1, "#f0cf78"],
        ],
        [0, 0, 1, 1],
      ) +
      radial(
        "sun",
        [
          [0, "#fff", 0.4],
          [1, "#fff", 0],
        ],
        [0.25, 0.2, 0.7],
      ) +
      blur("shade", 14) +
      grain("rough", "0.02 0.025", 0.8, 12) +
      grain("fine", "0.5 0.5", 0.4, 2),
    box(0, 0, width, height, "url(#plaster)") +
      box(0, 0, width, height, "#000", 'filter="url(#rough)" opacity="0.2"') +
      box(0, 0, width, height, "#000", 'filter="url(#fine)" opacity="0.1"') +
      box(0, 0, width, height, "url(#sun)") +
      `<g transform="translate(46 42)" opacity="0.35" filter="url(#shade)"><path d="${shield}" fill="#3a2a12"/><path d="M0 150h760v18h-760z"/></g>` +
      // The bracket.
      `<g fill="none" stroke="#2b2d31" stroke-linecap="round"><path d="M20 60v190" stroke-width="30"/><path d="M20 156H780" stroke-width="17"/>` +
      `<path d="M30 236C180 236 200 172 300 172" stroke-width="11"/><path d="M96 206a34 34 0 1 1 44 34" stroke-width="9"/><path d="M780 156a26 26 0 1 1 -26 26" stroke-width="11"/></g>` +
      `<g fill="none" stroke="#2b2d31" stroke-width="8">${[260, 640].map((x) => `<ellipse cx="${x}" cy="186" rx="12" ry="24"/><ellipse cx="${x}" cy="228" rx="7" ry="24"/><ellipse cx="${x}" cy="270" rx="12" ry="24"/><ellipse cx="${x}" cy="310" rx="7" ry="24"/>`).join("")}</g>` +
      `<path d="${shield}" fill="url(#navy)" stroke="url(#rim)" stroke-width="16"/>` +
      `<path d="${shield}" fill="none" stroke="#e8c978" stroke-width="3" transform="translate(450 600) scale(0.925) translate(-450 -600)"/>` +
      lettering("QUILLOWAY", {
        x: 450,
        y: 466,
        size: 66,
        family: serif,
        weight: "bold",
        fill: "#f9e6ae",
        spacing: 2,
      }) +
      `<path d="M270 506H400M500 506H630" stroke="#e8c978" stroke-width="4"/><path d="M450 494l12 12l-12 12l-12 -12z" fill="#e8c978"/>` +
      lettering("BOOKS", { x: 450, y: 594, size: 72, family: serif, fill: "#fff6dc", spacing: 20 }) +
      lettering("new, old and rare", {
        x: 450,
        y: 656,
        size: 36,
        family: roman,
        style: "italic",
        fill: "#e9dcb6",
      }) +
      openBook +
      ivy(),
  );
