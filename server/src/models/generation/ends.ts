import { randomUUID } from "node:crypto";
import type { Succeeded } from "../images/contract.ts";
import type { CallEnd } from "../ledger/contract.ts";
import { entryOf } from "./calls.ts";
import type { GenerationsOptions } from "./context.ts";
import type { Advanced, Failure, Made } from "./contract.ts";
import { change, type Generation } from "./store.ts";

/** Of one start so many pictures are taken; models were asked for a few. */
const mostPictures = 16;

export type Ends = ReturnType<typeof createEnds>;

/** How generations end: what came of them is stored together with the books of it. */
export function createEnds(options: GenerationsOptions) {
  const { database, lines, ledger, keeper, persist, now } = options;

  const store = async (generation: Generation, made: Made): Promise<Advanced> => {
    const { model: modelUsed, usage, costMicros } = made;
    await persist(() =>
      database.transaction(async (tx) => {
        const end = { outcome: "answered", modelUsed, usage, costMicros } as const;
        await ledger.record(tx, [entryOf(generation, end, now())]);
        await change(tx, generation, { state: "made", result: made, progress: 1 });
      }),
    );
    return { as: "made", made };
  };

  return {
    /** What was paid for is stored, and only then worked on: whatever is away is waited for. */
    async finish(generation: Generation, status: Succeeded): Promise<Advanced> {
      const { outputs, dropped, unreadable, seconds, usage, costMicros } = status;
      const pictures = await keeper.keep(startIdOf(generation), outputs.slice(0, mostPictures));
      // It is shown and stored, and is what a server says.
      const model = /^[\w./:@ -]{1,200}$/.test(status.model) ? status.model : generation.model;
      const facts = { dropped, unreadable, model, seconds, usage, costMicros };
      return await store(generation, { ...facts, pictures, at: now() });
    },

    /** The process ended between having put the pictures away and having said so. */
    async adopt(sent: Generation, files: readonly string[]): Promise<Advanced> {
      return await store(sent, {
        pictures: files.map((file) => ({ id: randomUUID(), file, seed: null })),
        ...{ dropped: 0, unreadable: Math.max(0, sent.prepared.count - files.length) },
        ...{ model: sent.model, seconds: null, usage: null, costMicros: null, at: now() },
      });
    },

    /**
     * A start that may have been billed and brought nothing.
     *
     * @param repeats how often one may be repeated before that is left to whoever wants it
     */
    async lose(
      sent: Generation,
      reason: string,
      { repeats }: { readonly repeats: number },
    ): Promise<Generation | Advanced> {
      const lost = sent.lost + 1;
      const mayBePaid = lines.get(sent.provider)?.free !== true;
      return await database.transaction(async (tx) => {
        await ledger.record(tx, [entryOf(sent, { outcome: "unavailable", mayBePaid }, now())]);
        if (lost <= repeats) return await change(tx, sent, { state: "planned", lost });
        const failure = { kind: "unavailable", reason } as const;
        await change(tx, sent, { state: "failed", lost, failure });
        return { as: "failed", failure, lost };
      });
    },

    async fail(
      generation: Generation,
      { kind, reason }: Failure,
      billed: Partial<Pick<CallEnd, "usage" | "costMicros" | "mayBePaid">> = {},
    ): Promise<Advanced> {
      await database.transaction(async (tx) => {
        // What was not sent is no call.
        if (generation.state !== "planned") {
          const end = { outcome: outcomes[kind], mayBePaid: false, ...billed };
          await ledger.record(tx, [entryOf(generation, end, now())]);
        }
        await change(tx, generation, { state: "failed", failure: { kind, reason } });
      });
      return { as: "failed", failure: { kind, reason }, lost: generation.lost };
    },

    async cancelled(generation: Generation, mayBePaid: boolean): Promise<Advanced> {
      await database.transaction(async (tx) => {
        if (generation.state !== "planned") {
          await ledger.record(tx, [entryOf(generation, { outcome: "unavailable", mayBePaid }, now())]);
        }
        await change(tx, generation, { state: "cancelled" });
      });
      return { as: "cancelled" };
    },
  };
}

export const startIdOf = ({ startId }: Generation): string => {
  if (startId === null) throw new Error("It has not been sent.");
  return startId;
};

const outcomes = {
  refused: "refused",
  invalid_output: "invalid_output",
  unavailable: "unavailable",
  rejected: "rejected",
  model_unknown: "rejected",
  unusable: "key_unusable",
  gone: "unavailable",
} as const satisfies Record<Failure["kind"], CallEnd["outcome"]>;
