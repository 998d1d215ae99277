export interface BatcherOptions<Item, Value> {
  /** One value for each item, in their order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Value[]>;
  readonly maxItems: number;
  /** How long an item waits for company. */
  readonly maxDelayMs: number;
}

/** Gathers single requests of many callers into few statements. A run that rejects rejects for all of its items. */
export function createBatcher<Item, Value>({ run, maxItems, maxDelayMs }: BatcherOptions<Item, Value>) {
  interface Waiting {
    readonly item: Item;
    readonly resolve: (value: Value) => void;
    readonly reject: (reason: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | null = null;

  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    const group = waiting;
    waiting = [];
    run(group.map(({ item }) => item)).then(
      (values) => {
        for (const [index, { resolve }] of group.entries()) resolve(values[index] as Value);
      },
      (reason: unknown) => {
        for (const { reject } of group) reject(reason);
      },
    );
  };

  return (item: Item): Promise<Value> =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (waiting.length >= maxItems) flush();
      else timer ??= setTimeout(flush, maxDelayMs);
    });
}
