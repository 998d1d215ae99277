/**
 * The parts of a file that stay, in order; everything not named is left out of the result.
 *
 * Spans are plain numbers and neighbours are merged: a hostile file of millions of tiny segments would
 * otherwise cost a Buffer view, about a hundred bytes, for each of them.
 */
export class Cut {
  readonly #source: Buffer;
  readonly #spans: number[] = [];
  readonly #inserted: Buffer[] = [];

  constructor(source: Buffer) {
    this.#source = source;
  }

  /** Keeps the bytes from `start` up to, not including, `end`. Calls come in file order. */
  keep(start: number, end: number): void {
    if (start === end) return;
    const last = this.#spans.length - 1;
    if (this.#spans[last] === start && (this.#spans[last - 1] ?? -1) >= 0) this.#spans[last] = end;
    else this.#spans.push(start, end);
  }

  /** Puts bytes that are not the source's own at this place. */
  insert(bytes: Buffer): void {
    // A negative start marks an entry of #inserted, so that spans stay one flat list of numbers.
    this.#spans.push(-1 - this.#inserted.length, bytes.length);
    this.#inserted.push(bytes);
  }

  /** The kept bytes: the source itself where nothing was left out, else a copy. */
  apply(): Buffer {
    const spans = this.#spans;
    if (spans.length === 2 && spans[0] === 0 && spans[1] === this.#source.length) return this.#source;
    const result = Buffer.allocUnsafe(this.#length());
    let position = 0;
    for (let index = 0; index < spans.length; index += 2) {
      const start = spans[index] ?? 0;
      const end = spans[index + 1] ?? 0;
      const inserted = start < 0 ? this.#inserted[-1 - start] : undefined;
      position += inserted
        ? inserted.copy(result, position)
        : this.#source.copy(result, position, start, end);
    }
    return result;
  }

  #length(): number {
    let length = 0;
    for (let index = 0; index < this.#spans.length; index += 2) {
      const start = this.#spans[index] ?? 0;
      const end = this.#spans[index + 1] ?? 0;
      length += start < 0 ? end : end - start;
    }
    return length;
  }
}
