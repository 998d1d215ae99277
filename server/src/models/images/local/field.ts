/** A function of a point, tabulated: layered noise for each pixel would take most of the time. */
export type Field = (x: number, y: number) => number;

/** Over a picture of that size; between the samples, which are `step` apart, it is bilinear. */
export function sampledField(
  field: Field,
  { width, height }: { readonly width: number; readonly height: number },
  step: number,
): Field {
  const columns = Math.ceil(width / step) + 2;
  const rows = Math.ceil(height / step) + 2;
  const table = new Float64Array(columns * rows);
  for (let index = 0; index < table.length; index += 1)
    table[index] = field((index % columns) * step, Math.floor(index / columns) * step);
  return (x, y) => {
    const column = Math.floor(x / step);
    const row = Math.floor(y / step);
    const right = x / step - column;
    const at = row * columns + column;
    const above = (table[at] ?? 0) + right * ((table[at + 1] ?? 0) - (table[at] ?? 0));
    const next = at + columns;
    const below = (table[next] ?? 0) + right * ((table[next + 1] ?? 0) - (table[next] ?? 0));
    return above + (y / step - row) * (below - above);
  };
}
