import { createSecretKey, type KeyObject } from "node:crypto";
import { errors } from "jose";

/**
 * Bytes that sign or encrypt: the first ones do, and what any of them made is accepted. While a secret is exchanged
 * there are two, in every process, or one would refuse what another has just given out.
 */
export type SecretKeys = readonly [Uint8Array, ...Uint8Array[]];

/**
 * Opens a token with whichever of the keys made it.
 *
 * @throws whatever `open` throws: of a token that none of them made, that its signature does not fit
 */
export async function withAnyKey<Value>(
  keys: SecretKeys,
  open: (key: KeyObject) => Promise<Value>,
): Promise<Value> {
  let misfit: unknown;
  for (const key of keys) {
    try {
      return await open(createSecretKey(key));
    } catch (error) {
      // Whatever else is wrong with it, such as its end, is wrong under the key that made it.
      const madeByAnother =
        error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWEDecryptionFailed;
      if (!madeByAnother) throw error;
      misfit = error;
    }
  }
  throw misfit;
}
