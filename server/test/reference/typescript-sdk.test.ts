import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { expect, onTestFinished, test, vi } from "vitest";
import type {
  analyzeResponse,
  processResponse,
  providersResponse,
  thumbnailResponse,
  validateResponse,
} from "../../src/features/prepare/schema.ts";
import { describeIfFound } from "../needs.ts";
import { dataUrl, fromDataUrl, referencePixel } from "../prepare/client.ts";
import { listenApp } from "../world.ts";
import { type ReferenceDocument, referenceDocument, whyWithoutDocument } from "./document.ts";

type Output<Schema extends { readonly _zod: { readonly output: unknown } }> = Schema["_zod"]["output"];

/** The document's class, as its own declarations have it. */
interface ImageProcessor {
  processImage(image: string, provider: string, options?: object): Promise<Output<typeof processResponse>>;
  validateImage(image: string, provider: string): Promise<Output<typeof validateResponse>>;
  analyzeImage(image: string): Promise<Output<typeof analyzeResponse>>;
  createThumbnail(
    image: string,
    width: number,
    height: number,
    options?: object,
  ): Promise<Output<typeof thumbnailResponse>>;
  getProviders(): Promise<Output<typeof providersResponse>>;
  healthCheck(): Promise<boolean>;
}

/** What the modules compiled from the document export. */
interface Sdk {
  ImageProcessor: new (baseUrl: string, tokenProvider: () => Promise<string>) => ImageProcessor;
  strategiesOf(imageProcessor: ImageProcessor): {
    selectOptimalProvider(analysis: object): string;
    robustImageProcessing(image: string, provider: string): Promise<Output<typeof processResponse>>;
    CachedImageProcessor: new (processor: ImageProcessor) => Pick<ImageProcessor, "processImage">;
    ProgressTrackingProcessor: new (
      processor: ImageProcessor,
    ) => {
      processImageWithProgress(
        image: string,
        provider: string,
        options: object | undefined,
        onProgress: (progress: { stage: string; correlation_id?: string }) => void,
      ): Promise<Output<typeof processResponse>>;
    };
    MemoryEfficientProcessor: new (
      processor: ImageProcessor,
    ) => {
      processLargeImage(image: string, provider: string): Promise<Output<typeof processResponse>>;
    };
  };
}

const root = join(import.meta.dirname, "../../..");

/**
 * Compiles the document's code as its readers do, with tsc. It lies inside node_modules for the while, where its
 * import of axios is found.
 */
async function compiledSdk(document: ReferenceDocument): Promise<Sdk> {
  const cache = join(root, "node_modules/.cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "fovea-reference-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const strategies = [
    "function selectOptimalProvider",
    "function robustImageProcessing",
    "class CachedImageProcessor",
    "class ProgressTrackingProcessor",
    "class MemoryEfficientProcessor",
  ];
  await writeFile(join(folder, "sdk.mts"), document.code("typescript", "export class ImageProcessor"));
  // These are written for a processor in scope, so they are put into one.
  await writeFile(
    join(folder, "strategies.mts"),
    `import { ImageProcessor, ProcessImageResult } from "./sdk.mjs";
    export function strategiesOf(imageProcessor: ImageProcessor) {
      ${strategies.map((holding) => document.code("typescript", holding)).join("\n")}
      return { ${strategies.map((holding) => holding.split(" ")[1]).join(", ")} };
    }`,
  );
  await promisify(execFile)(process.execPath, [
    join(root, "node_modules/typescript/bin/tsc"),
    ...["--ignoreConfig", "--noCheck", "--module", "nodenext", "--target", "es2023", "--types", "node"],
    ...["--outDir", folder, join(folder, "sdk.mts"), join(folder, "strategies.mts")],
  ]);
  const load = (name: string): Promise<unknown> => import(pathToFileURL(join(folder, name)).href);
  // Compiled a moment ago from the document, so that no declaration of them exists but the one above.
  return Object.assign({}, await load("sdk.mjs"), await load("strategies.mjs")) as Sdk;
}

async function setup(document: ReferenceDocument | undefined, token?: string) {
  if (!document) throw new Error(whyWithoutDocument);
  const world = await listenApp();
  const { ImageProcessor, strategiesOf } = await compiledSdk(document);
  const asked = vi.fn(async () => token ?? "test-token");
  const imageProcessor = new ImageProcessor(world.baseUrl, asked);
  const quiet = vi.spyOn(console, "error").mockImplementation(() => undefined);
  onTestFinished(() => quiet.mockRestore());
  return { imageProcessor, strategies: strategiesOf(imageProcessor), asked };
}

describeIfFound(
  referenceDocument("000"),
  "the reference's TypeScript SDK",
  whyWithoutDocument,
  (document) => {
    test("runs the document's workflow: validate, analyze, process, thumbnail", async () => {
      const { imageProcessor, asked } = await setup(document);
      expect(await imageProcessor.healthCheck()).toBe(true);
      expect((await imageProcessor.getProviders()).supported_providers).toContain("claude");
      const validation = await imageProcessor.validateImage(referencePixel, "claude");
      expect(validation).toMatchObject({
        valid: true,
        error_message: null,
        dimensions: { width: 1, height: 1 },
      });
      const analysis = await imageProcessor.analyzeImage(referencePixel);
      expect(analysis).toMatchObject({ success: true, analysis: { has_transparency: true } });
      const options = { format: "JPEG", quality: 90 };
      const result = await imageProcessor.processImage(referencePixel, "claude", options);
      expect(result).toMatchObject({ success: true, processed_format: "JPEG", dimensions: [1, 1] });
      expect(result.processed_image).toMatch(/^data:image\//);
      expect((await imageProcessor.processImage(referencePixel, "openai")).processed_format).toBe("PNG");
      const thumbnail = await imageProcessor.createThumbnail(referencePixel, 50, 50);
      const { width, height } = await sharp(fromDataUrl(thumbnail.thumbnail).bytes).metadata();
      expect({ success: thumbnail.success, width, height }).toEqual({ success: true, width: 50, height: 50 });
      expect(asked).toHaveBeenCalledTimes(6);
    });

    test("rejects with 401 and a correlation id where the token is invalid", async () => {
      const { imageProcessor } = await setup(document, "invalid-token");
      await expect(imageProcessor.processImage("data:image/png;base64,test", "claude")).rejects.toMatchObject(
        {
          response: {
            status: 401,
            data: {
              success: false,
              error: "authentication_required",
              message: expect.any(String),
              correlation_id: expect.stringMatching(/^req-/),
            },
          },
        },
      );
    });

    test("rejects with 422 and a message where the image is none", async () => {
      const { imageProcessor } = await setup(document);
      await expect(imageProcessor.processImage("data:image/png;base64,test", "claude")).rejects.toMatchObject(
        {
          response: { status: 422, data: { error: "validation_error", details: { field: "image" } } },
        },
      );
    });

    test("selects the provider that analyze recommends, and the one that the document's cases name", async () => {
      const { imageProcessor, strategies } = await setup(document);
      const facts = { has_transparency: false, complexity_score: 5, size_mb: 8 };
      const large = { analysis: { ...facts, dimensions: { width: 4000, height: 3000 } } };
      expect(strategies.selectOptimalProvider(large)).toBe("gemini");
      const clear = { ...facts, has_transparency: true, complexity_score: 4, size_mb: 2 };
      expect(
        strategies.selectOptimalProvider({
          analysis: { ...clear, dimensions: { width: 1000, height: 800 } },
        }),
      ).toBe("openai");
      const wide = sharp({ create: { width: 2500, height: 20, channels: 3, background: "#369" } });
      for (const image of [referencePixel, dataUrl(await wide.png().toBuffer())]) {
        const analysis = await imageProcessor.analyzeImage(image);
        expect(strategies.selectOptimalProvider(analysis)).toBe(analysis.recommendations.best_provider);
      }
    });

    test("goes on to the next provider where one does not take the image, and stops without a credential", async () => {
      const { strategies } = await setup(document);
      const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
      onTestFinished(() => said.mockRestore());
      // Too wide for openai, right for gemini; claude comes before it.
      const wide = sharp({ create: { width: 4000, height: 20, channels: 3, background: "#369" } });
      const result = await strategies.robustImageProcessing(dataUrl(await wide.png().toBuffer()), "openai");
      expect(result.metadata.provider).toBe("claude");
      expect(said).toHaveBeenCalledWith(expect.stringMatching(/Skipping openai: .*exceed/));
      const { strategies: denied } = await setup(document, "invalid-token");
      await expect(denied.robustImageProcessing(referencePixel, "claude")).rejects.toMatchObject({
        response: { status: 401 },
      });
    });

    test("works inside the document's cache, progress and memory strategies", async () => {
      const { imageProcessor, strategies, asked } = await setup(document);
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      onTestFinished(() => void vi.useRealTimers());
      const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
      onTestFinished(() => said.mockRestore());
      const cached = new strategies.CachedImageProcessor(imageProcessor);
      const first = await cached.processImage(referencePixel, "claude");
      expect(await cached.processImage(referencePixel, "claude")).toBe(first);
      expect(asked).toHaveBeenCalledTimes(1);
      const stages: string[] = [];
      const tracking = new strategies.ProgressTrackingProcessor(imageProcessor);
      const tracked = await tracking.processImageWithProgress(
        referencePixel,
        "claude",
        undefined,
        (progress) => {
          stages.push(progress.stage);
          if (progress.stage === "complete") expect(progress.correlation_id).toMatch(/^req-/);
        },
      );
      expect(tracked.success).toBe(true);
      expect(stages).toEqual(["validating", "processing", "complete"]);
      const careful = new strategies.MemoryEfficientProcessor(imageProcessor);
      expect((await careful.processLargeImage(referencePixel, "gemini")).success).toBe(true);
    });
  },
);
