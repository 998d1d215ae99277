/** How long a server waits for a client, in milliseconds. */
export interface TimeLimits {
  readonly requestTimeout: number;
  readonly headersTimeout: number;
  readonly connectionsCheckingInterval: number;
}

/**
 * Limits on clients that send slowly, or nothing.
 *
 * @param requestTimeout for a whole request to arrive. The headers have a minute of it at most: Node (24.21) swaps the
 * two limits where that of the headers is the longer one, and would then wait for a body too long.
 */
export const timeLimits = (requestTimeout: number): TimeLimits => ({
  requestTimeout,
  headersTimeout: Math.min(60_000, requestTimeout),
  // Node's own half minute would make a limit of seconds one of half a minute.
  connectionsCheckingInterval: Math.min(30_000, requestTimeout / 4),
});
