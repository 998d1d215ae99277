/** Whole pixels, both at least 1. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a model makes of a picture by its own rule. */
export interface Seen {
  readonly size: Size;
  /** False where the vendor does not say at which size the model works; `size` is then the one sent. */
  readonly sizeDocumented: boolean;
  /** Null where the vendor publishes no way to know. */
  readonly tokens: number | null;
  /** Why the vendor refuses the picture, or null. */
  readonly rejection: string | null;
}

export const longSide = (size: Size) => Math.max(size.width, size.height);

export const patchesOf = (size: Size, patch: number) =>
  Math.ceil(size.width / patch) * Math.ceil(size.height / patch);

/** Exact halves go to the even neighbour; `Math.round` would send them up and miss some sizes by a pixel. */
function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** Rounds down, forgiving the float error that turns an exact 1056 into 1055.9999999999998. */
export const scaleDown = (source: Size, factor: number): Size => ({
  width: Math.max(1, Math.floor(source.width * factor + 1e-6)),
  height: Math.max(1, Math.floor(source.height * factor + 1e-6)),
});

/**
 * The largest size of the source's shape, at most the source, that `fits`.
 *
 * `fits` must hold for 1×1 and, once true for a size, for every smaller one of the same shape.
 */
export function largestFitting(source: Size, fits: (size: Size) => boolean): Size {
  if (fits(source)) return source;
  const wide = source.width >= source.height;
  const long = longSide(source);
  const aspect = long / Math.min(source.width, source.height);
  const at = (edge: number): Size => {
    const short = Math.max(1, roundHalfToEven(edge / aspect));
    return wide ? { width: edge, height: short } : { width: short, height: edge };
  };
  let fitting = 1;
  let tooLarge = long;
  while (fitting + 1 < tooLarge) {
    const middle = Math.floor((fitting + tooLarge) / 2);
    if (fits(at(middle))) fitting = middle;
    else tooLarge = middle;
  }
  return at(fitting);
}
