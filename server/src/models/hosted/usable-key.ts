import { ProviderError } from "./provider.ts";

/**
 * An SDK without a key takes one from the environment, and `fetch` quotes a key that cannot be the value of a header in
 * its error.
 *
 * @param provider as people call it
 * @throws {ProviderError} `key_unusable`
 */
export function usableKey(apiKey: string | null, provider: string): string {
  if (apiKey !== null && /^[\x21-\x7e]+$/.test(apiKey)) return apiKey;
  const reason = apiKey
    ? "The key holds characters that no key of a provider's has."
    : `${provider} needs a key.`;
  throw new ProviderError({ kind: "key_unusable", reason });
}
