import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Kind } from "../server/src/engine/kind.ts";
import { createRowsKind } from "../server/src/features/analysis/rows.kind.ts";
import type { VisionModel } from "../server/src/models/contract.ts";
import { storeFacts } from "../server/src/models/instructions.ts";
import { createHeldBytes } from "../server/src/platform/limits/held-bytes.ts";
import { createOrigins } from "../server/src/platform/outbound/origins.ts";
import { createOutbound, type Outbound } from "../server/src/platform/outbound/outbound.ts";
import { createPictureSource } from "../server/src/platform/outbound/picture-source.ts";
import { createS3Reader } from "../server/src/platform/outbound/s3.ts";

/** Answers at once: what is measured is everything around a model. */
const instantModel: VisionModel = {
  name: "instant",
  version: "1",
  limits: { longSide: 1568, maxBytes: 5_000_000, formats: ["jpeg", "png", "webp", "gif"] },
  answers: "any question",
  describe: async () => ({
    output: {
      store_image: false,
      text_content: null,
      store_name: null,
      business_contact: null,
      image_description: "A picture.",
    },
    model: "instant",
    usage: null,
    costMicros: 0,
    key: null,
  }),
  close: async () => {},
};

export interface AnalysisParts {
  readonly kind: Kind;
  readonly outbound: Outbound;
  close(): Promise<void>;
}

/** The kind of analysis as the service runs it, with a model that takes no time. */
export function composeAnalysis(): AnalysisParts {
  const outbound = createOutbound({ allowPrivate: ["loopback"] });
  const origins = createOrigins({ concurrency: 16, perSecond: null, patienceMs: 600_000, now: Date.now });
  const s3 = createS3Reader({
    endpoint: null,
    region: "us-east-1",
    accessKeyId: null,
    secretAccessKey: null,
  });
  const kind = createRowsKind({
    vision: { usual: instantModel, named: new Map() },
    instruction: storeFacts,
    spending: { spent: async () => ({ costMicros: 0, unpriced: 0 }), isPriced: () => true },
    source: createPictureSource({
      outbound,
      origins,
      s3,
      buckets: null,
      excludedBucket: null,
      room: createHeldBytes({ totalBytes: 512 * 2 ** 20, maxBytes: 25 * 2 ** 20 }),
      maxBytes: 25 * 2 ** 20,
      totalMs: 30_000,
    }),
    runPixelWork: () => Promise.reject(new Error("these pictures fit as they are")),
    concurrency: 25,
    addressCacheMs: 86_400_000,
    retryBaseMs: 2_000,
    now: Date.now,
    random: Math.random,
  });
  return {
    kind,
    outbound,
    async close() {
      origins.close();
      await Promise.all([outbound.close(), s3.close()]);
    },
  };
}

export interface Origin {
  readonly url: string;
  /** Of one picture. */
  readonly bytes: number;
  stop(): void;
}

/** Pictures on a loopback port, from a process of its own. */
export async function startOrigin(): Promise<Origin> {
  const file = fileURLToPath(new URL("./origin-process.ts", import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const { value } = await lines[Symbol.asyncIterator]().next();
  const { port, bytes } = JSON.parse(value as string) as { port: number; bytes: number };
  return { url: `http://127.0.0.1:${port}`, bytes, stop: () => void child.kill() };
}
