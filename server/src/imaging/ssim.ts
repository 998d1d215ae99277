/** Pixels of a window's side, and how far one is from the next: windows are squares of two cells by two. */
const windowSide = 8;
const cellSide = 4;
/** The constants of Wang et al. 2004 for values of 0 to 255: they keep flat windows from dividing by nothing. */
const c1 = (0.01 * 255) ** 2;
const c2 = (0.03 * 255) ** 2;

export interface Plane {
  /** One byte a pixel, rows without padding; of a channel of several, one byte every `step`, the first at `first`. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly first?: number;
  readonly step?: number;
}

/**
 * Structural similarity of two planes of the same size (Wang et al. 2004, uniform windows of 8×8, 4 apart): 1 where they
 * are equal, about 0 where they have nothing in common. The mean over all windows; a side shorter than a window is one.
 *
 * @throws RangeError where the planes differ in size
 */
export function ssim(one: Plane, other: Plane): number {
  const { width, height } = one;
  if (other.width !== width || other.height !== height) {
    throw new RangeError(`${width}×${height} cannot be compared with ${other.width}×${other.height}`);
  }
  const across = cellsOf(width);
  const down = cellsOf(height);
  const pixels = across.side * across.inWindow * down.side * down.inWindow;
  // Neighbouring windows share cells, so that each pixel is looked at once and not four times.
  let above = new Float64Array(across.count * sumsOfCell);
  let here = new Float64Array(across.count * sumsOfCell);
  let sum = 0;
  let windows = 0;
  for (let row = 0; row < down.count; row += 1) {
    sumCells(here, one, other, { top: row * down.side, rows: down.side, columns: across.side });
    if (row + 1 >= down.inWindow) {
      for (let cell = 0; cell + across.inWindow <= across.count; cell += 1) {
        sum += windowSimilarity(down.inWindow > 1 ? above : null, here, cell, across.inWindow, pixels);
        windows += 1;
      }
    }
    [above, here] = [here, above];
  }
  return sum / windows;
}

interface Cells {
  readonly side: number;
  readonly count: number;
  readonly inWindow: number;
}

const cellsOf = (pixels: number): Cells =>
  pixels < windowSide
    ? { side: pixels, count: 1, inWindow: 1 }
    : { side: cellSide, count: Math.floor(pixels / cellSide), inWindow: windowSide / cellSide };

/** Of both planes' values, of all squares, and of the products of both. */
const sumsOfCell = 4;

/** Fills in a row of cells. */
function sumCells(
  sums: Float64Array,
  one: Plane,
  other: Plane,
  { top, rows, columns }: { readonly top: number; readonly rows: number; readonly columns: number },
): void {
  const { data: dataA, step: stepA = 1, first: firstA = 0, width } = one;
  const { data: dataB, step: stepB = 1, first: firstB = 0 } = other;
  for (let cell = 0; cell * sumsOfCell < sums.length; cell += 1) {
    let sumA = 0;
    let sumB = 0;
    let squares = 0;
    let products = 0;
    for (let row = top; row < top + rows; row += 1) {
      const start = row * width + cell * columns;
      for (let at = start; at < start + columns; at += 1) {
        const a = dataA[firstA + at * stepA] ?? 0;
        const b = dataB[firstB + at * stepB] ?? 0;
        sumA += a;
        sumB += b;
        squares += a * a + b * b;
        products += a * b;
      }
    }
    const target = cell * sumsOfCell;
    sums[target] = sumA;
    sums[target + 1] = sumB;
    sums[target + 2] = squares;
    sums[target + 3] = products;
  }
}

function windowSimilarity(
  above: Float64Array | null,
  here: Float64Array,
  cell: number,
  inWindow: number,
  pixels: number,
): number {
  let sumA = 0;
  let sumB = 0;
  let squares = 0;
  let products = 0;
  for (let at = cell * sumsOfCell; at < (cell + inWindow) * sumsOfCell; at += sumsOfCell) {
    sumA += (here[at] ?? 0) + (above?.[at] ?? 0);
    sumB += (here[at + 1] ?? 0) + (above?.[at + 1] ?? 0);
    squares += (here[at + 2] ?? 0) + (above?.[at + 2] ?? 0);
    products += (here[at + 3] ?? 0) + (above?.[at + 3] ?? 0);
  }
  const meanA = sumA / pixels;
  const meanB = sumB / pixels;
  const variances = squares / pixels - meanA * meanA - meanB * meanB;
  const covariance = products / pixels - meanA * meanB;
  return (
    ((2 * meanA * meanB + c1) * (2 * covariance + c2)) /
    ((meanA * meanA + meanB * meanB + c1) * (variances + c2))
  );
}
