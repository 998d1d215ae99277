import sharp from "sharp";
import { onTestFinished } from "vitest";
import { type OpenaiImagesSimulator, startOpenaiImages } from "../simulators/openai-images.ts";

/** Pixels of a side of its pictures: less than OpenAI's have, since here they are decoded many times. */
export const drawnSide = 256;

/** An OpenAI until the test ends, whose pictures can be decoded, and are transparent around a subject. */
export async function drawingOpenai(): Promise<OpenaiImagesSimulator & { readonly picture: Buffer }> {
  const openai = await startOpenaiImages();
  onTestFinished(() => openai.close());
  const picture = await transparentPicture();
  openai.answer(drawn(picture));
  return Object.assign(openai, { picture });
}

/** What a service is told to ask it; tries follow each other without a limit of their own. */
export const asking = ({ url, key, model }: OpenaiImagesSimulator) => ({
  ...{
    OPENAI_BASE_URL: url,
    OPENAI_API_KEY: key,
    OPENAI_MODEL: model,
    OPENAI_RATE_LIMIT_RPM: "100000",
    OPENAI_CONCURRENCY: "16",
  },
});

/** A model's answer with one picture. */
export const drawn = (bytes: Buffer) => ({ kind: "pictures", pieces: [{ bytes, format: "png" }] }) as const;

async function transparentPicture(): Promise<Buffer> {
  const side = drawnSide;
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  const subject = {
    create: { width: 128, height: 128, channels: 4, background: { r: 20, g: 90, b: 200, alpha: 1 } },
  } as const;
  return await sharp({ create: { width: side, height: side, channels: 4, background } })
    .composite([{ input: subject }])
    .png()
    .toBuffer();
}
