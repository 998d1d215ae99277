import { fileURLToPath } from "node:url";
import {
  estimateForeignMemory,
  type ForeignAnswer,
  type ForeignFormat,
  type ForeignOrder,
  type ImageHeader,
  ImagingError,
  readForeignHeader,
  tooMuchMemory,
  type WorkLimits,
} from "@fovea/imaging";
import { createTurns } from "./models/images/local/turns.ts";
import { createAskedProcess, ProcessEnded } from "./platform/asked-process.ts";

/** Makes pictures of formats that are not read in this process into some that are, one after the other. */
export interface ForeignPictures {
  /**
   * @param opaque whether what is transparent becomes white
   * @returns upright, in sRGB or grey, without metadata: a PNG where it can be seen through, otherwise a JPEG of the
   *   highest quality
   * @throws {ImagingError} `corrupt`, `unsupported_format`, `too_many_pixels`, or `deadline`
   * @throws the signal's reason, at once
   */
  convert(bytes: Buffer, wish: ForeignWish, work: ForeignWork): Promise<Buffer>;
  /** Ends the process. Another picture would start it again. */
  close(): Promise<void>;
}

interface ForeignWish {
  readonly format: ForeignFormat;
  readonly opaque: boolean;
}

interface ForeignWork {
  readonly signal: AbortSignal;
  /** As `createRunPixelWork` makes it: the process takes its cores and memory from what pixels have here. */
  readonly runPixelWork: (
    picture: { readonly header: Pick<ImageHeader, "width" | "height" | "frames">; readonly memory: number },
    signal: AbortSignal,
    work: (limits: WorkLimits) => Promise<Buffer>,
  ) => Promise<Buffer>;
}

interface Limits {
  /** For one picture, in milliseconds, the start of the process included. */
  readonly limitMs?: number;
  /** Without work, in milliseconds: then the process is ended, and with it some 120 MB. */
  readonly idleMs?: number;
  /** Bytes that the process has before it reads anything, and what its allocator keeps. */
  readonly ownBytes?: number;
}

const body = fileURLToPath(new URL("imaging/foreign/foreign-process.ts", import.meta.url));
/** One that ended may have been ended by somebody else, such as a system that is out of memory. */
const tries = 2;

/** Starts nothing yet: the first picture takes some 0.3 s more. */
export function createForeignPictures(limits: Limits = {}): ForeignPictures {
  const { limitMs = 30_000, idleMs = 30_000, ownBytes = 256 * 2 ** 20 } = limits;
  const inTurn = createTurns();
  const decoder = createAskedProcess<ForeignOrder, ForeignAnswer>({ body, heapMb: 256, idleMs });

  async function ask(order: ForeignOrder, signal: AbortSignal): Promise<Buffer> {
    const late = AbortSignal.timeout(limitMs);
    const stop = AbortSignal.any([signal, late]);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await decoder.ask(order, stop);
        if ("bytes" in answer) return Buffer.from(answer.bytes);
        throw new ImagingError(answer.failure.code, answer.failure.message);
      } catch (error) {
        signal.throwIfAborted();
        if (late.aborted) throw tooSlow();
        if (!(error instanceof ProcessEnded)) throw error;
        if (error.exitCode === tooMuchMemory) throw tooLarge();
        if (attempt === tries) throw crashed(error);
      }
    }
  }

  return {
    async convert(bytes, { format, opaque }, { signal, runPixelWork }) {
      const header = readForeignHeader(bytes, format);
      const memory = estimateForeignMemory(header, bytes.length);
      // Who waits for the process holds no core meanwhile.
      return await inTurn(signal, () =>
        runPixelWork({ header: { ...header, frames: 1 }, memory }, signal, ({ maxPixels }) =>
          ask({ bytes, format, opaque, maxPixels, mostMemory: memory + ownBytes }, signal),
        ),
      );
    },
    close: () => decoder.close(),
  };
}

const tooSlow = () =>
  new ImagingError("deadline", "The image could not be decoded in the time allowed; link to a smaller one.");
const tooLarge = () =>
  new ImagingError("too_many_pixels", "The image takes more memory than one of its size should.");
const crashed = (cause: Error) =>
  new ImagingError("corrupt", "The image could not be decoded: whatever reads it ended.", {}, { cause });
