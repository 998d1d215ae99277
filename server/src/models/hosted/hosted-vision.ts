import { DatabaseUnavailable } from "../../platform/database/errors.ts";
import type { CatalogModel } from "../catalog.schema.ts";
import {
  type Described,
  ModelError,
  type VisionFormat,
  type VisionModel,
  type VisionRequest,
} from "../contract.ts";
import { costMicros, estimateTokens, type PricedModel } from "../cost.ts";
import type { CallEnd, Ledger } from "../ledger/contract.ts";
import type { Quotas, Slot, SlotEnd } from "../quotas/contract.ts";
import type { SeeingModel } from "../vision-rules.ts";
import { createLine } from "./line.ts";
import { type HostedProvider, ProviderError, type ProviderFailure } from "./provider.ts";
import { slotEndOf, tokensOf } from "./slot-end.ts";

/** What has to be known of a model to ask it: its catalog entry has it. */
export type HostedModel = PricedModel &
  SeeingModel &
  Pick<CatalogModel, "id" | "aliases" | "formats" | "shutdown_date" | "replacement">;

export interface HostedVisionOptions {
  readonly provider: HostedProvider;
  readonly model: HostedModel;
  readonly quotas: Quotas;
  readonly ledger: Ledger;
  /** What a model may say at most, its thinking included. */
  readonly maxOutputTokens: number;
  /** How long a picture waits for a slot with its bytes in memory. Milliseconds. */
  readonly patienceMs: number;
  readonly now: () => number;
}

/** Raised with every change of how models are asked: stored answers are told apart by it. */
const version = "1";
/** Of one picture; larger ones cost no more to look at, and a provider refuses a request of more than some megabytes. */
const mostBytes = 15 * 2 ** 20;
const usualLongSide = 2_048;
/**
 * Whoever waits looks again after so long: before midnight somebody may have added a key, or paid for more. A row keeps
 * the time that it was told through restarts, and through a pause.
 */
const longestWaitMs = 60_000;
/** Refusals of quotas and keys that a picture sits through, before it comes back later. */
const mostTurns = 20;
/** Late slots in a row that a picture lets go. Where all are as late, that is the same pace, and does no harm. */
const mostLate = 2;

/** A model behind a provider's API: waits for a slot of the quota, asks once, and keeps the books of it. */
export function createHostedVision(options: HostedVisionOptions): VisionModel {
  const { provider, model, quotas, ledger, now } = options;
  const line = createLine(() => quotas.pace(), now);
  let waiting: Date | null = null;

  const acquire = async (request: VisionRequest): Promise<Slot> => {
    const signal = AbortSignal.any([request.signal, request.halting]);
    const tokens = estimateTokens(model, request, request.instruction) + options.maxOutputTokens / 4;
    const answer = await quotas
      .acquire({ tokens: Math.round(tokens), signal, patienceMs: options.patienceMs })
      .catch((error: unknown) => {
        // Nothing was begun: the row comes back when the batch goes on.
        if (request.halting.aborted && !request.signal.aborted)
          throw new ModelError({ kind: "rate_limited", until: new Date(now()) });
        throw error;
      });
    if ("unusable" in answer) throw new ModelError({ kind: "unusable", reason: answer.unusable });
    if ("waitUntil" in answer) {
      waiting = new Date(Math.min(answer.waitUntil.getTime(), now() + longestWaitMs));
      throw new ModelError({ kind: "rate_limited", until: waiting });
    }
    waiting = null;
    return answer;
  };

  /** Others have spent meanwhile what there was: the row comes back, and is told so where it begins. */
  const requireLeave = async (request: VisionRequest, slot: Slot): Promise<void> => {
    const refusal = await request.mayBegin().then(
      (may) => (may ? null : new ModelError({ kind: "rate_limited", until: new Date(now()) })),
      (error: unknown) =>
        error instanceof DatabaseUnavailable
          ? new ModelError({ kind: "rate_limited", until: new Date(now() + 1_000) })
          : error,
    );
    if (refusal === null) return;
    await slot.settle({ as: "unused" });
    throw refusal;
  };

  /** @returns null where the slot is late, and nothing was sent */
  const askOnce = async (
    request: VisionRequest,
    slot: Slot,
    mayBeLate: boolean,
  ): Promise<Described | null> => {
    // Written before anything is sent: what a crash leaves without an end may have been paid for.
    const call = await ledger
      .begin({
        ...{ provider: provider.name, group: slot.group, model: model.id },
        ...(slot.key.secret === null
          ? { keyId: null, keyLabel: null }
          : { keyId: slot.key.id, keyLabel: slot.key.label }),
        ...request.purpose,
      })
      .catch(async (error: unknown) => {
        await slot.settle({ as: "unused" });
        // The books are away for a moment, and nothing is sent that is not in them.
        if (error instanceof DatabaseUnavailable)
          throw new ModelError({ kind: "rate_limited", until: new Date(now() + 1_000) });
        throw error;
      });
    const end = async (settled: SlotEnd, ended: CallEnd) => {
      call.end(ended);
      await slot.settle(settled);
    };
    if (!mayBeLate && slot.isLate()) {
      const nothing = { modelUsed: null, usage: null, costMicros: null };
      await end({ as: "unused" }, { outcome: "unused", ...nothing });
      return null;
    }
    let sent = false;
    try {
      const answer = await provider.ask({
        ...{ image: request.image, format: request.format, width: request.width, height: request.height },
        ...{ instruction: request.instruction, signal: request.signal },
        ...{ model: model.id, apiKey: slot.key.secret, maxOutputTokens: options.maxOutputTokens },
        onSent() {
          sent = true;
        },
      });
      const { usage } = answer;
      const cost = usage === null ? null : costMicros(model, usage);
      const outcome = answer.repaired ? "repaired" : "answered";
      await end(
        { as: "answered", tokens: tokensOf(usage) },
        { outcome, modelUsed: answer.model, usage, costMicros: cost },
      );
      const key = slot.key.secret === null ? null : slot.key.label;
      return { output: answer.output, model: answer.model, usage, costMicros: cost, key };
    } catch (error) {
      if (error instanceof ProviderError) {
        const { failure } = error;
        const usage = "usage" in failure ? failure.usage : null;
        const cost = usage === null ? null : costMicros(model, usage);
        await end(slotEndOf(failure), {
          ...{ outcome: outcomeOf(failure), modelUsed: null, usage, costMicros: cost },
          mayBePaid: failure.kind === "unavailable" && failure.sent,
        });
      }
      // It was given up by us, which is no fault of the key's.
      else
        await end(
          { as: sent ? "abandoned" : "unused" },
          { outcome: sent ? "unavailable" : "unused", modelUsed: null, usage: null, costMicros: null },
        );
      throw error;
    }
  };

  return {
    name: model.id,
    version,
    limits: {
      longSide: model.fit?.max_side ?? model.limits.max_side ?? usualLongSide,
      maxBytes: Math.min(mostBytes, model.limits.max_image_bytes ?? mostBytes),
      formats: model.formats.filter((format): format is VisionFormat => format !== "gif"),
    },
    answers: "any question",
    line: () => (waiting !== null && waiting.getTime() > now() ? { until: waiting } : line.enter()),
    // A server of one's own calls a model by its file or by another name as it likes.
    ...(provider.name !== "compatible" && { isItself: (said: string) => isVersionOf(model, said) }),
    async describe(request): Promise<Described> {
      // A quota or a key that fails is no failure of the picture's: it keeps its place, and its bytes.
      for (let turn = 1, late = 0; ; turn += 1) {
        const slot = await acquire(request);
        await requireLeave(request, slot);
        try {
          const described = await askOnce(request, slot, late === mostLate);
          if (described) return described;
          late += 1;
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error;
          const { kind } = error.failure;
          if (turn < mostTurns && (kind === "rate_limited" || kind === "key_unusable")) continue;
          throw new ModelError(toModelFailure(error.failure, model, now()));
        }
      }
    },
    close: async () => {},
  };
}

function outcomeOf(failure: ProviderFailure): CallEnd["outcome"] {
  if (failure.kind === "unavailable" && failure.unconnected) return "unused";
  return failure.kind === "model_unknown" ? "rejected" : failure.kind;
}

/** Providers add a number or a date to the name of the model that answers; another name is another model. */
function isVersionOf({ id, aliases }: HostedModel, said: string): boolean {
  const name = said.replace(/^models\//, "").toLowerCase();
  return [id, ...aliases].some((known) => {
    const asked = known.toLowerCase();
    return (
      name === asked ||
      (name.startsWith(`${asked}-`) && /^-(?:\d|preview|exp|latest)/.test(name.slice(asked.length)))
    );
  });
}

/** What it means for the picture. */
function toModelFailure(failure: ProviderFailure, model: HostedModel, now: number): ModelError["failure"] {
  switch (failure.kind) {
    case "rate_limited":
    case "key_unusable":
      return { kind: "rate_limited", until: new Date(now) };
    case "model_unknown":
      return { kind: "unusable", reason: `${failure.reason} Choose another model than ${model.id}.` };
    case "unavailable":
    case "refused":
    case "invalid_output":
    case "rejected":
      return { kind: failure.kind, reason: failure.reason };
  }
}
