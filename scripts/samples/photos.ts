import { seededRandom } from "../../server/test/pictures.ts";
import { between, blur, box, grain, linear, picture, radial } from "./parts.ts";

const width = 1200;
const height = 800;

/** The outline of a chain of hills: three waves, the higher ones smaller. */
function ridge(base: number, swing: number, random: () => number): string {
  const phases = [random() * 6.3, random() * 6.3, random() * 6.3];
  const points: string[] = [];
  for (let x = 0; x <= width; x += 12) {
    const wave = [1, 2.3, 5.1].reduce(
      (sum, frequency, index) =>
        sum + Math.sin((x / width) * 4.2 * frequency + (phases[index] ?? 0)) / (1 + index * 1.4),
      0,
    );
    points.push(`${x} ${(base - wave * swing).toFixed(1)}`);
  }
  return `M0 ${height}L${points.join("L")}L${width} ${height}z`;
}

/** Hills in the mist before sunrise, without a letter in it. */
export function hills(): string {
  const random = seededRandom(7);
  const colour = between([244, 176, 138], [38, 44, 78]);
  const layers = [0, 1, 2, 3, 4, 5].map((layer) => {
    const path = ridge(400 + layer * 68, 34 + layer * 7, random);
    return `<path d="${path}" fill="${colour(0.12 + layer * 0.17)}"/><path d="${path}" fill="url(#mist)"/>`;
  });
  return picture(
    width,
    height,
    linear("sky", [
      [0, "#39447e"],
      [0.34, "#a0668f"],
      [0.5, "#f08f76"],
      [0.64, "#ffd49a"],
    ]) +
      linear("mist", [
        [0, "#ffd9b0", 0],
        [0.25, "#ffd9b0", 0.05],
        [1, "#ffd9b0", 0.42],
      ]) +
      radial("glow", [
        [0, "#fff6d6", 1],
        [0.12, "#ffe3a3", 0.85],
        [1, "#ffb27a", 0],
      ]) +
      grain("film", "0.8 0.8", 0.5, 5),
    box(0, 0, width, height, "url(#sky)") +
      `<circle cx="800" cy="362" r="330" fill="url(#glow)"/><circle cx="800" cy="362" r="46" fill="#fffbe8"/>` +
      layers.join("") +
      box(0, 0, width, height, "#000", 'filter="url(#film)" opacity="0.12"'),
  );
}

/** The lights of a town at night, far out of focus, without a letter in it. */
export function lights(): string {
  const random = seededRandom(19);
  const colours = ["#ffb84d", "#ff7a59", "#ffd98a", "#6fc3ff", "#ff5f8f", "#b58cff", "#7ee0c0"];
  const discs: string[] = [];
  for (let index = 0; index < 120; index += 1) {
    const [x, y] = [random() * width, height * (0.16 + 0.84 * random() ** 0.75)];
    const r = 14 + random() ** 2 * 62;
    const colour = colours[Math.floor(random() * colours.length)] ?? "";
    const light = 0.16 + random() * 0.4;
    const at = `cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" r="${r.toFixed(0)}"`;
    discs.push(
      `<circle ${at} fill="${colour}" opacity="${light.toFixed(2)}" filter="url(#${r > 46 ? "soft" : "crisp"})"/>`,
      `<circle ${at} fill="none" stroke="${colour}" stroke-width="2.5" opacity="${(light * 0.9).toFixed(2)}"/>`,
    );
  }
  return picture(
    width,
    height,
    linear("night", [
      [0, "#070b1d"],
      [0.5, "#151a3a"],
      [1, "#2b1b36"],
    ]) +
      radial(
        "haze",
        [
          [0, "#ff9d57", 0.38],
          [1, "#ff9d57", 0],
        ],
        [0.5, 0.95, 0.75],
      ) +
      blur("soft", 4) +
      blur("crisp", 1.2),
    `${box(0, 0, width, height, "url(#night)")}${box(0, 0, width, height, "url(#haze)")}<g style="mix-blend-mode:screen">${discs.join("")}</g>`,
  );
}
