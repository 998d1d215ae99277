import type { Logger } from "pino";
import { callbackPath } from "./features/media/callbacks.ts";
import { type ComposedImages, composeImages } from "./image-models.ts";
import type { Generations } from "./models/generation/contract.ts";
import { createGenerations } from "./models/generation/generations.ts";
import type { PictureBytesOptions } from "./models/generation/picture-bytes.ts";
import { createPictureKeeper } from "./models/generation/pictures.ts";
import type { Ledger } from "./models/ledger/contract.ts";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import { withoutBasePath } from "./platform/http/base-url.ts";
import { persist } from "./platform/jobs/persist.ts";
import { createHeldBytes, type HeldBytes } from "./platform/limits/held-bytes.ts";
import { downloadImage } from "./platform/outbound/download.ts";
import type { Outbound } from "./platform/outbound/outbound.ts";
import { noTrace, type Trace } from "./platform/tracing/trace.ts";
import type { Storage } from "./storage.ts";

/** Models that make pictures, for every feature that has some made. */
export interface Generation
  extends Pick<ComposedImages, "models" | "iconModel" | "quotas" | "secretOf" | "lines"> {
  readonly generations: Generations;
  /** How what was made is got at. */
  readonly pictures: PictureBytesOptions & {
    /** Room for pictures in memory, whatever they are for. */
    readonly room: HeldBytes;
    /** Of bytes that were put away when they came, once they are stored for good. */
    readonly removeFile: (name: string) => Promise<void>;
  };
  /** Nothing is stored any more, and nobody is asked. */
  close(): Promise<void>;
}

/** Of one generated picture: more than any model makes. */
const mostPictureBytes = 64 * 2 ** 20;
/** Of those that are fetched and stored at a time. */
const heldPictureBytes = 256 * 2 ** 20;
const downloadMs = 120_000;

export function composeGeneration(
  config: Config,
  logger: Logger,
  {
    database,
    storage: { files },
    outbound,
    ledger,
    trace = noTrace,
  }: {
    readonly database: Database;
    readonly storage: Pick<Storage, "files">;
    readonly outbound: Outbound;
    readonly ledger: Ledger;
    readonly trace?: Trace;
  },
): Generation {
  const closing = new AbortController();
  const images = composeImages(config, logger, {
    ...{ database, trace },
    // Only an address that the world can reach is worth telling.
    callback: (id) =>
      config.PUBLIC_BASE_URL?.startsWith("https://")
        ? { url: `${publicOrigin(config)}${config.BASE_PATH}${callbackPath}/${id}` }
        : null,
  });
  return {
    ...images,
    generations: createGenerations({
      ...{ database, lines: images.lines, ledger },
      keeper: createPictureKeeper({
        put: (name, bytes) => files.put(name, bytes, { contentType: "application/octet-stream" }),
        list: (prefix) => files.list(prefix),
      }),
      giveUpMs: config.MEDIA_TIMEOUT_SECONDS * 1_000,
      persist: (work) => persist(work, closing.signal),
      now: Date.now,
      random: Math.random,
    }),
    pictures: {
      room: createHeldBytes({ totalBytes: heldPictureBytes, maxBytes: mostPictureBytes }),
      download: (url, signal) =>
        downloadImage(outbound, url, { maxBytes: mostPictureBytes, totalMs: downloadMs, signal }),
      async readArrived(file, signal) {
        const opened = await files.read(file, { signal });
        return opened && Buffer.concat(await opened.bytes.toArray());
      },
      removeFile: (name) => files.remove(name),
    },
    async close() {
      closing.abort(new Error("The service is closing."));
      await images.close();
    },
  };
}

const publicOrigin = ({ PUBLIC_BASE_URL: publicBaseUrl = "", BASE_PATH: basePath }: Config) =>
  withoutBasePath(publicBaseUrl, basePath);
