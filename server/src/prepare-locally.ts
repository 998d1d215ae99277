import { availableParallelism } from "node:os";
import { configureSharp } from "@fovea/imaging";
import { ReceivedImage } from "./features/prepare/data-url.ts";
import { bodyTooLarge, emptyImage } from "./features/prepare/errors.ts";
import { describeView, limitsFor } from "./features/prepare/limits.ts";
import { type Caller, createPixelWork } from "./features/prepare/pixel-work.ts";
import { type Prepared, processImage } from "./features/prepare/process.ts";
import { maxBodyBytes, type ProcessRequest, processRequest } from "./features/prepare/schema.ts";
import { type Catalog, loadCatalog } from "./models/catalog.ts";
import { createAdmission } from "./platform/limits/admission.ts";
import { workLimits } from "./platform/limits/work-limits.ts";

/** What a picture is to become, as the Prepare API calls it: its fields and, of `options`, those that are there. */
interface LocalWish {
  readonly provider?: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

type CheckedWish = Omit<ProcessRequest, "image">;

/** Something is wrong with a wish: each problem with the name of its field. */
export class WishRefused extends Error {
  override readonly name = "WishRefused";
  readonly problems: readonly { readonly field: string; readonly message: string }[];

  constructor(problems: WishRefused["problems"]) {
    super(problems.map(({ field, message }) => `${field}: ${message}`).join("; "));
    this.problems = problems;
  }
}

interface LocallyPrepared extends Prepared {
  /** Tokens that the model would take for the picture as it is: an estimate; null where there is none. */
  readonly tokensBefore: number | null;
}

/** What the Prepare API does to a picture, without a service: the same rules on the same code, so the same bytes. */
export interface LocalPreparation {
  readonly catalog: Catalog;
  /**
   * @throws {WishRefused} for a field that is wrong
   * @throws {AppError} `validation_error` for a model that is unknown or another provider's
   */
  check(wish: LocalWish): CheckedWish;
  /**
   * @throws {AppError} as the service answers it
   * @throws the signal's reason, between two steps
   */
  prepare(bytes: Buffer, wish: CheckedWish, signal: AbortSignal): Promise<LocallyPrepared>;
}

/** Of one picture. Nobody holds a connection open for it, so it is longer than the service's, which tells bombs apart too. */
const deadlineMs = 600_000;
/** `PREPARE_MAX_MEGAPIXELS`, as it is unless it is set. */
const maxPixels = 268e6;
/** Options are checked before there is a picture. */
const noPicture = new ReceivedImage(Buffer.alloc(0));

/** @param concurrency pictures whose pixels are worked on at the same time; as many as there are cores unless said otherwise */
export function createLocalPreparation({
  concurrency = availableParallelism(),
}: {
  readonly concurrency?: number | undefined;
} = {}): LocalPreparation {
  configureSharp();
  const catalog = loadCatalog();
  const limits = workLimits({ PREPARE_CONCURRENCY: concurrency, PREPARE_MEMORY_MB: undefined });
  const admission = createAdmission({
    ...limits,
    // Nothing is refused because it would have to wait: whoever started this waits for all of it.
    maxWaitMs: Number.POSITIVE_INFINITY,
    now: () => performance.now(),
  });
  const runPixelWork = createPixelWork(admission, { maxPixels, deadlineMs });
  return {
    catalog,
    check: (wish) => checkWish(catalog, wish),
    async prepare(bytes, wish, signal) {
      if (bytes.length === 0) throw emptyImage();
      if (bytes.length > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
      const caller: Caller = { correlationId: "local", receivedAt: performance.now(), signal };
      const request = { ...wish, image: new ReceivedImage(bytes) };
      const prepared = await processImage({ catalog, runPixelWork }, request, caller);
      const { limits: held, original } = prepared;
      return { ...prepared, tokensBefore: describeView(held, original, original).estimated_tokens };
    },
  };
}

function checkWish(catalog: Catalog, { provider, options }: LocalWish): CheckedWish {
  const parsed = processRequest.safeParse({ image: noPicture, provider, options });
  if (!parsed.success) {
    throw new WishRefused(
      parsed.error.issues.map(({ path, message }) => ({ field: String(path.at(-1)), message })),
    );
  }
  const { image: _, ...checked } = parsed.data;
  limitsFor(catalog, checked.provider, checked.options?.model);
  return checked;
}
