/** So many results may wait for one before them that takes long. */
const mostAhead = 256;

/**
 * Works on several items at a time and gives what comes of them in the order of the items.
 *
 * @param work does not reject; what fails is a result too
 */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const results: Promise<Result>[] = [];
  let begun = 0;
  let running = 0;
  const begin = () => {
    for (const item of items.slice(begun, begun + concurrency - running)) {
      if (results.length >= mostAhead) return;
      begun += 1;
      running += 1;
      results.push(work(item).finally(ended));
    }
  };
  const ended = () => {
    running -= 1;
    begin();
  };
  begin();
  for (let first = results.shift(); first !== undefined; first = results.shift()) {
    begin();
    yield await first;
  }
}
