import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { readHeader } from "./container.ts";
import {
  canvas,
  exifBlock,
  gifApplication,
  gifExtension,
  jpegSegment,
  PNG_SIGNATURE,
  pngChunk,
  pngChunkOffset,
  pngHeader,
  riffChunk,
  riffChunks,
  splice,
  webp,
} from "./containers/test-splices.ts";

/** Stands for a GPS position, a name, a text: whatever must not leave. */
export const SECRET = "52.5162N-13.3777E";

export const noise = (channels: 3 | 4 = 3) =>
  sharp({
    create: {
      width: 48,
      height: 36,
      channels,
      background: { r: 200, g: 40, b: 90, alpha: 0.5 },
      noise: { type: "gaussian", mean: 120, sigma: 45 },
    },
  });

const colours = () => sharp({ create: { width: 48, height: 36, channels: 4, background: "#3355ff80" } });

async function pages(): Promise<Buffer[]> {
  const shades = ["#ff0000", "#00ff00", "#0000ff"];
  return Promise.all(
    shades.map((background) =>
      sharp({ create: { width: 20, height: 16, channels: 4, background } })
        .png()
        .toBuffer(),
    ),
  );
}

const greyPng = (bits: number) =>
  Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(30, 20, bits, 0),
    pngChunk("IDAT", deflateSync(Buffer.alloc((Math.ceil((30 * bits) / 8) + 1) * 20))),
    pngChunk("IEND"),
  ]);

/** One picture for each way in which the encoder, or a hand, can store one. */
export const PICTURES: Readonly<Record<string, () => Promise<Buffer>>> = {
  "a baseline JPEG": () => noise().jpeg().toBuffer(),
  "a JPEG of full chroma": () => noise().jpeg({ chromaSubsampling: "4:4:4", quality: 95 }).toBuffer(),
  "a progressive JPEG": () => noise().jpeg({ progressive: true }).toBuffer(),
  "a mozjpeg JPEG": () => noise().jpeg({ mozjpeg: true }).toBuffer(),
  "a grey JPEG": () => noise().toColourspace("b-w").jpeg().toBuffer(),
  "a grey progressive JPEG": () => noise().toColourspace("b-w").jpeg({ progressive: true }).toBuffer(),
  "a CMYK JPEG": () => noise().toColourspace("cmyk").jpeg().toBuffer(),
  "a CMYK JPEG with its profile": () =>
    noise().toColourspace("cmyk").jpeg().withIccProfile("cmyk").toBuffer(),
  "an sRGB JPEG": () => noise().jpeg().withIccProfile("srgb").toBuffer(),
  "a Display P3 JPEG": () => noise().jpeg().withIccProfile("p3").toBuffer(),
  "an RGB PNG": () => noise().png().toBuffer(),
  "an RGB PNG with alpha": () => noise(4).png().toBuffer(),
  "an interlaced PNG": () => noise(4).png({ progressive: true }).toBuffer(),
  "a 16-bit PNG": () => noise().toColourspace("rgb16").png().toBuffer(),
  "a 16-bit PNG with alpha": () => noise(4).toColourspace("rgb16").png().toBuffer(),
  "a grey PNG": () => noise().toColourspace("b-w").png().toBuffer(),
  "a 16-bit grey PNG": () => noise().toColourspace("grey16").png().toBuffer(),
  "a grey PNG with alpha": () => noise(4).toColourspace("b-w").png().toBuffer(),
  "a one-bit grey PNG": async () => greyPng(1),
  "a four-bit grey PNG": async () => greyPng(4),
  "a palette PNG": () => noise().png({ palette: true }).toBuffer(),
  "a palette PNG of two colours": () => noise().png({ palette: true, colours: 2 }).toBuffer(),
  "a palette PNG with transparency": () => noise(4).png({ palette: true, colours: 16 }).toBuffer(),
  "an sRGB PNG": () => noise().png().withIccProfile("srgb").toBuffer(),
  "a Display P3 PNG": () => noise().png().withIccProfile("p3").toBuffer(),
  "a lossy WebP": () => noise().webp().toBuffer(),
  "a lossy WebP with alpha": () => noise(4).webp().toBuffer(),
  "a lossless WebP": () => noise().webp({ lossless: true }).toBuffer(),
  "a lossless WebP with alpha": () => noise(4).webp({ lossless: true }).toBuffer(),
  "an sRGB WebP": () => noise().webp().withIccProfile("srgb").toBuffer(),
  "a Display P3 WebP": () => noise().webp().withIccProfile("p3").toBuffer(),
  "an animated WebP": async () =>
    sharp(await pages(), { join: { animated: true } })
      .webp()
      .toBuffer(),
  "a GIF": () => noise().gif().toBuffer(),
  "a GIF with transparency": () => colours().gif().toBuffer(),
  "an interlaced GIF": () => noise().gif({ progressive: true }).toBuffer(),
  "an animated GIF": async () =>
    sharp(await pages(), { join: { animated: true } })
      .gif({ loop: 3 })
      .toBuffer(),
};

/** The same picture with a secret in every place that its container has for one. */
export function withSecrets(bytes: Buffer): Buffer {
  const exif = exifBlock(1, "MM", SECRET);
  switch (readHeader(bytes).format) {
    case "jpeg": {
      const secrets = [
        jpegSegment(0xe0, `JFXX\0\x13${SECRET}`),
        jpegSegment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), exif])),
        jpegSegment(0xe1, `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>${SECRET}</x:xmpmeta>`),
        jpegSegment(0xe2, `MPF\0II*\0${SECRET}`),
        jpegSegment(0xeb, `JP\0\x01jumb${SECRET}`),
        jpegSegment(0xed, `Photoshop 3.0\x008BIM${SECRET}`),
        jpegSegment(0xfe, SECRET),
      ];
      return Buffer.concat([splice(bytes, secrets), Buffer.from(`PK\x03\x04${SECRET}`)]);
    }
    case "png": {
      const texts = ["tEXt", "zTXt", "iTXt", "prVt", "caBX"].map((type) =>
        pngChunk(type, `XML:com\0\0${SECRET}`),
      );
      const late = splice(bytes, texts, pngChunkOffset(bytes, "IEND"));
      const early = splice(late, [pngChunk("eXIf", exif), ...texts], pngChunkOffset(bytes, "IDAT"));
      return Buffer.concat([early, Buffer.from(`<html>${SECRET}</html>`)]);
    }
    case "webp": {
      const { width, height } = readHeader(bytes);
      const chunks = riffChunks(bytes).map(({ bytes: chunk }) => chunk);
      const first = chunks[0] ?? Buffer.alloc(0);
      const isExtended = first.toString("latin1", 0, 4) === "VP8X";
      // A lossless picture keeps its alpha in its own bits, but decoders believe the flag.
      const alpha = readHeader(bytes).hasAlpha ? 0x10 : 0;
      const head = isExtended ? Buffer.from(first) : canvas(width, height, alpha);
      head[8] = (head[8] ?? 0) | 0x0c;
      const secrets = [
        riffChunk("EXIF", exif),
        riffChunk("XMP ", `<x>${SECRET}</x>`),
        riffChunk("C2PA", SECRET),
      ];
      return Buffer.concat([
        webp(head, ...chunks.slice(isExtended ? 1 : 0), ...secrets),
        Buffer.from(SECRET),
      ]);
    }
    case "gif": {
      const secrets = [gifExtension(0xfe, SECRET), gifApplication("XMP DataXMP", SECRET)];
      const colourTable = 3 * 2 ** (((bytes[10] ?? 0) & 7) + 1);
      const head = 13 + ((bytes[10] ?? 0) & 0x80 ? colourTable : 0);
      return Buffer.concat([splice(bytes, secrets, head), Buffer.from(`PK\x03\x04${SECRET}`)]);
    }
  }
}
