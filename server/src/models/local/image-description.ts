/** What was measured of a picture. */
export interface MeasuredFacts {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Mean of the grey values, 0 to 1. */
  readonly brightness: number;
  /** Most frequent first. */
  readonly colours: readonly string[];
  /** Recognised lines of text. */
  readonly lines: number;
}

/**
 * One sentence of measured facts that says where it comes from. What the picture shows is not among them: that takes a
 * vision model.
 */
export function imageDescription({ width, height, brightness, colours, lines }: MeasuredFacts): string {
  const facts = [
    `${shapeOf(width, height)} picture, seen at ${width} × ${height} pixels`,
    brightnessOf(brightness),
    ...(colours.length > 0 ? [`mostly ${listed(colours)}`] : []),
  ];
  return `Measured locally, without a vision model: ${facts.join(", ")}; ${textOf(lines)}.`;
}

function shapeOf(width: number, height: number): string {
  const ratio = width / height;
  if (ratio > 1.05) return "landscape";
  return ratio < 0.95 ? "portrait" : "square";
}

function brightnessOf(brightness: number): string {
  if (brightness > 0.65) return "bright";
  return brightness < 0.3 ? "dark" : "of medium brightness";
}

function textOf(lines: number): string {
  if (lines === 0) return "no text was recognised";
  return lines === 1 ? "one line of text was recognised" : `${lines} lines of text were recognised`;
}

const listed = (names: readonly string[]) =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
