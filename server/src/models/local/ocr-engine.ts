import { Worker } from "node:worker_threads";
import type { FromOcrThread, OcrLayout, OcrLine, OcrOrder, ToOcrThread } from "./ocr-messages.ts";

/** The recogniser stopped, or could not begin; what it worked on may be fine. */
export class OcrFault extends Error {
  override readonly name = "OcrFault";
}

/** One recogniser. It reads one picture at a time; the pool sees to that. */
export interface OcrEngine {
  /**
   * @param image a greyscale picture as a PGM file
   * @throws {OcrFault} after which the engine is of no more use
   */
  recognize(image: Uint8Array, layout: OcrLayout): Promise<readonly OcrLine[]>;
  /** Stops it, also in the middle of a picture. Resolves once its memory is given back. */
  end(): Promise<void>;
}

export type StartOcrEngine = () => OcrEngine;

/**
 * Starts tesseract in a thread of ours that holds the thread of the library: the library leaves a thread's `error`
 * event without a listener until it is loaded, and one that runs out of memory meanwhile would take the process along.
 *
 * @param languageFolder holds `eng.traineddata.gz`
 * @param longestMs after which a picture is given up, in milliseconds; a dense page takes 3.5 s on one core
 */
export function startOcrEngine(languageFolder: string, longestMs = 120_000): OcrEngine {
  const workerData: OcrOrder = { languageFolder };
  const thread = new Worker(new URL("ocr-thread.ts", import.meta.url), {
    workerData,
    name: "ocr",
    // Nothing in it needs a setting or a secret.
    env: {},
    // Tesseract writes a line for each picture.
    stdout: true,
    stderr: true,
  });
  thread.stdout.resume();
  thread.stderr.resume();

  const ready = Promise.withResolvers<void>();
  // Whoever waits for it is told; a fault while nobody does is found by the next.
  ready.promise.catch(() => undefined);
  let answer: PromiseWithResolvers<readonly OcrLine[]> | undefined;
  let fault: OcrFault | undefined;

  const fail = (reason: string) => {
    fault ??= new OcrFault(`Text recognition stopped: ${reason}`);
    ready.reject(fault);
    answer?.reject(fault);
  };
  thread.on("message", (message: FromOcrThread) => {
    if (message === "ready") ready.resolve();
    else if ("lines" in message) answer?.resolve(message.lines);
    else fail(message.failure);
  });
  thread.on("error", (error) => fail(error instanceof Error ? error.message : String(error)));
  thread.on("exit", (code) => fail(`its thread ended with ${code}`));

  return {
    async recognize(image, layout) {
      const timer = setTimeout(() => fail(`it took longer than ${longestMs} ms`), longestMs);
      try {
        await ready.promise;
        if (fault) throw fault;
        const mine = Promise.withResolvers<readonly OcrLine[]>();
        answer = mine;
        const message: ToOcrThread = { image, layout };
        thread.postMessage(message);
        return await mine.promise;
      } finally {
        clearTimeout(timer);
      }
    },
    async end() {
      await thread.terminate();
    },
  };
}
