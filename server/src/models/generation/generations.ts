import { createBegin } from "./begin.ts";
import type { GenerationsOptions } from "./context.ts";
import { type Advanced, type AdvanceOptions, type Generations, Overtaken } from "./contract.ts";
import { createEnds } from "./ends.ts";
import { createFollow } from "./follow.ts";
import {
  type Generation,
  idsOfJob,
  insertGenerations,
  planAgain,
  readGeneration,
  removeOfJobs,
  requestCancel,
  statusOfJobs,
} from "./store.ts";

/** @see Generations */
export function createGenerations(options: GenerationsOptions): Generations {
  const { database, lines } = options;
  const ends = createEnds(options);
  const { follow, search, look } = createFollow(options, ends);
  const begin = createBegin(options, ends, { follow });

  const step = async (generation: Generation, advance: AdvanceOptions): Promise<Generation | Advanced> => {
    const { state, provider, result, failure, lost } = generation;
    if (state === "made" && result) return { as: "made", made: result };
    if (state === "failed" && failure) return { as: "failed", failure, lost };
    if (state === "cancelled") return { as: "cancelled" };
    const line = lines.get(provider);
    if (!line) {
      const reason = `${provider} is not configured any more.`;
      // What was begun runs on there, and nobody can ask what becomes of it.
      if (state !== "planned")
        return await ends.fail(generation, { kind: "gone", reason }, { mayBePaid: true });
      return await ends.fail(generation, { kind: "unusable", reason });
    }
    switch (state) {
      case "planned":
        if (generation.cancelRequestedAt !== null) return await ends.cancelled(generation, false);
        return await begin(generation, line, advance);
      case "sent":
        return await search(generation, line, advance.signal);
      default:
        return await look(generation, line, advance.signal);
    }
  };

  return {
    plan: insertGenerations,
    ofJob: (jobId) => idsOfJob(database.sql, jobId),
    async advance(id, advance) {
      let at: Generation | Advanced | undefined = await readGeneration(database.sql, id);
      if (!at) throw new Overtaken("The generation is gone.");
      while (!("as" in at)) at = await step(at, advance);
      return at;
    },
    again: planAgain,
    cancel: requestCancel,
    async status(jobIds) {
      const statuses = await statusOfJobs(database.sql, jobIds);
      return statuses.map(({ provider, ...status }) =>
        lines.get(provider)?.free ? { ...status, lost: 0 } : status,
      );
    },
    async jobOf(id) {
      const generation = await readGeneration(database.sql, id);
      if (!generation) return null;
      const { jobId, provider, keyId } = generation;
      return { jobId, provider, keyId };
    },
    forget: removeOfJobs,
  };
}
