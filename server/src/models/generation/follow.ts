import { ProviderError, type ProviderFailure } from "../hosted/provider.ts";
import type { Status } from "../images/contract.ts";
import type { GenerationsOptions } from "./context.ts";
import type { Advanced, Failure, ImageLine } from "./contract.ts";
import { type Ends, startIdOf } from "./ends.ts";
import { later } from "./later.ts";
import { change, type Generation, heldByOthers, lockAdoption, operationText } from "./store.ts";

/** At first often, since the quickest models take a second. */
const lookAgainMs = (ageMs: number) => Math.min(5_000, Math.max(500, ageMs / 4));
/** Of starts that their provider, asked twice each, does not have. */
const mostRepeats = 5;
/** A lost start is looked for so often, with growing pauses, before it counts as not there. */
const mostSearches = 8;
/** What the provider took a moment ago it may not list yet. */
const secondLookMs = 2_000;
/** It was written down before it was sent, by a clock that is not the provider's. */
const clockMarginMs = 60_000;
/** After so long a start that still runs is given up, whatever its provider says of it. */
const overdueMs = (giveUpMs: number) => 2 * giveUpMs + 600_000;
const cancelMs = 10_000;

/** What is done about starts that were sent: they are looked for where their answer was lost, and looked at while they run. */
export function createFollow(options: GenerationsOptions, { finish, adopt, lose, fail, cancelled }: Ends) {
  const { database, keeper, giveUpMs, now } = options;

  const ageOf = ({ sentAt }: Generation) => now() - (sentAt?.getTime() ?? 0);
  const isOverdue = (generation: Generation) => ageOf(generation) > overdueMs(giveUpMs);

  /** Its provider was told when to give up, and does not. Beginning anew would be paid for like this one. */
  const giveUp = async (running: Generation, line: ImageLine): Promise<Advanced> => {
    const call = { apiKey: line.secretOf(running.keyId), signal: AbortSignal.timeout(cancelMs) };
    if (running.operation) await line.provider.cancel?.(running.operation, call).catch(() => {});
    const reason = "The provider has not ended it in the time it was given, and long after.";
    return await fail(running, { kind: "gone", reason }, { mayBePaid: true });
  };

  /** What its provider says of a start that runs. */
  const follow = async (running: Generation, line: ImageLine, status: Status): Promise<Advanced> => {
    switch (status.as) {
      case "waiting":
      case "running": {
        if (isOverdue(running)) return await giveUp(running, line);
        const progress = status.as === "running" ? status.progress : null;
        const looked = await change(database.sql, running, {
          // Failures in a row are counted, and this is none.
          looks: 0,
          // It may go back where a model works in several rounds; who watches it sees it rise.
          progress: Math.max(progress ?? 0, running.progress ?? 0),
        });
        return later(looked, now() + lookAgainMs(ageOf(running)));
      }
      case "succeeded":
        return await finish(running, status);
      case "failed":
        return await fail(running, status.failure, { costMicros: status.costMicros });
      case "cancelled":
        if (running.cancelRequestedAt !== null) return await cancelled(running, status.billed ?? false);
        return await fail(
          running,
          { kind: "unavailable", reason: `The provider gave it up after ${giveUpMs / 1_000} seconds.` },
          { mayBePaid: status.billed !== false },
        );
      case "gone":
        return await fail(running, { kind: "gone", reason: status.reason }, { mayBePaid: true });
    }
  };

  const adoptOperation = async (
    sent: Generation,
    found: readonly { readonly operation: NonNullable<Generation["operation"]>; readonly status: Status }[],
  ) =>
    await database.transaction(async (tx) => {
      // One at a time: two starts may be alike to the letter, and each has a prediction of its own.
      await lockAdoption(tx, sent.provider);
      const others = await heldByOthers(
        tx,
        sent,
        found.map(({ operation }) => operation),
      );
      const own = found.find(({ operation }) => !others.has(operationText(operation)));
      if (!own) return null;
      const changes = { state: "running", operation: own.operation, looks: 0 } as const;
      return { status: own.status, running: await change(tx, sent, changes) };
    });

  return {
    follow,

    /** Looks upstream for a start whose answer was lost. */
    async search(sent: Generation, line: ImageLine, signal: AbortSignal): Promise<Generation | Advanced> {
      const { find } = line.provider;
      if (!find) {
        const kept = await keeper.kept(startIdOf(sent));
        if (kept.length > 0) return await adopt(sent, kept);
        return await lose(sent, "The process ended while the model was at work.", { repeats: 1 });
      }
      const { model, prepared, sentAt } = sent;
      try {
        const found = await find({
          ...{ apiKey: line.secretOf(sent.keyId), signal, model, prepared, startId: startIdOf(sent) },
          callback: line.callback(sent.id),
          since: new Date((sentAt?.getTime() ?? now()) - clockMarginMs),
        });
        const adopted = await adoptOperation(sent, found);
        if (adopted) return await follow(adopted.running, line, adopted.status);
        if (sent.looks === 0)
          return later(await change(database.sql, sent, { looks: 1 }), now() + secondLookMs);
        const reason = "The answer to the start was lost, and its provider knows of none.";
        return await lose(sent, reason, { repeats: mostRepeats });
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const { failure } = error;
        const isBusy = failure.kind === "rate_limited";
        if (isBusy ? isOverdue(sent) : sent.looks >= mostSearches)
          return await fail(sent, lostFor(failure), { mayBePaid: true });
        const looked = await change(database.sql, sent, { looks: isBusy ? sent.looks : sent.looks + 1 });
        return later(looked, now() + (isBusy ? 10_000 : Math.min(60_000, 1_000 * 2 ** sent.looks)));
      }
    },

    /** Asks how a start is that runs. */
    async look(running: Generation, line: ImageLine, signal: AbortSignal): Promise<Generation | Advanced> {
      const { operation } = running;
      const { status, cancel } = line.provider;
      if (!operation || !status) throw new Error("Only what has an operation is looked at.");
      const call = { apiKey: line.secretOf(running.keyId), signal };
      try {
        if (running.cancelRequestedAt !== null) await cancel?.(operation, call);
        return await follow(running, line, await status(operation, call));
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const { failure } = error;
        // Nothing is lost by waiting for a provider that is away: what was begun is where it was.
        const isAway = failure.kind === "unavailable" || failure.kind === "rate_limited";
        if (isAway && isOverdue(running)) return await giveUp(running, line);
        if (!isAway && running.looks >= mostSearches)
          return await fail(running, lostFor(failure), { mayBePaid: true });
        const looked = await change(database.sql, running, { looks: running.looks + 1 });
        return later(looked, now() + Math.min(60_000, 1_000 * 2 ** Math.min(6, running.looks)));
      }
    },
  };
}

const lostFor = (failure: ProviderFailure): Failure => ({
  kind: "gone",
  reason:
    "reason" in failure ? failure.reason : "The provider did not let itself be asked what became of it.",
});
