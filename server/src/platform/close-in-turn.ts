/**
 * Closes one group after the other, and what is in a group together: whatever becomes of the ones before.
 *
 * @throws the first error, once everything was tried
 */
export async function closeInTurn(...groups: readonly (readonly (() => unknown)[])[]): Promise<void> {
  const ends: PromiseSettledResult<unknown>[] = [];
  for (const group of groups) ends.push(...(await Promise.allSettled(group.map(async (close) => close()))));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
