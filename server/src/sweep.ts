import type { Logger } from "pino";
import type { Engine } from "./engine/engine.ts";
import { addressKeys } from "./features/analysis/rows.kind.ts";
import { imageKeys } from "./features/catalog/make-image.ts";
import type { Ledger } from "./models/ledger/contract.ts";
import type { Config } from "./platform/config.ts";
import type { Idempotency } from "./platform/idempotency/idempotency.ts";
import type { Webhooks } from "./platform/webhooks/webhooks.ts";

/** Between two looks for what is out of date. */
const sweepMs = 3_600_000;

/** Removes what is out of date, now and then. @returns what ends it */
export function startSweeping(
  config: Config,
  logger: Logger,
  {
    idempotency,
    engine,
    ledger,
    webhooks,
    media,
    icons,
  }: {
    readonly idempotency: Pick<Idempotency, "sweep">;
    readonly engine: Pick<Engine, "forget">;
    readonly ledger: Pick<Ledger, "forget">;
    readonly webhooks: Pick<Webhooks, "forget">;
    readonly media: { sweep(now: Date): Promise<void> };
    readonly icons: { sweep(now: Date): Promise<void> };
  },
): () => void {
  const sweep = async () => {
    await idempotency.sweep();
    await engine.forget(addressKeys, new Date(Date.now() - addressesKeptMs(config)));
    await engine.forget(imageKeys, new Date(Date.now() - imagesKnownMs));
    await ledger.forget(new Date(Date.now() - callsKeptMs));
    await webhooks.forget(new Date(Date.now() - deliveriesKeptMs));
    await icons.sweep(new Date());
    await media.sweep(new Date());
  };
  const sweeping = setInterval(() => {
    // What was not removed this time is removed the next time.
    sweep().catch((error: unknown) => logger.warn({ err: error }, "what is out of date was not removed"));
  }, sweepMs);
  return () => clearInterval(sweeping);
}

/** Images of catalogs that are uploaded now and then: afterwards they are fetched whole again. */
const imagesKnownMs = 30 * 24 * 3_600_000;

/** For whoever compares single calls with what a provider shows of its last month; sums are kept for good. */
const callsKeptMs = 30 * 24 * 3_600_000;

/** The log of what was told to receivers. */
const deliveriesKeptMs = 30 * 24 * 3_600_000;

/** `revalidate` asks an address with what it was when it was last seen, also beyond its lifetime: for a month. */
const addressesKeptMs = ({ URL_CACHE_HOURS }: Config) => Math.max(URL_CACHE_HOURS, 30 * 24) * 3_600_000;
