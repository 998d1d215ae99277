/** 64 bits, the first in the highest place, as 16 hex digits. */
export function hexOfBits(isSet: (index: number) => boolean): string {
  let hex = "";
  for (let digit = 0; digit < 16; digit += 1) {
    let value = 0;
    for (let bit = 0; bit < 4; bit += 1) value = value * 2 + (isSet(digit * 4 + bit) ? 1 : 0);
    hex += value.toString(16);
  }
  return hex;
}
