import { describe, expect, it } from "vitest";
import { colourName } from "./colour-names.ts";
import { imageDescription } from "./image-description.ts";

describe("the description of a picture that no model looked at", () => {
  it("says where it comes from and only what was measured", () => {
    const facts = { width: 1200, height: 800, brightness: 0.8, colours: ["blue", "grey", "white"], lines: 2 };
    expect(imageDescription(facts)).toBe(
      "Measured locally, without a vision model: landscape picture, seen at 1200 × 800 pixels, bright, " +
        "mostly blue, grey and white; 2 lines of text were recognised.",
    );
  });

  it("leaves colours out where there are none", () => {
    expect(imageDescription({ width: 5, height: 5, brightness: 0, colours: [], lines: 0 })).toBe(
      "Measured locally, without a vision model: square picture, seen at 5 × 5 pixels, dark; no text was recognised.",
    );
  });

  it.each([
    [255, 255, 255, "white"],
    [0, 0, 0, "black"],
    [128, 128, 128, "grey"],
    [200, 20, 30, "red"],
    [250, 140, 20, "orange"],
    [240, 230, 40, "yellow"],
    [110, 70, 30, "brown"],
    [30, 140, 60, "green"],
    [40, 80, 200, "blue"],
    [110, 50, 200, "purple"],
    [255, 170, 190, "pink"],
  ])("calls %i, %i, %i %s", (red, green, blue, name) => {
    expect(colourName(red, green, blue)).toBe(name);
  });
});
