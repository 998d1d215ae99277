import { expect, test } from "vitest";
import { OcrFault, startOcrEngine } from "./ocr-engine.ts";
import { languageFolder, pgmOf } from "./testing.ts";

test("a picture that takes too long is given up, and the recogniser with it", async () => {
  const engine = startOcrEngine(languageFolder, 1);
  try {
    const page = await pgmOf("page.png");
    await expect(engine.recognize(page, "page")).rejects.toThrow(OcrFault);
    await expect(engine.recognize(page, "page")).rejects.toThrow("longer than 1 ms");
  } finally {
    await engine.end();
  }
});
