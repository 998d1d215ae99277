import { parentPort, workerData } from "node:worker_threads";
import { createWorker, OEM, type Page, PSM } from "tesseract.js";
import type { FromOcrThread, OcrLine, OcrOrder, ToOcrThread } from "./ocr-messages.ts";

if (!parentPort) throw new Error("This file is the body of a worker thread.");
const port = parentPort;
const order: OcrOrder = workerData;

const send = (message: FromOcrThread) => port.postMessage(message);
const failed = (error: unknown) => send({ failure: error instanceof Error ? error.message : String(error) });

const layouts = { page: PSM.AUTO, sparse: PSM.SPARSE_TEXT } as const;

const linesOf = (page: Page): OcrLine[] =>
  (page.blocks ?? [])
    .flatMap((block) => block.paragraphs)
    .flatMap((paragraph) => paragraph.lines)
    .map(({ words }) => ({
      words: words.map(({ text, confidence, bbox }) => ({
        text,
        confidence,
        box: { left: bbox.x0, top: bbox.y0, right: bbox.x1, bottom: bbox.y1 },
      })),
    }));

// The language is a local folder and nothing is cached: with neither, the library would download what it lacks.
const worker = await createWorker("eng", OEM.LSTM_ONLY, {
  langPath: order.languageFolder,
  cacheMethod: "none",
  gzip: true,
  // The only way to hear that the language could not be read: the promise then stays as it is for ever.
  errorHandler: failed,
});

port.on("message", ({ image, layout }: ToOcrThread) => {
  worker
    .setParameters({ tessedit_pageseg_mode: layouts[layout] })
    .then(() => worker.recognize(Buffer.from(image), {}, { text: false, blocks: true }))
    .then(({ data }) => send({ lines: linesOf(data) }))
    .catch(failed);
});
send("ready");
