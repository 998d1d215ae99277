import { lettering, linear, picture, sans } from "./parts.ts";

/** The mark of a shop, on no ground at all. */
export const kiteLogo = (): string =>
  picture(
    900,
    420,
    linear(
      "left",
      [
        [0, "#ff8a5b"],
        [1, "#f2545b"],
      ],
      [0, 0, 1, 1],
    ) +
      linear(
        "right",
        [
          [0, "#ffc15e"],
          [1, "#ff8a5b"],
        ],
        [0, 0, 1, 1],
      ) +
      linear(
        "below",
        [
          [0, "#7a4fd0"],
          [1, "#3f63d8"],
        ],
        [0, 0, 1, 1],
      ) +
      linear(
        "beside",
        [
          [0, "#4f8dea"],
          [1, "#39b5c9"],
        ],
        [0, 0, 1, 1],
      ),
    `<g transform="rotate(18 170 190)"><path d="M170 30L60 150H170z" fill="url(#left)"/><path d="M170 30L280 150H170z" fill="url(#right)"/>` +
      `<path d="M60 150L170 330V150z" fill="url(#below)"/><path d="M280 150L170 330V150z" fill="url(#beside)"/></g>` +
      `<path d="M127 324c-6 40 56 24 44 56" fill="none" stroke="#7a4fd0" stroke-width="7" stroke-linecap="round"/>` +
      lettering("Kitewright", {
        x: 340,
        y: 216,
        size: 92,
        family: sans,
        weight: "bold",
        fill: "#27305a",
        anchor: "start",
        spacing: -2,
      }) +
      lettering("paper & thread", {
        x: 344,
        y: 282,
        size: 44,
        family: sans,
        fill: "#e0525c",
        anchor: "start",
        spacing: 2,
      }),
  );
