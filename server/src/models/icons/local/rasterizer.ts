import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
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
  let running: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;

  const start = (): ChildProcess => {
    const started = fork(body, {
      // Nothing in it needs a setting or a secret.
      env: { MALLOC_ARENA_MAX: "2" },
      execArgv: ["--disable-warning=ExperimentalWarning", "--max-old-space-size=128"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const forget = () => {
      if (running === started) running = undefined;
    };
    started.once("exit", forget);
    started.once("error", forget);
    return started;
  };

  const end = async () => {
    clearTimeout(idle);
    const ending = running;
    running = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = Promise.withResolvers<void>();
    ending.once("exit", () => ended.resolve());
    ending.ref();
    ending.kill("SIGKILL");
    await ended.promise;
  };

  const ask = async (order: RasterOrder, signal: AbortSignal): Promise<Buffer> => {
    // It may have been aborted between its turn and here, and such a signal tells nobody any more.
    signal.throwIfAborted();
    clearTimeout(idle);
    running ??= start();
    const asked = running;
    const answer = Promise.withResolvers<Buffer>();
    const stop = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    const onStop = () =>
      answer.reject(signal.aborted ? signal.reason : away("An icon took too long to render."));
    const onExit = () => answer.reject(away("The process that renders icons ended."));
    const onMessage = (message: RasterAnswer) => {
      if ("png" in message) answer.resolve(Buffer.from(message.png));
      else answer.reject(new Error(`An icon could not be rendered: ${message.failure}`));
    };
    stop.addEventListener("abort", onStop, { once: true });
    asked.once("message", onMessage);
    asked.once("exit", onExit);
    asked.once("error", answer.reject);
    // While it works it keeps this process alive; while it rests it does not.
    asked.ref();
    asked.channel?.ref();
    asked.send(order, (error) => error && answer.reject(error));
    try {
      return await answer.promise;
    } finally {
      stop.removeEventListener("abort", onStop);
      asked.off("message", onMessage);
      asked.off("exit", onExit);
      asked.off("error", answer.reject);
      // What it was stopped in has no end of its own.
      if (stop.aborted) await end();
      asked.unref();
      asked.channel?.unref();
      idle = setTimeout(() => void end(), idleMs).unref();
    }
  };

  return {
    async rasterize(svg, size, signal) {
      if (!Number.isInteger(size) || size < 16 || size > 2_048)
        throw new RangeError(`Icons have 16 to 2048 pixels, not ${size}.`);
      if (!isOwnSvg(svg)) throw new TypeError("Only drawings of the local icons are rendered.");
      return await inTurn(signal, () => ask({ svg, size }, signal));
    },
    close: end,
  };
}
