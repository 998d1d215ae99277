import type { Violation } from "./quota.ts";

/** One request, as the provider would bill it. */
export interface BookEntry {
  /** Milliseconds of the simulator's clock, on arrival. */
  readonly at: number;
  readonly key: string;
  /** Null for a key that belongs to none. */
  readonly project: string | null;
  readonly model: string;
  /** SHA-256 of the picture's bytes; null where the request was malformed. */
  readonly image: string | null;
  readonly violation: Violation["limit"] | null;
  /** The batch job that it was a part of, at half the price; absent where it was asked by itself. */
  readonly batch?: string;
  /** Null while it is worked on, and for one that ended without a status. */
  status: number | null;
  /** Billed, also where nobody was left to take the answer. */
  inputTokens: number;
  outputTokens: number;
  /** Whether the whole answer was handed to the connection. */
  delivered: boolean;
}

/** What the simulated provider says happened: to be compared with what the service says. */
export function createBooks() {
  const entries: BookEntry[] = [];
  return {
    entries: entries as readonly BookEntry[],
    open(entry: Omit<BookEntry, "status" | "inputTokens" | "outputTokens" | "delivered">): BookEntry {
      const opened = { ...entry, status: null, inputTokens: 0, outputTokens: 0, delivered: false };
      entries.push(opened);
      return opened;
    },
    violations: () => entries.filter((entry) => entry.violation !== null).length,
    /** Requests with status 200, and their tokens, of each key. */
    billed(): Record<string, { requests: number; inputTokens: number; outputTokens: number }> {
      const bills: Record<string, { requests: number; inputTokens: number; outputTokens: number }> = {};
      for (const { key, status, inputTokens, outputTokens } of entries) {
        if (status !== 200) continue;
        const bill = bills[key] ?? { requests: 0, inputTokens: 0, outputTokens: 0 };
        bills[key] = bill;
        bill.requests += 1;
        bill.inputTokens += inputTokens;
        bill.outputTokens += outputTokens;
      }
      return bills;
    },
  };
}
