import { createBatcher } from "../batcher.ts";
import type { Database } from "../database/database.ts";
import { DatabaseUnavailable } from "../database/errors.ts";
import { throughOutages } from "../database/through-outages.ts";
import type { Trace } from "../tracing/trace.ts";
import { type AttemptEnd, type AttemptSettings, attemptDelivery } from "./attempt.ts";
import type { Claim } from "./claim.ts";
import { settlementOf } from "./outcome.ts";
import { type Settlement, settleDeliveries } from "./settle.ts";

export interface WebhooksLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** An attempt that has ended and was written down. */
export interface Ended {
  readonly event: string;
  /** `pending`: it will be tried again. */
  readonly state: Settlement["state"];
  /** Null where it was delivered. */
  readonly code: string | null;
  readonly attempt: number;
  readonly tookMs: number;
}

export interface DeliverSettings extends AttemptSettings {
  readonly database: Database;
  readonly baseMs: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: WebhooksLog;
  readonly onEnded: (ended: Ended) => void;
  readonly trace: Trace;
}

export type Deliver = (claim: Claim, signal: AbortSignal) => Promise<AttemptEnd>;

type Entry = NonNullable<Settlement["entry"]>;

/** Attempts what was claimed, and writes how that ended. It never rejects. */
export function createDeliver(settings: DeliverSettings): Deliver {
  const { database, baseMs, random, now, log, onEnded, trace } = settings;
  const settle = createBatcher<Settlement, boolean>({
    run: (settlements) => settleDeliveries(database.sql, settlements),
    maxItems: 100,
    maxDelayMs: 2,
  });

  async function attempt(claim: Claim, signal: AbortSignal): Promise<AttemptEnd> {
    try {
      return await attemptDelivery(claim, settings, signal);
    } catch (error) {
      log.error({ err: error, delivery: claim.id }, "attempting a webhook failed");
      const why = { status: null, code: "internal", reason: "The service could not send it.", excerpt: null };
      return { kind: "failed", ...why, retryAfter: null, unreachable: false };
    }
  }

  /** The receiver's host alone is told: an address may be a secret in itself. */
  const traced = (claim: Claim, signal: AbortSignal) =>
    trace(
      "send webhook",
      {
        ...{ kind: "client", root: true },
        attributes: {
          "fovea.event": claim.event,
          "fovea.attempt": claim.attempt,
          "server.address": URL.parse(claim.origin)?.hostname,
        },
      },
      async (span) => {
        const end = await attempt(claim, signal);
        span.set({ "fovea.outcome": end.kind });
        if ("status" in end) span.set({ "http.response.status_code": end.status });
        if ("code" in end) span.fail(end.code);
        return end;
      },
    );

  return async (claim, signal) => {
    const begun = performance.now();
    const end = await traced(claim, signal);
    const tookMs = performance.now() - begun;
    const settlement = settlementOf(claim, end, { tookMs, baseMs, random: random(), now: now() });
    try {
      // Not ours any more where the lease ran out, or where this is the repetition of a commit that took effect.
      const ours = await throughOutages(() => settle(settlement), signal);
      if (ours && settlement.entry !== null) tell(claim, settlement.state, settlement.entry);
    } catch (error) {
      // When the lease has passed it is attempted again, with the same id.
      if (!(error instanceof DatabaseUnavailable)) {
        log.error({ err: error, delivery: claim.id }, "writing the end of a webhook failed");
      }
    }
    return end;
  };

  function tell(
    { id, topic, event, origin, attempt }: Claim,
    state: Settlement["state"],
    entry: Entry,
  ): void {
    const { code, tookMs } = entry;
    if (state === "failed" || state === "disabled") {
      log.warn({ delivery: id, topic, event, origin, attempt, code }, "a webhook was given up");
    }
    onEnded({ event, state, code, attempt, tookMs });
  }
}
