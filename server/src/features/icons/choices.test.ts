import { expect, test } from "vitest";
import { colorSchemes as drawnSchemes } from "../../models/icons/local/palette.ts";
import { styles } from "../../models/icons/local/styles.ts";
import { colorSchemes, iconStyles } from "./choices.ts";

test("what can be asked for is what can be drawn, in the same words", () => {
  expect(Object.keys(styles)).toEqual(iconStyles);
  expect(drawnSchemes).toEqual(colorSchemes);
});
