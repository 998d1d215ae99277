import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Described, ModelError, type VisionModel, type VisionRequest } from "../contract.ts";
import type { StoreFacts } from "../instructions.ts";
import { colourNames } from "./colour-names.ts";
import { readsAlike } from "./confirm-line.ts";
import { businessContact } from "./contact.ts";
import { imageDescription } from "./image-description.ts";
import { OcrFault, type StartOcrEngine, startOcrEngine } from "./ocr-engine.ts";
import { createOcrPool, type OcrPool, PoolClosed } from "./ocr-pool.ts";
import { readText } from "./read-text.ts";
import { brightness, type GreyPicture, pageSide, toReadable } from "./readable-picture.ts";
import { nameOf, storeNameLine } from "./store-name.ts";
import { textContent } from "./text-content.ts";
import type { TextLine } from "./text-lines.ts";

export interface LocalVisionSettings {
  /** Pictures read at the same time; each keeps a core busy. */
  readonly workers: number;
  /** The recognisers are ended after so long without work. Milliseconds. */
  readonly idleMs?: number;
  readonly startEngine?: StartOcrEngine;
  readonly schedule?: (action: () => void, milliseconds: number) => () => void;
}

const name = "local";
/** To be raised with every change of the rules, of tesseract.js or of its data: stored answers are told apart by it. */
const version = "1";

/**
 * The vision model that needs no key and no network: text recognition and measured facts.
 *
 * It does not read the instruction: whatever is asked, it answers the five facts of `storeFacts`, and null where it
 * cannot know. The same bytes get the same answer. Its recognisers are started with the first picture, hold 90 to
 * 150 MB each and are ended when there has been no work for a while.
 */
export function createLocalVision(settings: LocalVisionSettings): VisionModel {
  const pool = createOcrPool({
    size: settings.workers,
    idleMs: settings.idleMs ?? 60_000,
    start: settings.startEngine ?? (() => startOcrEngine(languageFolder())),
    schedule: settings.schedule ?? afterTime,
  });

  return {
    name,
    version,
    limits: { longSide: pageSide, maxBytes: 32 * 2 ** 20, formats: ["jpeg", "png", "webp", "gif"] },
    answers: "the default question",
    async describe(request): Promise<Described> {
      request.signal.throwIfAborted();
      const { picture, colours, lines, storeName } = await readIn(pool, request);
      const { width, height } = request;
      const facts: StoreFacts = {
        store_image: storeName !== null,
        text_content: textContent(lines),
        store_name: storeName,
        business_contact: businessContact(lines.map((line) => line.text)),
        image_description: imageDescription({
          width,
          height,
          brightness: brightness(picture),
          colours,
          lines: lines.length,
        }),
      };
      return { output: { ...facts }, model: name, usage: null, costMicros: 0, key: null };
    },
    close: () => pool.close(),
  };
}

interface Reading {
  readonly picture: GreyPicture;
  readonly colours: Awaited<ReturnType<typeof colourNames>>;
  readonly lines: readonly TextLine[];
  readonly storeName: string | null;
}

/**
 * Decodes a picture when a recogniser is free for it, and not before: of a hundred pictures that wait, the pixels would
 * take some hundred megabytes.
 *
 * @throws {ModelError} `rejected` for what cannot be decoded, `unavailable` when the recogniser fails; the signal's
 *   reason once it is aborted
 */
async function readIn(pool: OcrPool, request: VisionRequest): Promise<Reading> {
  const decode = async () => ({
    picture: await toReadable(request),
    colours: await colourNames(request.image, request.width * request.height),
  });
  try {
    const reading = await pool.read(request.signal, async (engine) => {
      // Thrown in here, it would be taken for a fault of the recogniser.
      const decoded = await decode().catch((error: unknown) => ({ error }));
      if ("error" in decoded) return decoded;
      const { picture } = decoded;
      const lines = await readText(engine, picture);
      const line = storeNameLine(lines, picture);
      const sure = line !== null && (await readsAlike(engine, picture, line));
      return { ...decoded, lines, storeName: sure ? nameOf(line) : null };
    });
    if ("error" in reading) throw reading.error;
    return reading;
  } catch (cause) {
    if (!(cause instanceof OcrFault || cause instanceof PoolClosed)) throw cause;
    throw new ModelError({ kind: "unavailable", reason: "Text recognition is not available." }, { cause });
  }
}

/**
 * The smaller of the two that the package brings: on 12 drawn signs both read the same, and this one holds 80 MB
 * less.
 */
const languageFolder = () =>
  join(dirname(fileURLToPath(import.meta.resolve("@tesseract.js-data/eng"))), "4.0.0_best_int");

function afterTime(action: () => void, milliseconds: number): () => void {
  const timer = setTimeout(action, milliseconds).unref();
  return () => clearTimeout(timer);
}
