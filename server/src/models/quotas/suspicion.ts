import type { Suspicion } from "./contract.ts";

const togetherMs = 1_000;
const timesBeforeSuspicion = 5;

/**
 * Groups that were always refused together, never one without the other: probably their keys belong to one project, so
 * that they have its limits once and not twice.
 */
export function suspectSharing(
  groups: readonly { readonly name: string; readonly refusedAt: readonly Date[] }[],
): readonly Suspicion[] {
  const refused = groups.filter(({ refusedAt }) => refusedAt.length >= timesBeforeSuspicion);
  return refused.flatMap((one, index) =>
    refused
      .slice(index + 1)
      .filter((other) => accompanied(one.refusedAt, other.refusedAt))
      .filter((other) => accompanied(other.refusedAt, one.refusedAt))
      .map((other) => ({
        groups: [one.name, other.name] as const,
        times: Math.min(one.refusedAt.length, other.refusedAt.length),
      })),
  );
}

const accompanied = (some: readonly Date[], others: readonly Date[]) =>
  some.every((at) => others.some((other) => Math.abs(at.getTime() - other.getTime()) <= togetherMs));
