import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { createApp } from "../../server/src/app.ts";
import { loadConfig } from "../../server/src/platform/config.ts";
import { createLogger } from "../../server/src/platform/logger.ts";
import { streetScene } from "./street.ts";
import { strokeText, textWidth } from "./stroke-font.ts";

/**
 * Draws `street.jpg`, sends it through the service, and puts what went in and what came out side by side in
 * `before-after.png`. Every number in the picture is taken from the service's answers. By hand, with the runtime:
 * `node scripts/run.mjs docs/images/make.ts`.
 */
const model = "gpt-5.6-terra";
const query = `provider=openai&model=${model}&quality=85`;

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const thousands = (value: number) => value.toLocaleString("en-US");
const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} KB`;

/** As a phone stores it: pixels on their side, an orientation that says so, and the place where it was taken. */
async function drawPhoto(): Promise<Buffer> {
  const upright = await sharp(Buffer.from(streetScene()), { density: 72 * 4 })
    .png()
    .toBuffer();
  return sharp(upright)
    .rotate(270)
    .withExif({
      IFD0: { Make: "Fovea", Model: "docs/images/make.ts" },
      // The old observatory of Greenwich.
      IFD3: {
        GPSLatitudeRef: "N",
        GPSLatitude: "51/1 28/1 40/1",
        GPSLongitudeRef: "W",
        GPSLongitude: "0/1 0/1 5/1",
      },
    })
    .withMetadata({ orientation: 6 })
    .jpeg({
      quality: 64,
      optimiseCoding: true,
      trellisQuantisation: true,
      overshootDeringing: true,
      quantisationTable: 3,
    })
    .toBuffer();
}

interface Answers {
  readonly photo: Buffer;
  readonly prepared: Buffer;
  readonly tokensAsSent: number;
  readonly tokens: number;
}

/** Asks the real service what the model would make of the photo as it is, and lets it prepare the photo. */
async function askService(photo: Buffer): Promise<Answers> {
  const folder = await mkdtemp(join(tmpdir(), "fovea-picture-"));
  const app = await createApp(
    loadConfig({ DATA_DIR: folder }),
    createLogger({ level: "silent", pretty: false }),
  );
  const post = (path: string, accept: string) =>
    app.http.inject({
      method: "POST",
      url: `/api/v1/${path}?${query}`,
      headers: { authorization: "Bearer test-token", "content-type": "image/jpeg", accept },
      payload: photo,
    });
  try {
    const validated = await post("validate", "application/json");
    const processed = await post("process", "image/*");
    return {
      photo,
      prepared: processed.rawPayload,
      tokensAsSent: validated.json().metadata.estimated_tokens,
      tokens: Number(processed.headers["x-image-estimated-tokens"]),
    };
  } finally {
    await app.close(0);
    await rm(folder, { recursive: true });
    // The service blocks every decoder it does not need; drawing needs this one again.
    sharp.unblock({ operation: ["VipsForeignLoadSvgBuffer"] });
  }
}

const ink = "#e9edf5";
const quiet = "#9fabc2";
const warm = "#ffb169";
const green = "#7fd6a4";

async function drawComparison({ photo, prepared, tokensAsSent, tokens }: Answers): Promise<Buffer> {
  const before = await sharp(photo).metadata();
  const after = await sharp(prepared).metadata();
  if (before.orientation !== 6 || !before.exif || after.exif || after.orientation) {
    throw new Error("The picture would not tell the truth about EXIF.");
  }
  const left = await sharp(photo, { autoOrient: false }).resize(560, 420).png().toBuffer();
  const right = await sharp(prepared).resize(315, 420, { fit: "fill" }).png().toBuffer();
  const line = (text: string, x: number, y: number, colour: string, size = 15, weight = 1.3) =>
    strokeText(text, { x, y, size, colour, weight });
  const sent = "Sent";
  const sees = "What the model sees";
  const canvas = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="640" viewBox="0 0 1200 640">
  <rect width="1200" height="640" rx="22" fill="#171d2b"/>
  ${line(sent, 40, 56, ink, 20, 1.5)}
  ${line(sees, 820, 56, ink, 20, 1.5)}
  ${line(`${before.width} × ${before.height}, ${kilobytes(photo.length)}`, 40, 542, ink)}
  ${line("on its side, with the GPS position in it", 40, 575, warm)}
  ${line(`${thousands(tokensAsSent)} tokens of input`, 40, 608, warm)}
  ${line(`${after.width} × ${after.height}, ${kilobytes(prepared.length)}`, 820, 542, ink)}
  ${line("upright, no EXIF, no GPS", 820, 575, green)}
  ${line(`${thousands(tokens)} tokens of input`, 820, 608, green)}
  <path d="M640 290H768M748 270L768 290L748 310" fill="none" stroke="${quiet}" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/>
  ${line("prepare", 704 - textWidth("prepare", 15) / 2, 258, quiet)}
  ${line(model, 704 - textWidth(model, 12) / 2, 340, quiet, 12)}
</svg>`;
  return sharp(Buffer.from(canvas))
    .composite([
      { input: left, left: 40, top: 82 },
      { input: right, left: 820, top: 82 },
    ])
    .png({ palette: true, colours: 256, dither: 0.6, effort: 10, compressionLevel: 9 })
    .toBuffer();
}

const photo = await drawPhoto();
const answers = await askService(photo);
const comparison = await drawComparison(answers);
await writeFile(file("street.jpg"), photo);
await writeFile(file("before-after.png"), comparison);
process.stdout.write(`street.jpg ${photo.length} bytes, before-after.png ${comparison.length} bytes\n`);
