/**
 * The bytes of a put one after the other, until its signal is aborted: a source that hangs must not hold the caller.
 *
 * @throws the signal's reason
 */
export async function* incomingBytes(
  bytes: Buffer | AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  if (Buffer.isBuffer(bytes)) {
    if (bytes.length > 0) yield bytes;
    return;
  }
  const source = bytes[Symbol.asyncIterator]();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => {});
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  let ended = false;
  try {
    for (;;) {
      const next = await Promise.race([source.next(), aborted]);
      if (next.done) {
        ended = true;
        return;
      }
      if (next.value.length > 0) yield next.value;
    }
  } catch (error) {
    ended = !signal?.aborted;
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
    // Not awaited: a generator that hangs in `next` answers to this only when that is over.
    if (!ended) source.return?.()?.then(undefined, () => {});
  }
}
