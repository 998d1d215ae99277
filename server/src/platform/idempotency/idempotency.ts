import { randomUUID } from "node:crypto";
import { type QueryExecutorProvider, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { DatabaseUnavailable } from "../database/errors.ts";
import { invalidIdempotencyKey, requestInProgress } from "./errors.ts";
import {
  type Answer,
  type Claim,
  findKey,
  freeKeys,
  giveBack,
  type Now,
  removeExpired,
  renewLease,
  storeAnswer,
  takeKey,
} from "./store.ts";

export interface IdempotencyOptions {
  readonly database: Pick<Database, "engine" | "sql">;
  /** The database's own clock where nothing is said, so that processes need not agree on theirs. */
  readonly now?: () => Date;
  /** How long an answer is told again. Milliseconds; a day where nothing is said, as Stripe does. */
  readonly keepMs?: number;
  /** A request whose process died holds its key for so long; one that goes on renews it. Milliseconds. */
  readonly leaseMs?: number;
}

/** The first request with its key. One of the two must be called, or its lease is renewed until the process ends. */
export interface FirstRequest {
  readonly as: "first";
  /**
   * Stores the answer, for every further request with the key.
   *
   * @param database the transaction that also stores what was asked for: both are there, or neither
   * @param fingerprint a hash of everything that was asked, which further requests are compared with
   * @throws {AppError} `request_in_progress` when another request has the key: this one was taken for dead, and what its
   *   transaction did must not happen, since the other one does it
   */
  finish(database: QueryExecutorProvider, fingerprint: string, answer: Answer): Promise<void>;
  /**
   * Frees the key, so that the next request with it is the first: when this one was refused or failed, also where the
   * transaction of {@link FirstRequest.finish} was rolled back. Does nothing to a key that has its answer.
   */
  abandon(): Promise<void>;
}

type Begun =
  | FirstRequest
  /** Answered before. With another fingerprint, the caller throws `idempotencyKeyReused()`. */
  | { readonly as: "repeat"; readonly fingerprint: string; readonly answer: Answer }
  /** The caller throws `requestInProgress()`. */
  | { readonly as: "running" };

export interface Idempotency {
  /**
   * @param scope whose key it is and what was called, at most 500 characters; hash what may be longer
   * @param key the value of `Idempotency-Key`, as it was sent
   * @throws {AppError} `invalid_idempotency_key`
   */
  begin(scope: string, key: string): Promise<Begun>;
  /**
   * Embedded, frees the keys that the process before held: no other process can be at work. Call it once, at start.
   * With a server it does nothing, and leases run out. @returns how many
   */
  recover(): Promise<number>;
  /** Removes what is older than its time, in pages. @returns how many */
  sweep(): Promise<number>;
}

const dayMs = 86_400_000;
const pageRows = 1_000;
const maxScopeLength = 500;

/** What `Idempotency-Key` promises on a POST: one effect and one answer, however often the request is sent. */
export function createIdempotency(options: IdempotencyOptions): Idempotency {
  const { database, now: clock, keepMs = dayMs, leaseMs = 60_000 } = options;
  const time = (): Now => (clock ? sql<Date>`${clock()}::timestamptz` : sql<Date>`now()`);

  const first = (claim: Claim): FirstRequest => {
    const timer = setInterval(() => {
      // A renewal that fails is repeated; the next one is due before the lease runs out.
      renewLease(database.sql, claim, { now: time(), leaseMs }).catch(() => {});
    }, leaseMs / 4);
    timer.unref();
    return {
      as: "first",
      async finish(within, fingerprint, answer) {
        const stored = await storeAnswer(within, claim, fingerprint, answer);
        clearInterval(timer);
        if (!stored) throw requestInProgress();
      },
      async abandon() {
        clearInterval(timer);
        try {
          await giveBack(database.sql, claim);
        } catch (error) {
          // The lease runs out by itself, and the caller has a failure of its own to tell.
          if (!(error instanceof DatabaseUnavailable)) throw error;
        }
      },
    };
  };

  return {
    async begin(scope, key) {
      if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw invalidIdempotencyKey();
      requireScope(scope);
      const claim = { scope, key, token: randomUUID() };
      for (;;) {
        if (await takeKey(database.sql, claim, { now: time(), keepMs, leaseMs })) return first(claim);
        const found = await findKey(database.sql, scope, key);
        // Null: given back between the two statements, so it can be taken now.
        if (found?.as === "answered") return { ...found, as: "repeat" };
        if (found?.as === "running") return { as: "running" };
      }
    },
    recover: async () => (database.engine === "embedded" ? freeKeys(database.sql) : 0),
    async sweep() {
      for (let total = 0; ; ) {
        const removed = await removeExpired(database.sql, { now: time(), keepMs, limit: pageRows });
        total += removed;
        if (removed < pageRows) return total;
      }
    },
  };
}

/** An index entry holds 2,700 bytes: a character of the scope takes up to three, the key up to 255. */
function requireScope(scope: string): void {
  if (scope.length > maxScopeLength || scope.includes("\u0000") || !scope.isWellFormed())
    throw new TypeError(`a scope of idempotency is text of at most ${maxScopeLength} characters`);
}
