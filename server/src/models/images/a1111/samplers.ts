import { z } from "zod";
import type { JsonObject } from "../contract.ts";

/** How these servers are asked for a scheduler. */
interface Sampling {
  readonly sampler: string;
  /** Of the noise; null for the sampler's usual one. */
  readonly schedule: string | null;
}

interface KnownScheduler {
  /** As servers call it, the first that one has; one that was not asked is expected to have the first of all. */
  readonly names: readonly string[];
  readonly schedule: string | null;
  /** Whether A1111, Forge, SD.Next and stable-diffusion.cpp all take the first name. */
  readonly isCommon: boolean;
}

/** The schedulers of the public API, which is to say of diffusers, in the words of these servers. */
const schedulers: Readonly<Record<string, KnownScheduler>> = {
  DDIM: { names: ["DDIM", "ddim_trailing"], schedule: null, isCommon: true },
  DPMSolverMultistep: { names: ["DPM++ 2M", "dpm++2m"], schedule: null, isCommon: true },
  HeunDiscrete: { names: ["Heun"], schedule: null, isCommon: true },
  // A1111 had the schedule in the sampler's name before 1.9.
  KarrasDPM: {
    names: ["DPM++ 2M", "dpm++2m", "DPM++ 2M Karras"],
    schedule: "karras",
    isCommon: true,
  },
  K_EULER_ANCESTRAL: { names: ["Euler a", "euler_a"], schedule: null, isCommon: true },
  K_EULER: { names: ["Euler"], schedule: null, isCommon: true },
  // Without its first steps, which nobody takes any more, it is what A1111 and Forge call PLMS; stable-diffusion.cpp lacks it.
  PNDM: { names: ["PNDM", "PLMS"], schedule: null, isCommon: false },
};

export const knownSchedulers = Object.keys(schedulers);

/** More than any server has; they are kept. */
const mostSamplers = 500;

const listSchema = z.array(
  z
    .object({ name: z.string().min(1).max(100) })
    .nullable()
    .catch(null),
);
const learnedSchema = z.object({ samplers: z.array(z.string()) });

/** `GET samplers` → what is kept; null for what is no such list. */
export function learnedFrom(list: unknown): JsonObject | null {
  const { data } = listSchema.safeParse(list);
  if (data === undefined) return null;
  const samplers = data.flatMap((each) => (each === null ? [] : [each.name])).slice(0, mostSamplers);
  return { samplers };
}

/** The samplers that a server was found to have; null where it was not asked. */
export const samplersIn = (learned: JsonObject | null | undefined): readonly string[] | null =>
  learnedSchema.safeParse(learned).data?.samplers ?? null;

/**
 * A scheduler in the words of the public API, or a sampler in the server's own; null for one that the server does not
 * have, or that nobody knows it to have: A1111 and stable-diffusion.cpp take their usual one then, and say nothing.
 */
export function samplingFor(scheduler: string, offered: readonly string[] | null): Sampling | null {
  const known = Object.hasOwn(schedulers, scheduler) ? schedulers[scheduler] : undefined;
  const names = known?.names ?? [scheduler];
  const [first] = names;
  if (offered === null) return known?.isCommon && first ? { sampler: first, schedule: known.schedule } : null;
  for (const name of names) {
    const sampler = offered.find((each) => each.toLowerCase() === name.toLowerCase());
    if (sampler !== undefined) return { sampler, schedule: known?.schedule ?? null };
  }
  return null;
}
