import { seededRandom } from "../../server/test/pictures.ts";
import {
  between,
  blur,
  box,
  bricks,
  grain,
  lettering,
  linear,
  pavement,
  picture,
  roman,
  serif,
} from "./parts.ts";

const width = 1200;
const height = 800;

function awning(x: number, y: number, wide: number): string {
  const stripe = wide / 14;
  const parts: string[] = [];
  for (let index = 0; index < 14; index += 1) {
    const fill = index % 2 === 0 ? "url(#red)" : "url(#cream)";
    const [top, bottom] = [x + 24 + (index * (wide - 48)) / 14, x + index * stripe];
    parts.push(
      `<path d="M${top} ${y}h${(wide - 48) / 14}L${bottom + stripe} ${y + 96}h${-stripe}z" fill="${fill}"/>`,
      `<path d="M${bottom} ${y + 96}h${stripe}v22a${stripe / 2} 20 0 0 1 ${-stripe} 0z" fill="${fill}"/>`,
    );
  }
  return `${parts.join("")}${box(x, y + 94, wide, 5, "#000", 'opacity="0.18"')}`;
}

function loaf(x: number, y: number, wide: number, colour: string): string {
  const cuts = [0.28, 0.5, 0.72]
    .map(
      (part) =>
        `<path d="M${x + wide * part - 7} ${y - 8}q10 -12 14 -24" stroke="#f4d79c" stroke-width="4" fill="none"/>`,
    )
    .join("");
  return `<ellipse cx="${x + wide / 2}" cy="${y - 17}" rx="${wide / 2}" ry="19" fill="${colour}"/>${cuts}`;
}

const roundLoaf = (x: number, y: number, colour: string) =>
  `<path d="M${x} ${y}a32 34 0 0 1 64 0z" fill="${colour}"/>` +
  `<path d="M${x + 20} ${y - 12}l24 -12M${x + 20} ${y - 24}l24 12" stroke="#f7e2b4" stroke-width="3.5"/>`;

function shelves(x: number, y: number, wide: number): string {
  const random = seededRandom(11);
  const crust = between([150, 84, 34], [214, 146, 70]);
  const parts: string[] = [];
  for (const [row, shelf] of [y + 112, y + 196].entries()) {
    for (let at = x + 18; at < x + wide - 104; at += row === 0 ? 112 : 78) {
      parts.push(row === 0 ? loaf(at, shelf, 98, crust(random())) : roundLoaf(at, shelf, crust(random())));
    }
    parts.push(box(x, shelf, wide, 9, "#7a4a25"), box(x, shelf + 9, wide, 8, "#000", 'opacity="0.25"'));
  }
  return parts.join("");
}

const lamp = (x: number) =>
  `<path d="M${x} 372v34" stroke="#3a2a1c" stroke-width="3"/><path d="M${x - 22} 424q22 -36 44 0z" fill="#2d3f3a"/>` +
  `<circle cx="${x}" cy="424" r="46" fill="#fff3c4" opacity="0.55" filter="url(#soft)"/>`;

/** A bakery with a striped awning, in the sun. */
export const bakery = (): string =>
  picture(
    width,
    height,
    linear("red", [
      [0, "#d2483c"],
      [1, "#a52a2c"],
    ]) +
      linear("cream", [
        [0, "#fff8e6"],
        [1, "#ead9b5"],
      ]) +
      linear("board", [
        [0, "#21473f"],
        [1, "#163430"],
      ]) +
      linear("gold", [
        [0, "#ffe9a8"],
        [0.5, "#e8bd5c"],
        [1, "#d9a84a"],
      ]) +
      linear("inside", [
        [0, "#ffdf9b"],
        [1, "#c98b47"],
      ]) +
      linear(
        "sun",
        [
          [0, "#fff2c9", 0.22],
          [0.6, "#fff2c9", 0],
        ],
        [0, 0, 1, 1],
      ) +
      linear(
        "glass",
        [
          [0, "#fff", 0.3],
          [0.35, "#fff", 0.02],
          [0.5, "#fff", 0.16],
          [0.62, "#fff", 0],
        ],
        [0, 0, 1, 0.7],
      ) +
      blur("soft", 12) +
      blur("shade", 9) +
      grain("worn", "0.9 0.5", 0.5),
    bricks({ x: 0, y: 0, width, height: 660 }, between([150, 86, 66], [170, 102, 80]), "#a9785f", 5) +
      box(0, 0, width, 660, "#000", 'filter="url(#worn)" opacity="0.35"') +
      box(0, 655, width, 40, "#7d746c") +
      pavement(width, height, 690, "#a9a19a", "#857c75") +
      // The board over the shop.
      box(96, 76, 1008, 170, "#000", 'opacity="0.4" filter="url(#shade)"') +
      box(90, 50, 1020, 186, "url(#board)", 'rx="6"') +
      lettering("PELLOWICK", {
        x: 600,
        y: 146,
        size: 88,
        family: serif,
        weight: "bold",
        fill: "url(#gold)",
        spacing: 3,
      }) +
      lettering("BAKERY", {
        x: 600,
        y: 206,
        size: 38,
        family: serif,
        weight: "bold",
        fill: "#f3e3b8",
        spacing: 8,
      }) +
      // The shop front.
      box(120, 250, 960, 440, "#1d3b36") +
      box(150, 330, 560, 290, "url(#inside)") +
      shelves(150, 400, 560) +
      [230, 430, 630].map(lamp).join("") +
      box(150, 330, 560, 290, "url(#glass)") +
      box(150, 330, 560, 290, "none", 'stroke="#122724" stroke-width="10"') +
      lettering("Fresh bread from 7 am", {
        x: 430,
        y: 668,
        size: 30,
        family: roman,
        style: "italic",
        fill: "#f6e7bf",
      }) +
      // The door.
      box(790, 330, 230, 360, "#173430") +
      box(790, 330, 230, 360, "none", 'stroke="#0f2421" stroke-width="8"') +
      box(820, 360, 170, 190, "url(#inside)") +
      box(820, 360, 170, 190, "url(#glass)") +
      lettering("OPEN", { x: 905, y: 440, size: 38, family: serif, weight: "bold", fill: "#7a2320" }) +
      lettering("555-0142", { x: 905, y: 500, size: 28, family: serif, fill: "#5a2c18" }) +
      box(822, 580, 166, 80, "#1d3f39", 'stroke="#0f2421" stroke-width="4"') +
      `<circle cx="806" cy="560" r="9" fill="#e2b857"/>` +
      box(120, 250, 960, 140, "#000", 'opacity="0.45" filter="url(#shade)"') +
      awning(90, 240, 1020) +
      box(110, 690, 980, 16, "#000", 'opacity="0.35" filter="url(#shade)"') +
      box(0, 0, width, height, "url(#sun)"),
  );
