/** A tone curve: from a stored channel value, 0 to 1, to linear light, 0 to 1. */
export type ToneCurve = (value: number) => number;

/**
 * Reads a `curv` or `para` element (ICC.1:2022 10.6 and 10.18). Null where it is neither or is cut short.
 */
export function readToneCurve(element: Buffer): ToneCurve | null {
  if (element.length < 12) return null;
  const type = element.toString("latin1", 0, 4);
  if (type === "curv") return readSampledCurve(element);
  return type === "para" ? readParametricCurve(element) : null;
}

function readSampledCurve(element: Buffer): ToneCurve | null {
  const count = element.readUInt32BE(8);
  if (count === 0) return (value) => value;
  if (12 + count * 2 > element.length) return null;
  if (count === 1) {
    const gamma = element.readUInt16BE(12) / 256;
    return (value) => value ** gamma;
  }
  return (value) => {
    const position = value * (count - 1);
    const index = Math.min(Math.floor(position), count - 2);
    const below = element.readUInt16BE(12 + index * 2);
    const above = element.readUInt16BE(14 + index * 2);
    return (below + (above - below) * (position - index)) / 65_535;
  };
}

/** Parameters of each function type, in the order in which they are stored. */
const PARAMETER_COUNTS: readonly number[] = [1, 3, 4, 5, 7];

function readParametricCurve(element: Buffer): ToneCurve | null {
  const type = element.readUInt16BE(8);
  const count = PARAMETER_COUNTS[type];
  if (count === undefined || element.length < 12 + count * 4) return null;
  const parameter = (index: number) => element.readInt32BE(12 + index * 4) / 65_536;
  const gamma = parameter(0);
  if (type === 0) return (value) => value ** gamma;
  const a = parameter(1);
  const b = parameter(2);
  const power = (value: number) => Math.max(0, a * value + b) ** gamma;
  if (type === 1) return (value) => (a * value + b >= 0 ? power(value) : 0);
  const c = parameter(3);
  if (type === 2) return (value) => (a * value + b >= 0 ? power(value) : 0) + c;
  const d = parameter(4);
  const e = type === 4 ? parameter(5) : 0;
  const f = type === 4 ? parameter(6) : 0;
  return (value) => (value >= d ? power(value) + e : c * value + f);
}

/**
 * The largest difference, in stored values of 0 to 1, between a channel read through `curve` and the same
 * channel read as sRGB. Compared after encoding again, because an error that the eye sees in the shadows is
 * tiny in linear light.
 */
export function distanceFromSrgb(curve: ToneCurve): number {
  let distance = 0;
  for (let step = 0; step <= 64; step++) {
    const value = step / 64;
    distance = Math.max(distance, Math.abs(encodeSrgb(curve(value)) - value));
  }
  return distance;
}

/** IEC 61966-2-1. */
function encodeSrgb(linear: number): number {
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
}
