import { Worker } from "node:worker_threads";
import type { Pixels, Subject } from "./draw.ts";
import type { FromDrawThread } from "./draw-messages.ts";

/**
 * Draws in a thread of its own, which is ended with its picture, or in the middle of it.
 *
 * @throws the signal's reason, at once
 */
export async function drawAside(
  subject: Subject,
  signal: AbortSignal,
  onProgress: (progress: number) => void,
): Promise<Pixels> {
  signal.throwIfAborted();
  const { prompt, seed, width, height } = subject;
  const workerData: Subject = { prompt, seed, width, height };
  const thread = new Worker(new URL("draw-thread.ts", import.meta.url), {
    workerData,
    name: "draw",
    // Nothing in it needs a setting or a secret.
    env: {},
  });
  const drawn = Promise.withResolvers<Pixels>();
  const stop = () => drawn.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  thread.on("message", (message: FromDrawThread) => {
    if ("pixels" in message) drawn.resolve(message.pixels);
    else if (!signal.aborted) onProgress(message.progress);
  });
  thread.on("error", drawn.reject);
  thread.on("exit", (code) => drawn.reject(new Error(`The thread that draws ended with ${code}.`)));
  try {
    return await drawn.promise;
  } finally {
    signal.removeEventListener("abort", stop);
    await thread.terminate();
  }
}
