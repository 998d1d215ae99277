import { blur, box, lettering, linear, narrow, pavement, picture, radial, sans } from "./parts.ts";

const width = 1200;
const height = 800;

const clothes = ["#e86f5b", "#f2c14e", "#4aa3a2", "#8d6cab", "#5b8dd6"];

function machine(x: number, index: number): string {
  const [cx, cy] = [x + 78, 540];
  const piles = [0, 1, 2]
    .map(
      (pile) =>
        `<ellipse cx="${cx - 18 + pile * 18}" cy="${cy + 24 - (pile % 2) * 12}" rx="26" ry="17" fill="${clothes[(index + pile) % clothes.length]}" transform="rotate(${(index * 40 + pile * 25) % 60} ${cx} ${cy})"/>`,
    )
    .join("");
  return (
    box(x, 420, 156, 222, "url(#steel)", 'rx="8" stroke="#93a3ad" stroke-width="2"') +
    box(x + 12, 432, 132, 30, "#3c4c57", 'rx="4"') +
    `<circle cx="${x + 30}" cy="447" r="8" fill="#9be15d"/>` +
    box(x + 84, 439, 50, 16, "#9fe0f5", 'rx="3"') +
    `<circle cx="${cx}" cy="${cy}" r="62" fill="#eef3f6" stroke="#8b9ba6" stroke-width="4"/><circle cx="${cx}" cy="${cy}" r="47" fill="#1f3947"/>` +
    piles +
    `<circle cx="${cx}" cy="${cy}" r="47" fill="url(#drum)"/><path d="M${cx - 30} ${cy - 22}a38 38 0 0 1 34 -16" stroke="#fff" stroke-width="6" fill="none" opacity="0.7" stroke-linecap="round"/>`
  );
}

const bubbles = [
  [104, 214, 34],
  [92, 84, 22],
  [158, 240, 14],
  [1098, 208, 38],
  [1112, 88, 20],
  [1046, 240, 15],
]
  .map(
    ([x, y, r = 0]) =>
      `<circle cx="${x}" cy="${y}" r="${r}" fill="#fff" opacity="0.16"/><circle cx="${x}" cy="${y}" r="${r}" fill="none" stroke="#fff" stroke-width="3" opacity="0.3"/>` +
      `<path d="M${Number(x) - r * 0.5} ${Number(y) - r * 0.35}a${r * 0.6} ${r * 0.6} 0 0 1 ${r * 0.5} ${-r * 0.28}" stroke="#fff" stroke-width="4" fill="none" stroke-linecap="round" opacity="0.6"/>`,
  )
  .join("");

/** A laundry at dusk with a lit sign and a row of machines behind the window. */
export const laundry = (): string =>
  picture(
    width,
    height,
    linear("dusk", [
      [0, "#2c3f66"],
      [1, "#6f6f95"],
    ]) +
      linear("sign", [
        [0, "#1b5fae"],
        [1, "#0b3a7a"],
      ]) +
      linear("inside", [
        [0, "#f4fbff"],
        [1, "#cfe3ec"],
      ]) +
      linear("steel", [
        [0, "#ffffff"],
        [1, "#c8d3da"],
      ]) +
      linear("tiles", [
        [0, "#f1f5f4"],
        [1, "#c9d4d6"],
      ]) +
      linear("glow", [
        [0, "#e6f7ff", 0.55],
        [1, "#e6f7ff", 0],
      ]) +
      linear(
        "shine",
        [
          [0, "#fff", 0.4],
          [0.3, "#fff", 0.02],
          [0.45, "#fff", 0.22],
          [0.55, "#fff", 0],
        ],
        [0, 0, 1, 0.6],
      ) +
      radial("drum", [
        [0.6, "#0b2430", 0],
        [1, "#0b2430", 0.65],
      ]) +
      blur("soft", 18),
    box(0, 0, width, height, "url(#dusk)") +
      box(40, 30, 1120, 670, "#4b5568") +
      box(34, 40, 1132, 230, "#5cc7f5", 'opacity="0.8" filter="url(#soft)"') +
      box(40, 46, 1120, 214, "url(#sign)", 'rx="18" stroke="#e8f8ff" stroke-width="6"') +
      bubbles +
      lettering("BUBBLEMERE", {
        x: 600,
        y: 166,
        size: 92,
        family: sans,
        weight: "bold",
        fill: "#ffffff",
        spacing: 3,
      }) +
      lettering("LAUNDRY", {
        x: 600,
        y: 230,
        size: 50,
        family: sans,
        weight: "bold",
        fill: "#ffe066",
        spacing: 16,
      }) +
      box(70, 290, 1060, 400, "url(#inside)", 'stroke="#26303d" stroke-width="10"') +
      [150, 350, 550, 750, 950].map((x) => box(x, 300, 110, 10, "#fff", 'rx="5"')).join("") +
      lettering("WASH 4.50", {
        x: 260,
        y: 376,
        size: 40,
        family: narrow,
        weight: "bold",
        fill: "#12608f",
        spacing: 2,
      }) +
      lettering("DRY 2.00", {
        x: 580,
        y: 376,
        size: 40,
        family: narrow,
        weight: "bold",
        fill: "#12608f",
        spacing: 2,
      }) +
      lettering("555-0116", { x: 960, y: 378, size: 46, family: sans, weight: "bold", fill: "#c4372c" }) +
      [88, 262, 436, 610, 784, 958].map(machine).join("") +
      box(76, 642, 1048, 44, "#9fb4bf") +
      box(75, 295, 1050, 390, "url(#shine)") +
      `<path d="M786 290V690" stroke="#26303d" stroke-width="8"/>` +
      pavement(width, height, 700, "#525a6b", "#3b4252") +
      `<path d="M70 700H1130L1200 800H0z" fill="url(#glow)"/>`,
  );
