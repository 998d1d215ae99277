import { fileURLToPath } from "node:url";
import { createAskedProcess, ProcessEnded } from "../../../platform/asked-process.ts";
import { AppError } from "../../../platform/errors.ts";
import { createTurns } from "../../images/local/turns.ts";
import { isOwnSvg } from "./own-svg.ts";
import type { RasterAnswer, RasterOrder } from "./raster-messages.ts";

/** Makes pixels of drawings of this folder, one after the other, in a process of its own. */
export interface Rasterizer {
  /**
   * @param size of both sides, 16 to 2048 pixels
   * @returns a PNG with red, green, blue and alpha
   * @throws {RangeError} for another size
   * @throws {TypeError} for an SVG that was not drawn here
   * @throws {AppError} `renderer_away` (503) where it took too long, or its process ended
   * @throws the signal's reason, at once
   */
  rasterize(svg: string, size: number, signal: AbortSignal): Promise<Buffer>;
  /** Ends the process. Another drawing would start it again. */
  close(): Promise<void>;
}

interface Limits {
  /** For one picture, in milliseconds: then the process is ended, and the picture fails. */
  readonly limitMs?: number;
  /** Without work, in milliseconds: then the process is ended, and with it some 110 MB. */
  readonly idleMs?: number;
}

/** Of the machine at the moment, and not of the icon. */
const away = (message: string) => new AppError({ code: "renderer_away", status: 503, message });

const body = fileURLToPath(new URL("raster-process.ts", import.meta.url));

/** Starts nothing yet: the first picture takes some 0.2 s more. */
export function createRasterizer({ limitMs = 10_000, idleMs = 30_000 }: Limits = {}): Rasterizer {
  const inTurn = createTurns();
  const renderer = createAskedProcess<RasterOrder, RasterAnswer>({ body, heapMb: 128, idleMs });

  const ask = async (order: RasterOrder, signal: AbortSignal): Promise<Buffer> => {
    const limit = AbortSignal.timeout(limitMs);
    try {
      const answer = await renderer.ask(order, AbortSignal.any([signal, limit]));
      if ("png" in answer) return Buffer.from(answer.png);
      throw new Error(`An icon could not be rendered: ${answer.failure}`);
    } catch (error) {
      signal.throwIfAborted();
      if (error === limit.reason) throw away("An icon took too long to render.");
      throw error instanceof ProcessEnded ? away("The process that renders icons ended.") : error;
    }
  };

  return {
    async rasterize(svg, size, signal) {
      if (!Number.isInteger(size) || size < 16 || size > 2_048)
        throw new RangeError(`Icons have 16 to 2048 pixels, not ${size}.`);
      if (!isOwnSvg(svg)) throw new TypeError("Only drawings of the local icons are rendered.");
      return await inTurn(signal, () => ask({ svg, size }, signal));
    },
    close: renderer.close,
  };
}
