import { blur, box, grain, lettering, linear, picture, roman, sans, serif } from "./parts.ts";

const width = 1200;
const height = 800;

const spectacles =
  `<g fill="none" stroke="url(#gold)" stroke-width="9" stroke-linecap="round">` +
  `<circle cx="530" cy="246" r="56"/><circle cx="670" cy="246" r="56"/><path d="M586 240q14 -22 28 0M474 236l-52 -22M726 236l52 -22"/></g>`;

/** Frames on their stands behind the glass, out of focus. */
const display = [176, 282, 918, 1024]
  .map(
    (x, index) =>
      `<g filter="url(#far)" opacity="0.6"><path d="M${x} 690v-96" stroke="#d8c7a4" stroke-width="8"/>` +
      `<g fill="none" stroke="${["#c96f4a", "#e6e1d5", "#7fb2a6", "#d8a94b"][index]}" stroke-width="9"><circle cx="${x - 25}" cy="590" r="22"/><circle cx="${x + 25}" cy="590" r="22"/></g></g>`,
  )
  .join("");

/** An optician's shop window with gilded letters on the glass. */
export const optician = (): string =>
  picture(
    width,
    height,
    linear("stone", [
      [0, "#d9d2c5"],
      [1, "#b9b0a0"],
    ]) +
      linear("inside", [
        [0, "#16292f"],
        [0.7, "#22414a"],
        [1, "#3a5a5c"],
      ]) +
      linear(
        "frame",
        [
          [0, "#5a3a24"],
          [0.5, "#79502f"],
          [1, "#46291a"],
        ],
        [0, 0, 1, 0],
      ) +
      linear("gold", [
        [0, "#fff0b8"],
        [0.45, "#ecc564"],
        [1, "#c18f31"],
      ]) +
      linear(
        "shine",
        [
          [0, "#cfe9f2", 0.34],
          [0.28, "#cfe9f2", 0.04],
          [0.42, "#cfe9f2", 0.2],
          [0.5, "#cfe9f2", 0.03],
          [1, "#cfe9f2", 0],
        ],
        [0, 0, 1, 0.8],
      ) +
      blur("far", 4) +
      blur("shade", 10) +
      grain("fibre", "0.01 0.35", 0.9, 4) +
      grain("rough", "0.02 0.02", 0.6, 2),
    box(0, 0, width, height, "url(#stone)") +
      box(0, 0, width, height, "#000", 'filter="url(#rough)" opacity="0.25"') +
      box(76, 66, 1060, 700, "#000", 'opacity="0.5" filter="url(#shade)"') +
      box(70, 56, 1060, 700, "url(#frame)", 'rx="4"') +
      box(70, 56, 1060, 700, "#000", 'filter="url(#fibre)" opacity="0.3"') +
      box(110, 96, 980, 606, "url(#inside)", 'stroke="#2b180d" stroke-width="8"') +
      `<g filter="url(#far)">${[250, 600, 950].map((x) => `<circle cx="${x}" cy="140" r="16" fill="#ffe9b0"/><path d="M${x - 150} 640L${x} 150L${x + 150} 640z" fill="#ffe9b0" opacity="0.07"/>`).join("")}</g>` +
      box(114, 640, 972, 62, "#8b6a45", 'opacity="0.9"') +
      display +
      spectacles +
      lettering("LUMENFORD", {
        x: 602,
        y: 416,
        size: 98,
        family: serif,
        weight: "bold",
        fill: "#000",
        spacing: 10,
        more: 'opacity="0.45" filter="url(#far)"',
      }) +
      lettering("LUMENFORD", {
        x: 600,
        y: 410,
        size: 98,
        family: serif,
        weight: "bold",
        fill: "url(#gold)",
        spacing: 10,
      }) +
      lettering("OPTICIANS", {
        x: 600,
        y: 474,
        size: 44,
        family: sans,
        weight: "bold",
        fill: "#f5e7c3",
        spacing: 6,
      }) +
      `<path d="M330 502H870" stroke="#e0bb5e" stroke-width="3"/>` +
      lettering("555-0178", {
        x: 600,
        y: 560,
        size: 44,
        family: roman,
        weight: "bold",
        fill: "#fff3d2",
        spacing: 2,
      }) +
      lettering("hello@lumenford.example.com", {
        x: 600,
        y: 612,
        size: 36,
        family: roman,
        fill: "#fff3d2",
        spacing: 1,
      }) +
      `<path d="M114 100H1086V698H114z" fill="url(#shine)"/>` +
      box(110, 722, 980, 14, "#2f1a0e", 'opacity="0.5"'),
  );
