export { FoveaProvider, type FoveaProviderProps, useFovea } from "./fovea-context.ts";
export { type BatchView, useBatch } from "./use-batch.ts";
export { type ImageProcess, type ImageProcessor, useImageProcessor } from "./use-image-processor.ts";
export { type MediaJobView, useMediaJob } from "./use-media-job.ts";
