import { readFile } from "node:fs/promises";
import { storeFacts } from "../../instructions.ts";
import { createLocalVision } from "../local-vision.ts";

const vision = createLocalVision({ workers: 1 });
const { output } = await vision.describe({
  image: await readFile(new URL("storefront.webp", import.meta.url)),
  format: "webp",
  width: 1000,
  height: 700,
  instruction: storeFacts,
  signal: new AbortController().signal,
  halting: new AbortController().signal,
  mayBegin: async () => true, purpose: { batchId: "a batch", position: 0 },
});
await vision.close();
console.log(JSON.stringify(output));
