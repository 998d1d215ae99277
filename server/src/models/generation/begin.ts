import { randomUUID } from "node:crypto";
import { ProviderError, type ProviderFailure } from "../hosted/provider.ts";
import { slotEndOf, tokensOf } from "../hosted/slot-end.ts";
import type { Operation } from "../images/contract.ts";
import type { GenerationsOptions } from "./context.ts";
import { type Advanced, type AdvanceOptions, type ImageLine, Overtaken } from "./contract.ts";
import { type Ends, startIdOf } from "./ends.ts";
import type { createFollow } from "./follow.ts";
import { later } from "./later.ts";
import { change, type Generation, isCancelRequested, operationText, readGeneration } from "./store.ts";
import { takeSlot } from "./take-slot.ts";

/** How long a slot of the quota is waited for before the work is laid aside. */
const patienceMs = 2_000;
/** How soon one that found no place looks for one again. */
const placeMs = 1_000;
/** Those that wait come back one after the other, and the seldomer the longer they have waited: there may be thousands. */
const firstSpreadMs = 250;
const longestSpreadMs = 60_000;
/** How soon a start that is answered with its pictures learns that nobody wants them any more. */
const watchMs = 1_000;
const cancelMs = 10_000;

/** Sends starts; what each is sent with is on disk before. */
export function createBegin(
  options: GenerationsOptions,
  { finish, lose, fail, cancelled }: Ends,
  { follow }: Pick<ReturnType<typeof createFollow>, "follow">,
) {
  const { database, giveUpMs, persist, now, random } = options;

  const wait = async (generation: Generation, until: number): Promise<Advanced> => {
    const waited = await change(database.sql, generation, { looks: generation.looks + 1 });
    const spread = Math.min(longestSpreadMs, firstSpreadMs * 2 ** Math.min(16, generation.looks));
    return later(waited, Math.max(now(), until) + random() * spread);
  };

  const failedStart = async (
    sent: Generation,
    line: ImageLine,
    failure: ProviderFailure,
  ): Promise<Generation | Advanced> => {
    switch (failure.kind) {
      case "rate_limited":
      case "key_unusable":
        // The quota knows of it: another key is taken, or it is said until when to wait.
        return await change(database.sql, sent, { state: "planned" });
      case "unavailable":
        // It may have begun all the same.
        if (!failure.sent) return await fail(sent, failure);
        return line.provider.find ? sent : await lose(sent, failure.reason, { repeats: 0 });
      case "refused":
      case "invalid_output":
      case "rejected":
      case "model_unknown":
        return await fail(sent, failure, { usage: "usage" in failure ? failure.usage : null });
    }
  };

  /** Stores where it is found again, before anything else. */
  const remember = async (
    sent: Generation,
    line: ImageLine,
    operation: Operation,
    apiKey: string | null,
  ): Promise<Generation> => {
    try {
      return await persist(() => change(database.sql, sent, { state: "running", operation }));
    } catch (error) {
      // This process stood still, and another one has begun anew: nobody would ever look at what this one began. What
      // the row holds may also be this very operation, where only the answer of the commit was lost.
      if (error instanceof Overtaken) {
        const row = await readGeneration(database.sql, sent.id);
        const isOurs = row?.operation && operationText(row.operation) === operationText(operation);
        const call = { apiKey, signal: AbortSignal.timeout(cancelMs) };
        if (!isOurs) await line.provider.cancel?.(operation, call).catch(() => {});
      }
      throw error;
    }
  };

  /** While a model works that answers with its pictures: asks how far it is, and whether they are still wanted. */
  const watchStart = (
    { id }: Generation,
    line: ImageLine,
    call: { readonly apiKey: string | null; readonly signal: AbortSignal },
    { onCancelled, onProgress }: { onCancelled(): void; onProgress(progress: number): void },
  ): (() => void) => {
    if (line.provider.status) return () => {};
    const timer = setInterval(() => {
      isCancelRequested(database.sql, id).then(
        (requested) => requested && onCancelled(),
        () => {},
      );
      line.provider.progress?.(call).then(
        (progress) => progress !== null && onProgress(progress),
        () => {},
      );
    }, watchMs);
    return () => clearInterval(timer);
  };

  const begin = async (
    generation: Generation,
    line: ImageLine,
    { signal, onBegin, onProgress }: AdvanceOptions,
  ): Promise<Generation | Advanced> => {
    const taken = await takeSlot(line.quotas(generation.model), { signal, patienceMs });
    if (taken.as === "wait") return await wait(generation, taken.until.getTime());
    if (taken.as === "unusable") return await fail(generation, { kind: "unusable", reason: taken.reason });
    const { slot, key } = taken;
    let sent: Generation;
    try {
      sent = await database.transaction(async (tx) => {
        // The job first, as whoever cancels or settles it: the other way round the two wait for each other.
        await onBegin(tx);
        return await change(tx, generation, {
          ...{ state: "sent", startId: randomUUID(), sentAt: new Date(now()), looks: 0, progress: null },
          ...{ group: key.group, keyId: key.id, keyLabel: key.label },
        });
      });
    } catch (error) {
      await slot?.settle({ as: "unused" });
      throw error;
    }
    const stop = new AbortController();
    let wasSent = false;
    const call = { apiKey: key.secret, signal: AbortSignal.any([signal, stop.signal]) };
    const endWatch = watchStart(sent, line, call, {
      onCancelled: () => stop.abort(new Error("Nobody wants it any more.")),
      onProgress,
    });
    try {
      const started = await line.provider.start({
        ...call,
        ...{ model: sent.model, prepared: sent.prepared, startId: startIdOf(sent), giveUpMs, onProgress },
        callback: line.callback(sent.id),
        onSent() {
          wasSent = true;
        },
      });
      if (started.as === "running") {
        const running = await remember(sent, line, started.operation, key.secret);
        await slot?.settle({ as: "answered", tokens: null });
        return await follow(running, line, started.status);
      }
      const made = await finish(sent, started.status);
      await slot?.settle({ as: "answered", tokens: tokensOf(started.status.usage) });
      return made;
    } catch (error) {
      if (error instanceof ProviderError) {
        await slot?.settle(slotEndOf(error.failure));
        return await failedStart(sent, line, error.failure);
      }
      await slot?.settle({ as: wasSent ? "abandoned" : "unused" });
      if (!stop.signal.aborted) throw error;
      if (wasSent) await line.provider.interrupt?.({ ...call, signal }).catch(() => {});
      return await cancelled(sent, wasSent);
    } finally {
      endWatch();
    }
  };

  return async (
    generation: Generation,
    line: ImageLine,
    advance: AdvanceOptions,
  ): Promise<Generation | Advanced> => {
    const { patienceMs: patience = 0, signal } = advance;
    const leave = await line.enter({ patienceMs: patience, signal });
    if (!leave) return await wait(generation, now() + placeMs);
    try {
      return await begin(generation, line, advance);
    } finally {
      leave();
    }
  };
}
