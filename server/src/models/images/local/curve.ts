/** A function of one number, tabulated: a sine or noise for each pixel and layer would take most of the time. */
export type Curve = (at: number) => number;

/** Between the samples it is straight, beyond the ends constant. */
export function sampled(curve: Curve, from: number, to: number, step: number): Curve {
  const count = Math.ceil((to - from) / step) + 2;
  const table = Float64Array.from({ length: count }, (_, index) => curve(from + index * step));
  return (at) => {
    const place = Math.min(Math.max((at - from) / step, 0), count - 1.001);
    const index = Math.floor(place);
    const left = table[index] ?? 0;
    return left + (place - index) * ((table[index + 1] ?? 0) - left);
  };
}
