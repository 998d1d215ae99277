type Turns = <Result>(signal: AbortSignal, work: () => Promise<Result>) => Promise<Result>;

/** So many at a time, in order of arrival; who is not wanted any more leaves the line. */
export function createTurns(most: number): Turns {
  let free = most;
  const line: (() => void)[] = [];
  const enter = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (free > 0) {
        free -= 1;
        resolve();
        return;
      }
      const take = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        line.splice(line.indexOf(take), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      line.push(take);
    });
  const give = () => {
    const next = line.shift();
    if (next) next();
    else free += 1;
  };
  return async (signal, work) => {
    signal.throwIfAborted();
    await enter(signal);
    try {
      return await work();
    } finally {
      give();
    }
  };
}
