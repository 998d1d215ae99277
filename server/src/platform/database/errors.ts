import { AppError, retryAfter } from "../errors.ts";

/**
 * The database cannot be reached, or went away under a statement: not a bug, and worth another try. Whether a COMMIT
 * that ended like this took effect is unknown.
 */
export class DatabaseUnavailable extends AppError {
  constructor(cause: unknown) {
    super({
      code: "storage_unavailable",
      status: 503,
      message: "The service cannot reach its storage at the moment. Try again.",
      headers: { "retry-after": retryAfter(1000) },
      cause,
    });
  }
}

/** The embedded engine ended by itself, in PostgreSQL's last words. */
export class EngineFault extends Error {
  override readonly name = "EngineFault";
}

/** A value that PostgreSQL has no place for; the message names the parameter, never the value. */
export class UnstorableValue extends Error {
  override readonly name = "UnstorableValue";
}

/** A statement that would have gone around the transaction its caller has open. A bug of the caller. */
export class OutsideTransaction extends Error {
  override readonly name = "OutsideTransaction";

  constructor() {
    super(
      "A statement went around the open transaction: inside database.transaction() everything goes through the " +
        "transaction it passes in. Embedded, this would wait for itself for ever; on PostgreSQL it would run outside.",
    );
  }
}

/** A statement of a transaction that has ended. A bug of the caller: something was not awaited, or took too long. */
export class TransactionEnded extends Error {
  override readonly name = "TransactionEnded";
}

/** The five characters of PostgreSQL's SQLSTATE, or undefined where the error is not the server's. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof DatabaseUnavailable) return sqlState(error.cause);
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/**
 * What a failed statement means: the server's own errors as they are, everything about the connection as
 * {@link DatabaseUnavailable}. Class 08 is the connection; 57P01 to 57P03 are a server that stops, crashed or starts;
 * 53300 is a server without a free connection.
 */
export function translate(error: unknown): unknown {
  const state = sqlState(error);
  if (state === undefined) return isConnectionLoss(error) ? new DatabaseUnavailable(error) : error;
  return /^(08...|57P0[123]|53300)$/.test(state) ? new DatabaseUnavailable(error) : error;
}

/** What pg, the sockets and the embedded engine say when a connection ends. */
function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof DatabaseUnavailable) return false;
  if (error instanceof EngineFault) return true;
  const code = "code" in error ? String(error.code) : "";
  if (/^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|EHOST|ENET|ENOENT|EACCES)/.test(code)) return true;
  return /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout )/.test(
    error.message,
  );
}
