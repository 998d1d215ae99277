import { AppError, retryAfter } from "../errors.ts";

export interface AdmissionSettings {
  /** Pieces of work that run at the same time. */
  readonly slots: number;
  /** Estimated bytes that running work may hold together. */
  readonly memoryBytes: number;
  /** Bytes of request bodies that may be on their way in or waiting. */
  readonly uploadBytes: number;
  /** Work that would wait longer than this is refused at once: a quick no is worth more than a late answer. */
  readonly maxWaitMs: number;
  /** Milliseconds on a clock that never jumps; `performance.now` outside tests. */
  readonly now: () => number;
}

export interface Work {
  /** Estimated bytes held while it runs. */
  readonly bytes: number;
  /** Time on the same clock after which nobody wants the result. */
  readonly deadline: number;
  /** Aborted when the caller left. */
  readonly signal: AbortSignal;
}

export interface Admission {
  /**
   * Runs `work` when there is a slot and memory for it, in order of arrival.
   *
   * @throws {AppError} `overloaded` (503, `Retry-After`) when it would wait too long, or waited past its deadline;
   * `image_too_complex` (422) when it could never be admitted. The signal's reason when the caller left first.
   */
  run<Result>(work: Work, start: () => Promise<Result>): Promise<Result>;
  /**
   * Accounts for a body before a byte of it is read.
   *
   * @returns a function to call once the body is no longer held
   * @throws {AppError} `overloaded` when the queue or the memory for uploads is full.
   */
  admitUpload(bytes: number): () => void;
  state(): {
    readonly running: number;
    readonly waiting: number;
    readonly memoryBytes: number;
    readonly uploadBytes: number;
  };
}

interface Waiting {
  readonly work: Work;
  readonly admit: () => void;
}

/** How much one measurement moves the average duration of work. */
const smoothing = 0.1;
const firstGuessMs = 50;

/**
 * Bounds what a process takes on: an encoder queue without a bound turns overload into memory and into answers
 * nobody waits for any more.
 */
export function createAdmission(settings: AdmissionSettings): Admission {
  const { slots, memoryBytes, maxWaitMs, now } = settings;
  const queue: Waiting[] = [];
  let running = 0;
  let memory = 0;
  let uploads = 0;
  let averageMs = firstGuessMs;

  const expectedWaitMs = () => (running < slots ? 0 : ((queue.length + 1) / slots) * averageMs);
  const overloaded = (waitMs: number) =>
    new AppError({
      code: "overloaded",
      status: 503,
      message: "The service is busy; send the request again after the time in Retry-After.",
      headers: { "retry-after": retryAfter(waitMs) },
    });

  const fits = (work: Work) => running < slots && (running === 0 || memory + work.bytes <= memoryBytes);

  function admitWaiting(): void {
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      if (head.work.deadline > now() && !fits(head.work)) return;
      queue.shift();
      head.admit();
    }
  }

  function begin(work: Work): () => void {
    const startedAt = now();
    running += 1;
    memory += work.bytes;
    return () => {
      running -= 1;
      memory -= work.bytes;
      averageMs += (now() - startedAt - averageMs) * smoothing;
      admitWaiting();
    };
  }

  /** Resolves with the function that ends the work, once it may begin. */
  function turn(work: Work): Promise<() => void> {
    if (queue.length === 0 && fits(work)) return Promise.resolve(begin(work));
    return new Promise((resolve, reject) => {
      const leave = () => {
        const position = queue.indexOf(entry);
        if (position >= 0) queue.splice(position, 1);
        reject(work.signal.reason);
        // Whoever waited behind a large picture may fit now.
        admitWaiting();
      };
      const entry: Waiting = {
        work,
        admit: () => {
          work.signal.removeEventListener("abort", leave);
          if (work.deadline <= now()) reject(overloaded(averageMs));
          else resolve(begin(work));
        },
      };
      work.signal.addEventListener("abort", leave, { once: true });
      queue.push(entry);
    });
  }

  return {
    async run(work, start) {
      work.signal.throwIfAborted();
      if (work.bytes > memoryBytes) {
        throw new AppError({
          code: "image_too_complex",
          status: 422,
          message: "Decoding this image would take more memory than this service allows; send a smaller one.",
          details: {
            estimated_mb: Math.ceil(work.bytes / 2 ** 20),
            limit_mb: Math.floor(memoryBytes / 2 ** 20),
          },
        });
      }
      const waitMs = expectedWaitMs();
      if (waitMs > maxWaitMs) throw overloaded(waitMs);
      const end = await turn(work);
      try {
        return await start();
      } finally {
        end();
      }
    },

    admitUpload(bytes) {
      const waitMs = expectedWaitMs();
      if (waitMs > maxWaitMs) throw overloaded(waitMs);
      if (uploads > 0 && uploads + bytes > settings.uploadBytes) throw overloaded(averageMs);
      uploads += bytes;
      let held = true;
      return () => {
        if (held) uploads -= bytes;
        held = false;
      };
    },

    state: () => ({ running, waiting: queue.length, memoryBytes: memory, uploadBytes: uploads }),
  };
}
