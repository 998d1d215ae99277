import { blur, box, grain, lettering, linear, picture, radial, roman, serif } from "./parts.ts";

const width = 900;
const height = 1100;
const chalk = "#f4f1e6";

const items: readonly (readonly [string, string])[] = [
  ["Flat white", "3.40"],
  ["Cold brew", "3.90"],
  ["Ginger tea", "2.80"],
  ["Lemon cake", "4.20"],
];

function line([name, price]: readonly [string, string], index: number): string {
  const y = 690 + index * 74;
  const write = (text: string, x: number, anchor: "start" | "end") =>
    lettering(text, { x, y, size: 48, family: roman, style: "italic", fill: chalk, anchor });
  return (
    write(name, 170, "start") +
    write(price, 730, "end") +
    `<path d="M440 ${y - 6}H610" stroke="${chalk}" stroke-width="4" stroke-dasharray="1 14" stroke-linecap="round" opacity="0.7"/>`
  );
}

const cup =
  `<g fill="none" stroke="${chalk}" stroke-width="5" stroke-linecap="round">` +
  `<path d="M375 510h140c0 58 -28 84 -70 84s-70 -26 -70 -84z"/><path d="M512 524c44 -8 44 50 -8 46"/>` +
  `<path d="M340 608q105 18 210 0"/><path d="M415 488c-14 -18 14 -30 0 -50M450 488c-14 -18 14 -30 0 -50M485 488c-14 -18 14 -30 0 -50"/></g>`;

/** A coffee house's board on the pavement, written with chalk. */
export const chalkboard = (): string =>
  picture(
    width,
    height,
    linear(
      "wood",
      [
        [0, "#a8713f"],
        [0.5, "#8a5629"],
        [1, "#6f431d"],
      ],
      [0, 0, 1, 0],
    ) +
      linear("wall", [
        [0, "#c9d3cf"],
        [0.72, "#b3bfba"],
        [0.73, "#8d8579"],
        [1, "#a39a8d"],
      ]) +
      radial(
        "slate",
        [
          [0, "#39423f"],
          [1, "#232a28"],
        ],
        [0.5, 0.42, 0.75],
      ) +
      blur("shade", 16) +
      grain("wiped", "0.006 0.02", 0.9, 9) +
      grain("fibre", "0.012 0.4", 1, 4) +
      grain("plaster", "0.03 0.03", 0.5, 6) +
      // Chalk skips the pores of the slate and has no sharp edge.
      `<filter id="chalk" x="-5%" y="-5%" width="110%" height="110%">` +
      `<feTurbulence type="fractalNoise" baseFrequency="0.7" numOctaves="2" seed="2" result="noise"/>` +
      `<feDisplacementMap in="SourceGraphic" in2="noise" scale="3.2" result="rough"/>` +
      `<feColorMatrix in="noise" values="0 0 0 0 1  0 0 0 0 1  0 0 0 0 1  0 0 0 -2.6 2.35" result="pores"/>` +
      `<feComposite in="rough" in2="pores" operator="in"/></filter>`,
    box(0, 0, width, height, "url(#wall)") +
      box(0, 0, width, height, "#000", 'filter="url(#plaster)" opacity="0.25"') +
      box(84, 96, 760, 980, "#000", 'opacity="0.5" filter="url(#shade)"') +
      box(60, 60, 780, 990, "url(#wood)", 'rx="10"') +
      box(60, 60, 780, 990, "#000", 'rx="10" filter="url(#fibre)" opacity="0.35"') +
      box(110, 110, 680, 890, "url(#slate)", 'stroke="#3e2410" stroke-width="6"') +
      `<g opacity="0.3"><rect x="113" y="113" width="674" height="884" filter="url(#wiped)"/></g>` +
      `<g filter="url(#chalk)">` +
      lettering("Tarnwhistle", {
        x: 450,
        y: 262,
        size: 88,
        family: serif,
        weight: "bold",
        style: "italic",
        fill: chalk,
      }) +
      `<path d="M170 308q280 34 560 0" fill="none" stroke="#f2c14e" stroke-width="7" stroke-linecap="round"/>` +
      lettering("COFFEE HOUSE", { x: 450, y: 384, size: 52, family: serif, fill: chalk, spacing: 6 }) +
      cup +
      items.map(line).join("") +
      lettering("tarnwhistle.example.com", {
        x: 450,
        y: 974,
        size: 38,
        family: roman,
        fill: "#f2c14e",
        spacing: 1,
      }) +
      "</g>",
  );
