import { between, blur, box, bricks, lettering, narrow, picture, radial, sans } from "./parts.ts";

const width = 1200;
const height = 800;

/** A tube of neon: its light on the wall, its halo, the coloured glass and the white core. */
const neon = (shape: (attributes: string) => string, colour: string, thick: number) =>
  [
    shape(`fill="none" stroke="${colour}" stroke-width="${thick * 2.6}" opacity="0.55" filter="url(#wide)"`),
    shape(`fill="none" stroke="${colour}" stroke-width="${thick * 1.7}" opacity="0.9" filter="url(#near)"`),
    shape(
      `fill="none" stroke="${colour}" stroke-width="${thick}" stroke-linejoin="round" stroke-linecap="round"`,
    ),
    shape(
      `fill="none" stroke="#fff" stroke-width="${thick * 0.42}" stroke-linejoin="round" stroke-linecap="round" opacity="0.92"`,
    ),
  ].join("");

const word = (text: string, x: number, y: number, size: number, spacing: number) => (attributes: string) =>
  lettering(text, {
    x,
    y,
    size,
    family: sans,
    fill: "none",
    spacing,
    more: attributes.replace('fill="none"', ""),
  });

const path = (d: string) => (attributes: string) => `<path d="${d}" ${attributes}/>`;

const bowl =
  neon(path("M150 470h210c0 78 -48 120 -105 120s-105 -42 -105 -120z"), "#36d9ff", 8) +
  neon(path("M205 600h100"), "#36d9ff", 8) +
  neon(
    path("M196 444c-22 -26 22 -44 0 -72M255 444c-22 -26 22 -44 0 -72M314 444c-22 -26 22 -44 0 -72"),
    "#ffb347",
    6,
  ) +
  neon(path("M300 462l92 -122M326 462l92 -104"), "#ff5fa8", 6);

/** A noodle bar at night, its name in neon on a dark wall. */
export const noodleBar = (): string =>
  picture(
    width,
    height,
    blur("wide", 26) +
      blur("near", 8) +
      radial(
        "pink",
        [
          [0, "#ff3d94", 0.42],
          [1, "#ff3d94", 0],
        ],
        [0.6, 0.36, 0.5],
      ) +
      radial(
        "blue",
        [
          [0, "#27c7ff", 0.36],
          [1, "#27c7ff", 0],
        ],
        [0.24, 0.68, 0.34],
      ) +
      radial(
        "edge",
        [
          [0.55, "#000", 0],
          [1, "#000", 0.72],
        ],
        [0.5, 0.45, 0.75],
      ),
    bricks({ x: 0, y: 0, width, height }, between([30, 25, 44], [50, 40, 66]), "#15111f", 8) +
      box(0, 0, width, height, "url(#pink)") +
      box(0, 0, width, height, "url(#blue)") +
      neon(path("M70 110h1060v200h-1060z"), "#ff3d94", 7) +
      neon(word("ZIMBREL", 600, 264, 154, 26), "#ff4fa0", 9) +
      bowl +
      neon(word("NOODLE BAR", 790, 486, 88, 10), "#36d9ff", 6.5) +
      lettering("OPEN LATE", {
        x: 790,
        y: 580,
        size: 46,
        family: narrow,
        weight: "bold",
        fill: "#ffcf86",
        spacing: 8,
        more: 'filter="url(#near)"',
      }) +
      lettering("OPEN LATE", {
        x: 790,
        y: 580,
        size: 46,
        family: narrow,
        weight: "bold",
        fill: "#ffe3b5",
        spacing: 8,
      }) +
      lettering("555-0187", {
        x: 790,
        y: 650,
        size: 46,
        family: narrow,
        weight: "bold",
        fill: "#ffe3b5",
        spacing: 8,
      }) +
      box(0, 0, width, height, "url(#edge)"),
  );
