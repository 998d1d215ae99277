import type { KnownCategory } from "./category-aliases.ts";
import type { ColorScheme, IconStyle } from "./choices.ts";

/**
 * What makes a style, so that two models and two subjects come out alike: how lines, surfaces and light are. Any change
 * of these words is a change of `promptVersion`.
 */
export const styleWords: Readonly<Record<IconStyle, string>> = {
  minimal:
    "minimalist line icon; the fewest strokes that can be recognised, one even stroke weight, round caps, no fill, much empty space",
  detailed:
    "richly detailed illustration icon; fine inner lines, small parts worked out, layered shading and texture, crisp outline",
  flat: "flat design icon; solid areas of colour with clean geometric edges, no outlines, no gradients, no shadows, no depth",
  modern:
    "modern icon; smooth rounded shapes, bold simple silhouette, soft two-stop gradients, a subtle highlight",
  vintage:
    "vintage engraving icon; woodcut hatching, slightly worn ink edges, drawn as for a nineteenth-century mail-order catalogue",
  abstract:
    "abstract icon; the subject reduced to overlapping circles, triangles and bars, cropped boldly, a hint instead of a picture",
  realistic:
    "photorealistic 3D icon; true materials, soft studio light, natural reflections, accurate proportions, fine surface detail",
};

/** Colours by name and by number: the one steers, the other keeps a set together. */
export const colorWords: Readonly<Record<ColorScheme, string>> = {
  monochrome: "one dark slate (#1F2937) in tints and shades from near black to light grey, no other hue",
  colorful:
    "a lively, balanced palette of coral (#FF6B6B), sunny yellow (#FFD166), green (#06D6A0) and blue (#118AB2)",
  blue_tones: "blues only: navy (#0B2545), royal blue (#1D5FD1), sky blue (#5BB0F5) and pale ice (#DCEEFB)",
  warm_tones: "warm hues only: brick red (#B23A20), orange (#F0803C), amber (#F7B538) and cream (#FFF1D6)",
  cool_tones: "cool hues only: deep teal (#0B525B), sea green (#1B998B), violet (#5C4FB3) and mist (#DDEBEE)",
  brand_colors:
    "a confident corporate palette: indigo (#3730A3) leading, violet (#7C3AED) supporting, one accent of cyan (#22D3EE), white",
};

/** What is shown of a known category for which nothing else was asked. */
export const subjectWords: Readonly<Record<KnownCategory, string>> = {
  office_supplies: "a pen crossing a sheet of paper with a paper clip",
  electronics: "a laptop with a smartphone in front of it",
  tools: "a hammer crossed with a wrench",
  automotive: "a compact car seen from the side",
  home_garden: "a small house with a potted plant beside it",
  sports: "a ball in front of a trophy",
  clothing: "a shirt on a hanger",
  food_beverage: "a cup beside a slice of bread",
  health_beauty: "a pump bottle with a leaf",
  books_media: "an open book with a play symbol above it",
  toys_games: "a building block beside a die",
  jewelry_accessories: "a ring with a cut gemstone",
  industrial: "a gear in front of a factory",
  agricultural: "an ear of wheat before a tractor wheel",
  medical: "a first aid case with a cross",
};
