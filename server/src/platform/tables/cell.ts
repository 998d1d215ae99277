/** What a cell of a written table can hold. */
export type Cell = string | number | boolean | Date | null;

export type Row = readonly Cell[];

/** Some rows at a time, as a database hands them out. Whoever stops early calls the iterator's `return()`. */
export type Pages<Item> = AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>;
