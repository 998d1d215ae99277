/** What the worker is started with. */
export interface WorkerOrder {
  /** PostgreSQL's data folder, with a database in it. */
  readonly folder: string;
  /** The log is emptied into the data files whenever it has grown by this much. */
  readonly checkpointBytes: number;
}

/** To the worker: bytes of PostgreSQL's protocol, ending where an answer is due; or the end. */
export type ToWorker = Uint8Array<ArrayBuffer> | "close";

/** From the worker: bytes of PostgreSQL's protocol, or what became of the engine. */
export type FromWorker = Uint8Array<ArrayBuffer> | "ready" | "closed" | { readonly failure: string };
