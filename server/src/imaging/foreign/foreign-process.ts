import { ImagingError } from "../errors.ts";
import { type ForeignAnswer, type ForeignOrder, tooMuchMemory } from "./messages.ts";
import { openForeignDecoders, readForeign } from "./read-foreign.ts";

/** What a hostile file takes in that time is what it can take beyond its limit. */
const lookEveryMs = 20;

async function answerTo({ mostMemory, ...order }: ForeignOrder): Promise<ForeignAnswer> {
  const look = () => {
    if (process.memoryUsage.rss() > mostMemory) process.exit(tooMuchMemory);
  };
  look();
  // Pixels are decoded in another thread, so that this one can look.
  const watch = setInterval(look, lookEveryMs);
  try {
    return { bytes: await readForeign(order) };
  } catch (error) {
    if (!(error instanceof ImagingError)) throw error;
    return { failure: { code: error.code, message: error.message } };
  } finally {
    clearInterval(watch);
  }
}

openForeignDecoders();
process.on("message", (order: ForeignOrder) => {
  void answerTo(order).then((answer) => process.send?.(answer));
});
// Whoever asked is gone, and with it whoever would end what never ends by itself.
process.on("disconnect", () => process.exit());
