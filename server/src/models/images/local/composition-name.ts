export type CompositionName =
  | "aurora"
  | "constellation"
  | "contours"
  | "hills"
  | "mosaic"
  | "orbs"
  | "ribbons"
  | "tiles"
  | "waves";
