import sharp, { type Sharp } from "sharp";
import type { CatalogPicture } from "../../../bench/catalog-pictures.ts";
import { photo } from "../pictures.ts";

const types = { jpg: "image/jpeg", png: "image/png", webp: "image/webp", gif: "image/gif" } as const;

/** Where somebody lives, as phones write it into their pictures. */
const place = {
  IFD0: { Make: "A phone", Copyright: "Somebody" },
  IFD3: {
    GPSLatitudeRef: "N",
    GPSLatitude: "52/1 31/1 12/1",
    GPSLongitudeRef: "E",
    GPSLongitude: "13/1 24/1 18/1",
  },
};

/** A picture of each kind that shops have, small ones: all formats that stay what they are. */
export async function everyFormat(): Promise<readonly CatalogPicture[]> {
  const jpeg = (picture: Sharp, quality = 92) => picture.jpeg({ quality });
  const film = await movingFrames();
  const kinds: readonly (readonly [name: string, picture: Sharp])[] = [
    ["photo.jpg", jpeg(await photo(320, 200, 1)).withExif(place)],
    ["progressive.jpg", (await photo(240, 240, 2)).jpeg({ quality: 90, progressive: true })],
    [
      "rotated.jpg",
      jpeg(await photo(280, 160, 3))
        .withExif(place)
        .withMetadata({ orientation: 6 }),
    ],
    ["mirrored.jpg", jpeg(await photo(160, 120, 4)).withMetadata({ orientation: 5 })],
    ["cmyk.jpg", jpeg(await photo(200, 150, 5)).withIccProfile("cmyk")],
    // As vivid as a profile that is lost has to be seen.
    ["wide-colours.jpg", jpeg((await photo(200, 150, 6)).modulate({ saturation: 4 })).withIccProfile("p3")],
    ["grey.jpg", jpeg((await photo(200, 150, 7)).toColourspace("b-w"))],
    ["photo.png", (await photo(160, 120, 8)).png()],
    ["16-bit.png", (await photo(120, 90, 9)).toColourspace("rgb16").png()],
    ["logo.png", logo().png({ compressionLevel: 2 })],
    ["palette.png", logo().png({ palette: true, compressionLevel: 0 })],
    ["photo.webp", (await photo(240, 180, 10)).webp({ quality: 90 })],
    ["logo.webp", logo().webp({ lossless: true })],
    ["film.gif", sharp(film, { join: { animated: true } }).gif({ delay: [80, 120, 200, 300], loop: 3 })],
    [
      "film.webp",
      sharp(film, { join: { animated: true } }).webp({ quality: 90, delay: [80, 120, 200, 300], loop: 3 }),
    ],
  ];
  return await Promise.all(
    kinds.map(async ([name, picture]) => ({
      name,
      contentType: types[name.split(".")[1] as keyof typeof types],
      bytes: await picture.toBuffer(),
    })),
  );
}

/** A photograph that becomes brighter. */
async function movingFrames(): Promise<Buffer[]> {
  const still = await (await photo(120, 90, 11)).png().toBuffer();
  return await Promise.all([0.6, 0.8, 1, 1.2].map((light) => sharp(still).linear(light, 0).png().toBuffer()));
}

const side = 180;

/** Two discs of flat colours with soft edges, one seen through the other, and nothing around them. */
function logo(): Sharp {
  const pixels = Buffer.alloc(side * side * 4);
  const cover = (x: number, y: number, centre: number) =>
    Math.max(0, Math.min(1, side / 3 - Math.hypot(x - centre, y - centre)));
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const [under, over] = [cover(x, y, 70), cover(x, y, 110) * 0.6];
      const colour = over > 0 ? [30, 100, 200] : [220, 50, 50];
      pixels.set([...colour, Math.round(255 * Math.max(under, over))], (y * side + x) * 4);
    }
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 4 } });
}
