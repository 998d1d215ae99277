import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { describeIfFound, describeWith, findProgram } from "../needs.ts";
import { photo } from "../pictures.ts";
import { dataUrl, referencePixel } from "../prepare/client.ts";
import { listenApp, temporaryFolder } from "../world.ts";
import { type ReferenceDocument, referenceDocument, whyWithoutDocument } from "./document.ts";

const run = promisify(execFile);

const found = referenceDocument("000");
const python = findProgram("python3-requests", process.env);

/** Runs Python beside the document's modules, and returns what it prints as JSON. */
async function runPython(
  path: string,
  document: ReferenceDocument | undefined,
  script: string,
  files: Readonly<Record<string, string | Buffer>> = {},
): Promise<unknown> {
  if (!document) throw new Error(whyWithoutDocument);
  const folder = await temporaryFolder();
  const { baseUrl } = await listenApp();
  const modules = {
    "image_processor.py": document.code("python", "class ImageProcessor:"),
    // The document's second module uses names of the first without importing them.
    "async_image_processor.py": `from image_processor import *\n${document.code("python", "class AsyncImageProcessor")}`,
    "main.py": script,
    ...files,
  };
  // The first module imports aiohttp and never uses it: where it is missing an empty one will do.
  const stubs = (await hasAiohttp(path)) ? {} : { "aiohttp.py": "" };
  for (const [name, content] of Object.entries({ ...modules, ...stubs })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const { stdout } = await run(path, ["main.py", baseUrl], {
    cwd: folder,
    env: { PATH: process.env["PATH"], PYTHONDONTWRITEBYTECODE: "1", NO_PROXY: "*" },
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}

const hasAiohttp = async (path: string) =>
  run(path, ["-c", "import aiohttp"]).then(
    () => true,
    () => false,
  );

const asynchronous = python !== undefined && (await hasAiohttp(python)) ? python : undefined;

/** Every script begins with a processor for the token it is given, and prints one JSON value. */
const prelude = `
import dataclasses, json, sys
from image_processor import *

pixel = ${JSON.stringify(referencePixel)}
base_url = sys.argv[1]
processor = ImageProcessor(base_url + "/", lambda: "test-token")
`;

describeIfFound(found, "the reference's Python SDK", whyWithoutDocument, (document) => {
  describeWith("python3-requests", "with requests", ({ path }) => {
    test("runs the document's workflow: validate, analyze, process, thumbnail", async () => {
      const script = `${prelude}
result = processor.process_image(pixel, Provider.CLAUDE, ProcessingOptions(format="JPEG", quality=90))
print(json.dumps({
  "healthy": processor.health_check(),
  "providers": processor.get_providers()["supported_providers"],
  "validation": processor.validate_image(pixel, Provider.CLAUDE),
  "analysis": processor.analyze_image(pixel),
  "result": dataclasses.asdict(result),
  "summary": f"{result.compression_ratio:.2%}",
  "plain": dataclasses.asdict(processor.process_image(pixel, "gemini")),
  "thumbnail": processor.create_thumbnail(pixel, 50, 50),
}))`;
      expect(await runPython(path, document, script)).toMatchObject({
        healthy: true,
        providers: ["claude", "openai", "gemini"],
        validation: { valid: true, error_message: null, format: "PNG" },
        analysis: {
          success: true,
          analysis: { has_transparency: true, dimensions: { width: 1, height: 1 } },
        },
        result: {
          success: true,
          processed_image: expect.stringMatching(/^data:image\/jpeg;base64,/),
          processed_format: "JPEG",
          dimensions: [1, 1],
          metadata: { provider: "claude", quality_used: 90 },
        },
        summary: expect.stringMatching(/^\d+\.\d\d%$/),
        plain: { success: true },
        thumbnail: { success: true, dimensions: { width: 50, height: 50 } },
      });
    });

    test("reads a file, and processes it with every option", async () => {
      const script = `${prelude}
url = ImageProcessor.file_to_data_url("photo.jpg")
options = ProcessingOptions("WEBP", 60, 100, False, "#00FF00")
print(json.dumps(dataclasses.asdict(processor.process_image(url, "openai", options))))`;
      const picture = await (await photo(300, 200)).jpeg().toBuffer();
      expect(await runPython(path, document, script, { "photo.jpg": picture })).toMatchObject({
        original_format: "JPEG",
        original_size: picture.length,
        processed_format: "WEBP",
        dimensions: [100, 67],
        metadata: { quality_used: 60 },
      });
    });

    test("raises the document's error with message, correlation id and details", async () => {
      const script = `${prelude}
def error_of(token, *request):
    try:
        ImageProcessor(base_url, lambda: token).process_image(*request)
    except ImageProcessorError as error:
        return {"message": error.message, "id": error.correlation_id, "details": error.details}

print(json.dumps([
  error_of("invalid-token", "data:image/png;base64,test", Provider.CLAUDE),
  error_of("test-token", "data:image/png;base64,test", Provider.CLAUDE),
  error_of("test-token", pixel, "mistral"),
  error_of("test-token", pixel, "claude", ProcessingOptions(quality=500)),
]))`;
      const id = expect.stringMatching(/^req-/);
      expect(await runPython(path, document, script)).toMatchObject([
        { message: expect.any(String), id, details: {} },
        { message: expect.any(String), id, details: { field: "image" } },
        { message: expect.stringContaining("claude"), id, details: { field: "provider" } },
        { message: expect.stringContaining("1 to 100"), id, details: { field: "options.quality" } },
      ]);
    });

    test("finds in an image the issues that validate finds", async () => {
      const script = `${prelude}
urls = json.load(open("urls.json"))
print(json.dumps([processor.validate_image(url, provider)["valid"] for url in urls for provider in ["claude", "openai", "gemini"]]))`;
      const wide = dataUrl(await (await photo(2100, 30)).png().toBuffer());
      const urls = JSON.stringify([wide, referencePixel]);
      const verdicts = await runPython(path, document, script, { "urls.json": urls });
      expect(verdicts).toEqual([true, false, true, true, true, true]);
    });
  });

  describeIfFound(asynchronous, "with aiohttp", "python3-aiohttp is not installed", (path) => {
    test("processes one image, many at once, and returns failures among the results", async () => {
      const script = `${prelude}
from async_image_processor import AsyncImageProcessor

async def main():
    processor = AsyncImageProcessor(base_url, lambda: "test-token")
    one = await processor.process_image(pixel, Provider.CLAUDE, ProcessingOptions(format="JPEG", quality=90))
    many = await processor.process_images_batch([pixel] * 12 + ["data:image/png;base64,..."], Provider.OPENAI)
    print(json.dumps({
      "one": dataclasses.asdict(one),
      "many": [result.success for result in many[:12]],
      "failure": many[12].message,
    }))

asyncio.run(main())`;
      expect(await runPython(path ?? "", document, script)).toMatchObject({
        one: { success: true, processed_format: "JPEG" },
        many: Array.from({ length: 12 }, () => true),
        failure: expect.stringContaining("base64"),
      });
    });
  });
});
