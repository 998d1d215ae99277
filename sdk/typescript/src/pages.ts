import { FoveaError } from "./errors.ts";

/** A part of a list that grows. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next one begins; null on the last. */
  readonly next: string | number | null;
}

/**
 * A list that is read a page at a time, as far as somebody wants it:
 * `for await (const batch of client.batches.list()) …`
 */
export class Pages<Item> implements AsyncIterable<Item> {
  readonly #read: (from: string | number | null) => PromiseLike<Page<Item>>;

  /** @param read the page that begins there; the first for null */
  constructor(read: (from: string | number | null) => PromiseLike<Page<Item>>) {
    this.#read = read;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }

  async *pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let from: string | number | null = null;
    do {
      const page: Page<Item> = await this.#read(from);
      yield page;
      if (page.next === from && from !== null) throw new FoveaError(`The list does not go on after ${from}.`);
      from = page.next;
    } while (from !== null);
  }

  /** One page: the first, or the one that begins where `next` of another said. */
  async page(from: string | number | null = null): Promise<Page<Item>> {
    return await this.#read(from);
  }

  /** @param limit the most that are wanted: a list can be longer than memory is large */
  async toArray({ limit = Number.POSITIVE_INFINITY }: { limit?: number | undefined } = {}): Promise<Item[]> {
    const items: Item[] = [];
    if (limit <= 0) return items;
    for await (const item of this) {
      items.push(item);
      if (items.length >= limit) break;
    }
    return items;
  }
}
