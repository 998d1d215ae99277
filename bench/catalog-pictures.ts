import sharp, { type Sharp } from "sharp";
import { page, photo, seededRandom } from "../server/test/pictures.ts";

export interface CatalogPicture {
  /** Its number from 0, its kind and its extension, such as `12-photo-cmyk.jpg`. */
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

interface Recipe {
  readonly kind: string;
  readonly extension: "jpg" | "png" | "webp" | "gif";
  make(scenes: Scenes): Promise<Buffer>;
}

/** Where pictures are cut from: each cut is another one, and none was scaled, which would take its grain away. */
interface Scenes {
  photo(width: number, height: number): Sharp;
  screenshot(width: number, height: number): Sharp;
  drawing(width: number, height: number): Sharp;
  logo(side: number): Sharp;
}

const largest = { width: 4_000, height: 3_000 };
/** Of the scenes beyond the largest cut. */
const margin = 200;
const screen = { width: 1_920, height: 1_080 };
const frames = 8;

/** In the order of the pictures, again and again: shops have photographs above all. */
const recipes: readonly Recipe[] = [
  {
    kind: "photo",
    extension: "jpg",
    make: ({ photo }) => photo(1_600, 1_200).jpeg({ quality: 90 }).toBuffer(),
  },
  {
    kind: "photo-progressive",
    extension: "jpg",
    make: ({ photo }) => photo(2_048, 1_536).jpeg({ quality: 85, progressive: true }).toBuffer(),
  },
  {
    kind: "photo-12-megapixels",
    extension: "jpg",
    make: ({ photo }) => photo(largest.width, largest.height).jpeg({ quality: 92 }).toBuffer(),
  },
  {
    kind: "logo-palette",
    extension: "png",
    make: ({ logo }) => logo(600).png({ palette: true, colours: 32 }).toBuffer(),
  },
  {
    kind: "photo-rotated",
    extension: "jpg",
    make: ({ photo }) =>
      photo(1_600, 1_200).withMetadata({ orientation: 6 }).jpeg({ quality: 90 }).toBuffer(),
  },
  {
    kind: "photo-cmyk",
    extension: "jpg",
    make: ({ photo }) => photo(1_200, 1_200).withIccProfile("cmyk").jpeg({ quality: 90 }).toBuffer(),
  },
  { kind: "screenshot", extension: "png", make: ({ screenshot }) => screenshot(1_600, 900).png().toBuffer() },
  {
    kind: "photo-small",
    extension: "jpg",
    make: ({ photo }) => photo(800, 800).jpeg({ quality: 80 }).toBuffer(),
  },
  {
    kind: "photo",
    extension: "webp",
    make: ({ photo }) => photo(1_200, 900).webp({ quality: 85 }).toBuffer(),
  },
  { kind: "drawing", extension: "png", make: ({ drawing }) => drawing(1_600, 1_200).png().toBuffer() },
  {
    kind: "photo-grey",
    extension: "jpg",
    make: ({ photo }) => photo(1_200, 1_600).toColourspace("b-w").jpeg({ quality: 85 }).toBuffer(),
  },
  { kind: "logo-alpha", extension: "png", make: ({ logo }) => logo(1_000).png().toBuffer() },
  { kind: "photo", extension: "png", make: ({ photo }) => photo(900, 600).png().toBuffer() },
  {
    kind: "moving",
    extension: "gif",
    make: ({ photo }) => moving(photo(320, 240)).then((film) => film.gif().toBuffer()),
  },
  {
    kind: "drawing",
    extension: "jpg",
    make: ({ drawing }) => drawing(1_600, 1_200).flatten().jpeg({ quality: 90 }).toBuffer(),
  },
  {
    kind: "photo-16-bit",
    extension: "png",
    make: ({ photo }) => photo(600, 600).toColourspace("rgb16").png().toBuffer(),
  },
  {
    kind: "logo-alpha",
    extension: "webp",
    make: ({ logo }) => logo(800).webp({ lossless: true }).toBuffer(),
  },
  {
    kind: "screenshot",
    extension: "jpg",
    make: ({ screenshot }) => screenshot(1_280, 800).jpeg({ quality: 85 }).toBuffer(),
  },
  {
    kind: "moving",
    extension: "webp",
    make: ({ photo }) => moving(photo(480, 360)).then((film) => film.webp({ quality: 80 }).toBuffer()),
  },
];

const contentTypes = { jpg: "image/jpeg", png: "image/png", webp: "image/webp", gif: "image/gif" } as const;

/**
 * A catalog's pictures, no two the same: photographs, drawings, logos and screenshots of up to 12 megapixels, as
 * baseline, progressive, rotated, grey and CMYK JPEGs; PNGs with a palette, with transparency and of 16 bits; still and
 * moving WebPs and GIFs. One seed gives the same pixels on every machine.
 */
export async function* catalogPictures(count: number, seed = 1): AsyncGenerator<CatalogPicture> {
  const scenes = await createScenes(seed);
  for (let index = 0; index < count; index += 1) {
    const recipe = recipes[index % recipes.length];
    if (!recipe) return;
    const { kind, extension } = recipe;
    const bytes = await recipe.make(scenes);
    yield { name: `${index}-${kind}.${extension}`, contentType: contentTypes[extension], bytes };
  }
}

/** The CSV of a shop with those pictures, in order. @param addresses of the pictures @param each pictures of one product */
export function catalogCsv(addresses: readonly string[], each: number): string {
  const rows = ["S. No.,Product Name,Input Image Urls"];
  for (let first = 0; first < addresses.length; first += each) {
    const serial = rows.length;
    rows.push(`${serial},Product ${serial},"${addresses.slice(first, first + each).join(",")}"`);
  }
  return `${rows.join("\n")}\n`;
}

async function createScenes(seed: number): Promise<Scenes> {
  const random = seededRandom(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  // Some cameras leave the grain, at 2 bits a pixel and quality 92, and others average it away.
  const grainy = await kept(await photo(largest.width + margin, largest.height + margin, seed));
  const smooth = await kept(cut(grainy).blur(1.2));
  // Drawn twice as large and averaged, as rendered text is.
  const drawn = await kept(page(2 * (screen.width + margin), 2 * (screen.height + margin), seed));
  const pageScene = await kept(cut(drawn).resize(screen.width + margin));

  const somewhere = ({ info }: Scene, width: number, height: number) => ({
    left: between(0, info.width - width),
    top: between(0, info.height - height),
    width,
    height,
  });
  return {
    photo(width, height) {
      const scene = random() < 0.5 ? grainy : smooth;
      const picture = cut(scene).extract(somewhere(scene, width, height));
      // Brighter than it is, much of it would be plain white.
      return picture.modulate({ hue: between(0, 359), brightness: 0.75 + random() * 0.25 });
    },
    screenshot: (width, height) => cut(pageScene).extract(somewhere(pageScene, width, height)),
    drawing(width, height) {
      const shapes = Array.from({ length: 40 }, () => {
        const [x, y, size, hue] = [between(0, width), between(0, height), between(20, 240), between(0, 359)];
        const fill = random() < 0.5 ? "url(#sky)" : `hsl(${hue},70%,55%)`;
        return random() < 0.5
          ? `<circle cx="${x}" cy="${y}" r="${size / 2}" fill="${fill}"/>`
          : `<path d="M${x} ${y}q${size} ${-size} ${size * 2} 0t${size} ${size}" fill="${fill}" stroke="#223" stroke-width="4"/>`;
      });
      const [from, to] = [between(0, 359), between(0, 359)];
      return fromSvg(
        width,
        height,
        `<linearGradient id="sky" x2="1" y2="1"><stop stop-color="hsl(${from},60%,80%)"/><stop offset="1" stop-color="hsl(${to},60%,40%)"/></linearGradient><rect width="100%" height="100%" fill="url(#sky)"/>${shapes.join("")}`,
      );
    },
    logo(side) {
      const hue = between(0, 359);
      const petals = Array.from({ length: between(3, 9) }, (_petal, index) => {
        const turn = index * between(35, 45);
        return `<ellipse cx="50" cy="28" rx="9" ry="22" transform="rotate(${turn} 50 50)" fill="hsl(${(hue + index * 20) % 360},80%,50%)"/>`;
      });
      const ring = `<circle cx="50" cy="50" r="46" fill="none" stroke="hsl(${hue},80%,30%)" stroke-width="4"/>`;
      return fromSvg(side, side, `<g transform="scale(${side / 100})">${petals.join("")}${ring}</g>`);
    },
  };
}

type Scene = Awaited<ReturnType<typeof kept>>;

const kept = (picture: Sharp) => picture.raw().toBuffer({ resolveWithObject: true });

const cut = ({ data, info }: Scene) =>
  sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });

const fromSvg = (width: number, height: number, shapes: string) =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes}</svg>`,
    ),
  );

/** A picture that becomes brighter and darker again. */
async function moving(picture: Sharp): Promise<Sharp> {
  const still = await picture.png().toBuffer();
  const film = Array.from({ length: frames }, (_frame, index) =>
    sharp(still)
      .linear(0.7 + 0.3 * Math.sin((Math.PI * index) / frames), 0)
      .png()
      .toBuffer(),
  );
  return sharp(await Promise.all(film), { join: { animated: true } });
}
