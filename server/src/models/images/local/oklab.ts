/** A colour in OKLab (Ottosson 2020), where what lies between two colours looks as if it did. Written in place: there are millions. */
export interface Lab {
  /** 0 is black, 1 is white. */
  l: number;
  a: number;
  b: number;
}

/** Lightness 0 to 1, chroma 0 to about 0.3, hue in degrees. */
export type Lch = readonly [lightness: number, chroma: number, hue: number];

export const black = (): Lab => ({ l: 0, a: 0, b: 0 });

/** Moves `colour` towards `other`: not at all for 0, all the way for 1. */
export function mix(colour: Lab, other: Readonly<Lab>, share: number): void {
  colour.l += (other.l - colour.l) * share;
  colour.a += (other.a - colour.a) * share;
  colour.b += (other.b - colour.b) * share;
}

export function assign(colour: Lab, other: Readonly<Lab>): void {
  colour.l = other.l;
  colour.a = other.a;
  colour.b = other.b;
}

/** As if less light fell on it: 1 leaves it as it is. */
export function dim(colour: Lab, factor: number): void {
  colour.l *= factor;
  colour.a *= factor;
  colour.b *= factor;
}

/** As near as sRGB comes to it with the same lightness and hue. */
export function labOf([lightness, chroma, hue]: Lch): Lab {
  const angle = (hue * Math.PI) / 180;
  const at = (amount: number): Lab => ({
    l: lightness,
    a: amount * Math.cos(angle),
    b: amount * Math.sin(angle),
  });
  if (isShown(at(chroma))) return at(chroma);
  let least = 0;
  let most = chroma;
  for (let step = 0; step < 12; step += 1) {
    const half = (least + most) / 2;
    if (isShown(at(half))) least = half;
    else most = half;
  }
  return at(least);
}

function isShown(colour: Lab): boolean {
  const light = { red: 0, green: 0, blue: 0 };
  toLight(colour, light);
  return [light.red, light.green, light.blue].every((part) => part >= 0 && part <= 1);
}

/** Linear sRGB, 0 to 1 for what a screen can show. */
export interface Light {
  red: number;
  green: number;
  blue: number;
}

export function toLight({ l, a, b }: Readonly<Lab>, light: Light): void {
  const long = l + 0.3963377774 * a + 0.2158037573 * b;
  const medium = l - 0.1055613458 * a - 0.0638541728 * b;
  const short = l - 0.0894841775 * a - 1.291485548 * b;
  const longCubed = long * long * long;
  const mediumCubed = medium * medium * medium;
  const shortCubed = short * short * short;
  light.red = 4.0767416621 * longCubed - 3.3077115913 * mediumCubed + 0.2309699292 * shortCubed;
  light.green = -1.2684380046 * longCubed + 2.6097574011 * mediumCubed - 0.3413193965 * shortCubed;
  light.blue = -0.0041960863 * longCubed - 0.7034186147 * mediumCubed + 1.707614701 * shortCubed;
}
