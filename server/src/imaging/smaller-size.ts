export interface Size {
  readonly width: number;
  readonly height: number;
}

export const areaOf = ({ width, height }: Size) => width * height;
export const longSide = ({ width, height }: Size) => Math.max(width, height);

/** Fewer patches than this on the long side, and whole ones would cost too much of the picture. */
const fewestPatches = 4;

/** Size of the source's shape with this long side. */
export function scaledTo(source: Size, side: number): Size {
  const scale = side / longSide(source);
  return {
    width: Math.max(1, Math.round(source.width * scale)),
    height: Math.max(1, Math.round(source.height * scale)),
  };
}

/**
 * Long side of the largest size of the source's shape that has at most `area` pixels and is shorter than `below`, in
 * whole patches where there are any; at least 1.
 */
export function sideForArea(source: Size, area: number, below: number, grid: number | null): number {
  const long = longSide(source);
  const aspect = long / Math.min(source.width, source.height);
  // A strip stays one pixel thick, so that its area falls with its length alone.
  const ideal = Math.floor(Math.min(Math.sqrt(area * aspect), area));
  const most = Math.ceil(below) - 1;
  const side = Math.max(1, Math.min(ideal, most));
  return grid !== null && side >= grid * fewestPatches ? Math.floor(side / grid) * grid : side;
}
