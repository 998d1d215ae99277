import { chooseComposition } from "./compositions.ts";
import { createNoise } from "./noise.ts";
import { black, type Light, toLight } from "./oklab.ts";
import { choosePalette, wordsOf } from "./palette.ts";
import { createRandom } from "./random.ts";
import type { Shader } from "./scene.ts";

/** What a drawing depends on, and nothing else. */
export interface Subject {
  readonly prompt: string;
  readonly seed: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** sRGB, 8 bits each of red, green and blue, row by row. */
export type Pixels = Uint8Array<ArrayBuffer>;

/**
 * Draws an abstract picture. The same subject is the same picture, to the bit; another size of it is another crop of much
 * the same.
 *
 * @param onProgress called now and then, from 0 to 1
 */
export function draw(subject: Subject, onProgress: (progress: number) => void = () => {}): Pixels {
  const { width, height } = subject;
  const shade = shaderFor(subject);
  const pixels = new Uint8Array(width * height * 3);
  const unit = 1 / Math.min(width, height);
  const colour = black();
  const light: Light = { red: 0, green: 0, blue: 0 };
  for (let row = 0, at = 0; row < height; row += 1) {
    const y = (row + 0.5) * unit;
    const off = ((row + 0.5) / height - 0.5) ** 2;
    for (let column = 0; column < width; column += 1, at += 3) {
      shade((column + 0.5) * unit, y, colour);
      // As a lens does: a picture that is a little darker towards its corners looks finished.
      colour.l *= 1.015 - 0.13 * (off + ((column + 0.5) / width - 0.5) ** 2);
      toLight(colour, light);
      const grain = grainAt(column, row);
      pixels[at] = encoded(light.red) + grain;
      pixels[at + 1] = encoded(light.green) + grain;
      pixels[at + 2] = encoded(light.blue) + grain;
    }
    if (row % 64 === 63) onProgress(row / height);
  }
  return pixels;
}

function shaderFor({ prompt, seed, width, height }: Subject): Shader {
  const words = wordsOf(prompt);
  const short = Math.min(width, height);
  const random = createRandom(`${seed} ${prompt}`);
  return chooseComposition(
    prompt,
    words,
    seed,
  )({
    width: width / short,
    height: height / short,
    pixel: 1 / short,
    palette: choosePalette(words, random),
    random,
    noise: createNoise(random),
  });
}

/** In steps of 8 bits. Less shows bands in wide gradients; more makes a PNG larger and is seen. */
const grainReach = 1.6;

const steps = 16_384;
/** Linear light → 8-bit sRGB, not yet rounded, within what the grain leaves room for. */
const curve = Float32Array.from({ length: steps + 1 }, (_, index) => {
  const light = index / steps;
  const value = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.min(Math.max(value * 255, grainReach), 255 - grainReach);
});

const encoded = (light: number) => curve[light <= 0 ? 0 : light >= 1 ? steps : (light * steps) | 0] ?? 0;

/** Two throws of a die for each pixel, as the sum of which most are small; half a step is for rounding. */
function grainAt(column: number, row: number): number {
  let hash = Math.imul(column, 0x27d4eb2d) ^ Math.imul(row, 0x165667b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return 0.5 + (((hash & 0xffff) + (hash >>> 16)) / 0xffff - 1) * grainReach;
}
