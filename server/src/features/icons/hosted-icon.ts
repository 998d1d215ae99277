import { randomUUID } from "node:crypto";
import { ImagingError } from "@fovea/imaging";
import { failed, type Outcome, retryLater, waitUntil } from "../../engine/kind.ts";
import { type Generations, Overtaken } from "../../models/generation/contract.ts";
import { failureCodes, mayBeMended } from "../../models/generation/failure-codes.ts";
import { type PictureBytesOptions, pictureBytes } from "../../models/generation/picture-bytes.ts";
import type { Database } from "../../platform/database/database.ts";
import { AppError } from "../../platform/errors.ts";
import type { HeldBytes } from "../../platform/limits/held-bytes.ts";
import type { IconModel, IconQuestion } from "./icon-model.ts";
import { countIcons } from "./icon-numbers.ts";
import { type IconFacts, markBegunAgain, markFailed, type StoredIcon } from "./icon-store.ts";

export interface HostedIconOptions {
  readonly database: Database;
  readonly generations: Pick<Generations, "ofJob" | "plan" | "advance" | "again" | "forget">;
  readonly pictures: PictureBytesOptions & { readonly room: HeldBytes };
  /** The first pause before another try; it doubles. */
  readonly retryBaseMs: number;
  readonly now: () => Date;
}

/** A picture that a model made, to be worked on while there is room for it in memory. */
export interface HostedPicture {
  readonly bytes: Buffer;
  readonly facts: IconFacts;
  /** Where its bytes were put away when they came; null where they were fetched. */
  readonly file: string | null;
}

export interface Try {
  readonly batchId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** How long a place to start from is waited for. Milliseconds. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/** Tries of one icon in one batch. */
export const mostAttempts = 3;
/** A provider keeps what it made for an hour; within it, whatever is away comes back. */
const fetchableMs = 45 * 60_000;
const longestPauseMs = 60_000;

export const pauseAfter = (
  attempt: number,
  { retryBaseMs, now }: Pick<HostedIconOptions, "retryBaseMs" | "now">,
): Date => new Date(now().getTime() + Math.min(longestPauseMs, retryBaseMs * 2 ** Math.min(20, attempt - 1)));

/** What another try would end the same way. */
const isOfThePicture = (error: unknown): error is Error =>
  error instanceof ImagingError ||
  (error instanceof AppError && (error.code === "picture_unreadable" || error.code === "picture_too_large"));

/**
 * Has a model make an icon, as far as that goes now: a start that was begun is gone on with, also by another process, and
 * what it brought is stored before it is looked at.
 *
 * @param use is given the picture, and has it stored
 */
export function createHostedIcon(options: HostedIconOptions) {
  const { database, generations, pictures, retryBaseMs, now } = options;

  /** The start of the icon, planned if there is none; begun anew where it failed for somebody else. */
  const startOf = async (icon: StoredIcon, model: IconModel, question: IconQuestion, batchId: string) => {
    const [present] = await generations.ofJob(icon.id);
    const isThisOrder = icon.failedFor === null || icon.failedFor === batchId;
    if (present !== undefined && isThisOrder) return present;
    return await planAnew(icon, model, question);
  };

  const planAnew = async (icon: StoredIcon, model: IconModel, question: IconQuestion): Promise<string> => {
    const id = randomUUID();
    await database.transaction(async (tx) => {
      await generations.forget(tx, [icon.id]);
      await markBegunAgain(tx, icon.id, now());
      await generations.plan(tx, [{ id, jobId: icon.id, number: 0, ...model, prepared: question.prepared }]);
    });
    return id;
  };

  const giveUp = async (icon: StoredIcon, batchId: string, code: string, reason: string) => {
    await database.transaction(async (tx) => {
      if (await markFailed(tx, icon.id, batchId)) await countIcons(tx, icon.owner, { failed: 1 });
    });
    return failed(code, reason);
  };

  return async (
    icon: StoredIcon,
    model: IconModel,
    question: IconQuestion,
    { batchId, attempt, patienceMs, signal }: Try,
    use: (picture: HostedPicture) => Promise<Outcome>,
  ): Promise<Outcome> => {
    const id = await startOf(icon, model, question, batchId);
    const advanced = await generations
      .advance(id, { signal, onBegin: async () => {}, onProgress: () => {}, patienceMs })
      .catch((error: unknown) => {
        if (!(error instanceof Overtaken)) throw error;
        return { as: "later", at: now() } as const;
      });
    switch (advanced.as) {
      case "later":
        return waitUntil(advanced.at);
      case "cancelled":
        return await giveUp(icon, batchId, "model_unavailable", "The model's work on it was cancelled.");
      case "failed": {
        const { kind, reason: told } = advanced.failure;
        const code = failureCodes[kind];
        // That names keys, for who runs the service.
        const reason =
          kind === "unusable"
            ? `No key of ${model.provider} is accepted: whoever runs the service has to see to it.`
            : told;
        if (attempt >= mostAttempts || !mayBeMended(advanced))
          return await giveUp(icon, batchId, code, reason);
        await generations.again(database.sql, id);
        return retryLater(pauseAfter(attempt, options), code, reason);
      }
      case "made":
        break;
    }
    const { made } = advanced;
    const [picture] = made.pictures;
    if (!picture) {
      return made.dropped > 0
        ? await giveUp(
            icon,
            batchId,
            "refused",
            `It was made, and withheld by the policy of ${model.provider}.`,
          )
        : await giveUp(icon, batchId, "picture_lost", "The model's answer has no picture that can be read.");
    }
    const held = await pictures.room.hold(signal);
    try {
      const got = await pictureBytes(pictures, picture, signal);
      if (!Buffer.isBuffer(got)) {
        const age = now().getTime() - made.at;
        if (age > fetchableMs && attempt === 1) {
          // Made for somebody who did not wait for it, and gone since.
          await planAnew(icon, model, question);
          return retryLater(now(), "picture_lost", got.reason);
        }
        if (!got.transient || age > fetchableMs)
          return await giveUp(icon, batchId, "picture_lost", got.reason);
        // It was paid for, so this is no try: it goes on as long as it is there.
        const pause = Math.min(longestPauseMs, Math.max(retryBaseMs, age / 4));
        return waitUntil(new Date(now().getTime() + pause));
      }
      held.settle(got.length);
      const { seed } = picture;
      const facts: IconFacts = {
        ...{ provider: model.provider, model: made.model, prompt: question.prompt },
        ...(seed === null ? {} : { seed }),
      };
      return await use({ bytes: got, facts, file: "file" in picture ? picture.file : null });
    } catch (error) {
      if (!isOfThePicture(error)) throw error;
      const reason = `The model's picture cannot be read: ${error.message}`;
      return await giveUp(icon, batchId, "invalid_output", reason);
    } finally {
      held.release();
    }
  };
}
