import { sqlState } from "./errors.ts";
import type { Guard } from "./guard.ts";
import type { Sql, Transact } from "./sql.ts";

/** SQLSTATE of a transaction that lost against another one and may win the next time. */
const serializationFailure = "40001";
const deadlockDetected = "40P01";

export function createTransact(sql: Sql, guard: Guard): Transact {
  return async (work, { isolation, readOnly = false, attempts = 1 } = {}) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        let builder = sql.transaction();
        if (isolation) builder = builder.setIsolationLevel(isolation);
        if (readOnly) builder = builder.setAccessMode("read only");
        return await builder.execute((tx) => guard.inside(() => work(tx)));
      } catch (error) {
        const state = sqlState(error);
        if (attempt >= attempts || (state !== serializationFailure && state !== deadlockDetected))
          throw error;
      }
    }
  };
}
