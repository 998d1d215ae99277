import { AsyncLocalStorage } from "node:async_hooks";
import { OutsideTransaction } from "./errors.ts";

/**
 * Knows whether the code that runs has a transaction open. Embedded there is one connection, so a statement that goes
 * around its caller's transaction would wait for it for ever; on PostgreSQL it would silently run outside.
 */
export interface Guard {
  /** @throws {OutsideTransaction} inside {@link Guard.inside} */
  assertOutside(): void;
  /** Runs the work of a transaction. What it leaves behind, such as a timer, is outside again once it has ended. */
  inside<T>(work: () => Promise<T>): Promise<T>;
  /** Runs something that has nothing to do with the transaction in whose course it happens to be called. */
  outside<T>(work: () => T): T;
}

export function createGuard(): Guard {
  const current = new AsyncLocalStorage<{ open: boolean }>();
  return {
    assertOutside() {
      if (current.getStore()?.open) throw new OutsideTransaction();
    },
    async inside(work) {
      const transaction = { open: true };
      try {
        return await current.run(transaction, work);
      } finally {
        transaction.open = false;
      }
    },
    outside: (work) => current.exit(work),
  };
}
