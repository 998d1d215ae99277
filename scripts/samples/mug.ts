import { blur, box, grain, linear, picture, radial } from "./parts.ts";

const size = 1000;
const body = "M270 330V690Q270 800 380 800H560Q670 800 670 690V330z";

/** A mug on a seamless ground, as a shop photographs its goods. */
export const mug = (): string =>
  picture(
    size,
    size,
    linear("ground", [
      [0, "#f5f3ef"],
      [0.68, "#e9e5de"],
      [0.8, "#dcd6cc"],
      [1, "#efece6"],
    ]) +
      radial(
        "spot",
        [
          [0, "#fff", 0.9],
          [1, "#fff", 0],
        ],
        [0.4, 0.32, 0.6],
      ) +
      linear(
        "glaze",
        [
          [0, "#0d5b63"],
          [0.14, "#1c8d93"],
          [0.32, "#58c3c0"],
          [0.48, "#259ba0"],
          [0.8, "#0f6c75"],
          [1, "#08434c"],
        ],
        [0, 0, 1, 0],
      ) +
      linear(
        "clay",
        [
          [0, "#9a6a47"],
          [0.32, "#e2b78f"],
          [0.6, "#c08d62"],
          [1, "#6f482d"],
        ],
        [0, 0, 1, 0],
      ) +
      linear(
        "inside",
        [
          [0, "#0a3c44"],
          [0.6, "#2b9a9e"],
          [1, "#7ad2cd"],
        ],
        [0, 0, 1, 0],
      ) +
      radial("coffee", [
        [0, "#6b3d1e"],
        [0.8, "#3d200e"],
        [1, "#2a1508"],
      ]) +
      `<clipPath id="body"><path d="${body}"/></clipPath>` +
      blur("soft", 22) +
      blur("near", 9) +
      grain("speck", "0.35 0.35", 1.6, 14),
    box(0, 0, size, size, "url(#ground)") +
      box(0, 0, size, size, "url(#spot)") +
      `<ellipse cx="540" cy="806" rx="290" ry="40" fill="#4a4238" opacity="0.45" filter="url(#soft)"/>` +
      `<ellipse cx="480" cy="802" rx="170" ry="16" fill="#2b241c" opacity="0.6" filter="url(#near)"/>` +
      `<path d="M655 420C850 400 850 680 650 660" fill="none" stroke="#0c5a63" stroke-width="58" stroke-linecap="round"/>` +
      `<path d="M655 412C828 396 834 664 652 650" fill="none" stroke="#2aa0a4" stroke-width="22" stroke-linecap="round" opacity="0.8"/>` +
      `<path d="${body}" fill="url(#glaze)"/>` +
      // The foot is left unglazed.
      `<g clip-path="url(#body)"><path d="M260 690q210 44 420 0v120h-420z" fill="url(#clay)"/><path d="M260 690q210 44 420 0" fill="none" stroke="#073b43" stroke-width="6" opacity="0.55"/>` +
      `<rect x="260" y="320" width="420" height="490" filter="url(#speck)" opacity="0.28"/>` +
      `<path d="M338 350V770" stroke="#fff" stroke-width="26" opacity="0.42" filter="url(#near)"/></g>` +
      `<ellipse cx="470" cy="330" rx="200" ry="52" fill="url(#inside)"/><ellipse cx="470" cy="346" rx="176" ry="37" fill="url(#coffee)"/>` +
      `<path d="M350 336q60 -22 150 -18" stroke="#c9925e" stroke-width="5" fill="none" opacity="0.7" stroke-linecap="round"/>` +
      `<ellipse cx="470" cy="330" rx="200" ry="52" fill="none" stroke="#8adfd9" stroke-width="7"/>` +
      `<g fill="none" stroke="#fff" stroke-width="16" opacity="0.55" stroke-linecap="round" filter="url(#near)"><path d="M420 270c-34 -54 34 -76 0 -134"/><path d="M500 270c-34 -54 34 -76 0 -134"/></g>`,
  );
