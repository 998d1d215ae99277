let ends: (() => Promise<void>)[] = [];

/**
 * For what a helper opens while tests run and keeps for those after them in the same file. Its own `afterAll` would be
 * called once for each process, which has many files.
 */
export function atEndOfFile(end: () => Promise<void>): void {
  ends.push(end);
}

/** What was opened last is ended first. */
export async function endFile(): Promise<void> {
  const due = ends.reverse();
  ends = [];
  for (const end of due) await end();
}
