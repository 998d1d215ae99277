import type { RawPixels } from "../pixels.ts";

/** Lines read along the longer side at most; more than these are stepped over evenly. */
const maxLines = 512;

/** For every target pixel of one axis: the first source line it covers, and the share of each line in it. */
interface Coverage {
  readonly first: Int32Array;
  /** Where each target pixel's weights begin in `weights`; one entry more than there are target pixels. */
  readonly offsets: Int32Array;
  /** Sum to 1 within a target pixel. */
  readonly weights: Float64Array;
}

function coverage(lines: number, targets: number): Coverage {
  const first = new Int32Array(targets);
  const offsets = new Int32Array(targets + 1);
  const weights = new Float64Array(lines + 2 * targets);
  const span = lines / targets;
  let next = 0;
  for (let target = 0; target < targets; target += 1) {
    const begin = target * span;
    const end = Math.min(lines, begin + span);
    first[target] = Math.min(lines - 1, Math.floor(begin));
    offsets[target] = next;
    for (let line = first[target] ?? 0; line < end; line += 1) {
      weights[next] = (Math.min(end, line + 1) - Math.max(begin, line)) / span;
      next += 1;
    }
  }
  offsets[targets] = next;
  return { first, offsets, weights };
}

/**
 * Averages a picture down (or spreads it up) to exactly `width` × `height`, every target pixel being the mean of the
 * area it covers, fractions of pixels included. With an alpha channel the colours are weighted by it, so what lies
 * under a transparent pixel does not bleed into its neighbours.
 *
 * Exact up to 512 pixels a side. Of a larger picture every n-th line and column is read, so that the cost has a
 * bound (262 144 pixels); made for tiny targets, where that changes a mean by less than one level.
 */
export function boxAverage(pixels: RawPixels, width: number, height: number): RawPixels {
  const { data, channels } = pixels;
  const step = Math.max(1, Math.ceil(Math.max(pixels.width, pixels.height) / maxLines));
  const columns = coverage(Math.ceil(pixels.width / step), width);
  const rows = coverage(Math.ceil(pixels.height / step), height);
  const hasAlpha = channels === 2 || channels === 4;
  const rowLength = width * channels;
  const sums = new Float64Array(height * rowLength);
  const line = new Float64Array(rowLength);
  let lineRead = -1;
  for (let target = 0; target < height; target += 1) {
    const from = rows.offsets[target] ?? 0;
    const to = rows.offsets[target + 1] ?? 0;
    for (let entry = from; entry < to; entry += 1) {
      const sourceRow = (rows.first[target] ?? 0) + entry - from;
      if (sourceRow !== lineRead) {
        averageLine(data, sourceRow * step * pixels.width * channels, step, channels, columns, line);
        lineRead = sourceRow;
      }
      const weight = rows.weights[entry] ?? 0;
      const at = target * rowLength;
      for (let index = 0; index < rowLength; index += 1) {
        sums[at + index] = (sums[at + index] ?? 0) + weight * (line[index] ?? 0);
      }
    }
  }
  return {
    data: hasAlpha ? unweighted(sums, channels) : Uint8Array.from(sums, Math.round),
    width,
    height,
    channels,
  };
}

/** One source line, averaged to the target's columns; colours multiplied by alpha / 255 where there is alpha. */
function averageLine(
  data: Uint8Array,
  lineStart: number,
  step: number,
  channels: number,
  columns: Coverage,
  line: Float64Array,
): void {
  const { first, offsets, weights } = columns;
  const stride = step * channels;
  const colours = channels === 2 || channels === 4 ? channels - 1 : 0;
  for (let target = 0; target < first.length; target += 1) {
    const from = offsets[target] ?? 0;
    const to = offsets[target + 1] ?? 0;
    const begin = lineStart + (first[target] ?? 0) * stride;
    for (let channel = 0; channel < channels; channel += 1) {
      const weighted = channel < colours;
      let sum = 0;
      for (let entry = from, at = begin; entry < to; entry += 1, at += stride) {
        const value = data[at + channel] ?? 0;
        sum += (weights[entry] ?? 0) * (weighted ? (value * (data[at + colours] ?? 0)) / 255 : value);
      }
      line[target * channels + channel] = sum;
    }
  }
}

/** Divides the alpha out of the colours again. */
function unweighted(sums: Float64Array, channels: number): Uint8Array {
  const result = new Uint8Array(sums.length);
  for (let at = 0; at < sums.length; at += channels) {
    const alpha = sums[at + channels - 1] ?? 0;
    for (let channel = 0; channel < channels - 1; channel += 1) {
      result[at + channel] =
        alpha === 0 ? 0 : Math.round(Math.min(255, ((sums[at + channel] ?? 0) * 255) / alpha));
    }
    result[at + channels - 1] = Math.round(alpha);
  }
  return result;
}
